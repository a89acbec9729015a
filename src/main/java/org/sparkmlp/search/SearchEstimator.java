package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.util.Check;

/**
 * What searches have in common: used as Spark's CrossValidator is, they keep a record of every fit,
 * go on when a fit fails, and compare cells over the folds. Folds are by a hash of the rows'
 * content and the seed, so that they don't depend on order and partitioning; or {@code foldCol}'s.
 *
 * @param <T> the search
 */
public abstract class SearchEstimator<T extends SearchEstimator<T>> extends Estimator<SearchModel>
    implements SearchParams, MLWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final SearchParams.Holder search = new SearchParams.Holder();

  SearchEstimator(String uid, int defaultFactor) {
    this.uid = uid; // before the params, which ask for it
    search.make(this, defaultFactor);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public SearchParams.Holder search() {
    return search;
  }

  abstract T self();

  /** What this search tries. */
  abstract ParamMap[] candidates();

  private <V> T with(Param<V> param, V value) {
    set(param, value);
    return self();
  }

  public T setEstimator(Estimator<?> value) {
    return with(estimator(), value);
  }

  public T setEstimatorParamMaps(ParamMap... value) {
    return with(estimatorParamMaps(), value);
  }

  public T setEvaluator(Evaluator value) {
    return with(evaluator(), value);
  }

  public T setNumFolds(int value) {
    set(numFolds(), value);
    return self();
  }

  public T setFoldCol(String value) {
    return with(foldCol(), value);
  }

  public T setSeed(long value) {
    set(seed(), value);
    return self();
  }

  public T setParallelism(int value) {
    set(parallelism(), value);
    return self();
  }

  public T setFactor(int value) {
    set(factor(), value);
    return self();
  }

  public T setResource(String value) {
    return with(resource(), value);
  }

  public T setMinResources(double value) {
    set(minResources(), value);
    return self();
  }

  public T setBrackets(int value) {
    set(brackets(), value);
    return self();
  }

  public T setEvaluateBest(boolean value) {
    set(evaluateBest(), value);
    return self();
  }

  /**
   * Searches, and fits the best cell on all rows.
   *
   * @throws IllegalStateException if every cell has failed
   */
  @Override
  @SuppressWarnings("unchecked")
  public SearchModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema(), true);
    ParamMap[] maps = candidates();
    List<Cell> cells = Cell.of(maps);
    CellSearch cellSearch =
        new CellSearch(
            (Estimator<? extends Model<?>>) getEstimator(),
            getEvaluator(),
            cells,
            getNumFolds(),
            getParallelism(),
            halving(),
            getResource());
    Dataset<Row> rows = dataset.toDF();
    String given = getFoldCol();
    FoldColumn.check(rows, given, getNumFolds());
    String fold = uid + "_fold"; // stages see the given one, as in CrossValidator, and not this one
    rows =
        rows.withColumn(
            fold,
            given.isEmpty()
                ? RowHash.fold(rows, getNumFolds(), getSeed())
                : FoldColumn.of(rows, given));
    FitLog log = FitLog.inMemory();
    CellSearch.Found found = cellSearch.run(rows, fold, log, FitListener.NONE);
    SearchModel model = new SearchModel(uid, found.best(), log.records());
    copyValues(model, ParamMap.empty());
    model.set(model.estimatorParamMaps(), maps);
    return model.setParent(this);
  }

  private Halving halving() {
    return new Halving(getFactor(), getMinResources(), getBrackets(), getEvaluateBest(), getSeed());
  }

  /**
   * The columns of the model. A cell whose params can't be had fails in the search; if no cell can,
   * the first one's error is thrown here.
   */
  @Override
  public StructType transformSchema(StructType schema) {
    for (Param<?> param : List.of(estimator(), evaluator(), estimatorParamMaps())) {
      Check.that(isSet(param), "%s is not set; a search needs one", param.name());
    }
    ParamMap[] maps = candidates();
    Check.that(maps.length > 0, "estimatorParamMaps is empty, so there is nothing to try");
    for (Param<?> param : List.of(resource(), minResources(), brackets(), evaluateBest())) {
      Check.that(
          getFactor() > 1 || !isSet(param),
          "%s has no meaning with factor = 1, where every cell gets everything; set factor to 2 or more",
          param.name());
    }
    halving(); // checks what goes together
    FoldColumn.check(schema, getFoldCol());
    RuntimeException first = null;
    for (ParamMap map : maps) {
      try {
        return getEstimator().copy(map).transformSchema(schema);
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    throw first;
  }

  /** What goes on inside copies: the estimator and the evaluator are copied too. */
  @SuppressWarnings("unchecked")
  @Override
  public T copy(ParamMap extra) {
    T copy = (T) defaultCopy(extra);
    if (isDefined(estimator())) {
      copy.setEstimator(getEstimator().copy(extra));
    }
    if (isDefined(evaluator())) {
      copy.setEvaluator(getEvaluator().copy(extra));
    }
    return copy;
  }

  @Override
  public MLWriter write() {
    return SearchFormat.writer(this);
  }

  /** Makes a map with one more value. */
  static ParamMap plus(ParamMap map, ParamPair<?> pair) {
    List<ParamPair<?>> one = new ArrayList<>();
    one.add(pair);
    return map.copy().put(one);
  }
}
