package org.sparkmlp.search;

import java.util.List;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * What a search has found: the best model, and the records of all fits. Its estimatorParamMaps are
 * the cells that were tried.
 */
public final class SearchModel extends Model<SearchModel> implements SearchParams, MLWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final SearchParams.Holder search = new SearchParams.Holder();
  private final Model<?> bestModel;
  private final List<FitRecord> records;

  SearchModel(String uid, Model<?> bestModel, List<FitRecord> records) {
    this.uid = uid;
    this.bestModel = bestModel;
    this.records = List.copyOf(records);
    search.make(this, 1);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public SearchParams.Holder search() {
    return search;
  }

  /** The best cell, fitted on all rows. */
  public Model<?> bestModel() {
    return bestModel;
  }

  /** Every fit of the search, failed ones too. */
  public List<FitRecord> records() {
    return records;
  }

  /** What was found of each cell, in the order of estimatorParamMaps. */
  public List<CellResult> results() {
    return CellResult.of(
        Cell.of(getEstimatorParamMaps()), records, getNumFolds(), getEvaluator().isLargerBetter());
  }

  /** As CrossValidatorModel's: the mean metric of each cell in the last rung it took part in. */
  public double[] avgMetrics() {
    return results().stream().mapToDouble(CellResult::mean).toArray();
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    return bestModel.transform(dataset);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return bestModel.transformSchema(schema);
  }

  @Override
  public SearchModel copy(ParamMap extra) {
    SearchModel copy = new SearchModel(uid, bestModel.copy(extra), records);
    copyValues(copy, extra);
    return copy.setParent(parent());
  }

  @Override
  public MLWriter write() {
    return SearchFormat.writer(this);
  }

  public static MLReader<SearchModel> read() {
    return SearchFormat.modelReader();
  }

  public static SearchModel load(String path) {
    return read().load(path);
  }
}
