package org.sparkmlp.ml;

import java.util.List;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlp.Frames;
import org.sparkmlp.search.HalvingGridSearch;
import org.sparkmlp.search.SearchModel;

/** A search is a stage as any other: in Pipelines, in CrossValidator, on disk. */
class SearchStageTest extends StageContract<HalvingGridSearch, SearchModel> {
  @Override
  HalvingGridSearch estimator() {
    return configure(new HalvingGridSearch());
  }

  @Override
  HalvingGridSearch estimator(String uid) {
    return configure(new HalvingGridSearch(uid));
  }

  private HalvingGridSearch configure(HalvingGridSearch search) {
    MLPClassifier mlp =
        new MLPClassifier().setHiddenLayers(4).setMaxIter(2).setNumShards(1).setSeed(1);
    return search
        .setEstimator(mlp)
        .setEvaluator(evaluator())
        .setEstimatorParamMaps(Grids.grid().add(mlp.stepSize(), 0.01, 0.1).build())
        .setFactor(2)
        .setNumFolds(2);
  }

  @Override
  MLReader<HalvingGridSearch> estimatorReader() {
    return HalvingGridSearch.read();
  }

  @Override
  MLReader<SearchModel> modelReader() {
    return SearchModel.read();
  }

  @Override
  Dataset<Row> data() {
    return Frames.clouds(spark(), 60, 4, 3);
  }

  @Override
  Evaluator evaluator() {
    return new MulticlassClassificationEvaluator().setMetricName("accuracy");
  }

  @Override
  List<ParamPair<?>> ownParam(HalvingGridSearch search) {
    return List.of(new ParamPair<>(search.factor(), 2), new ParamPair<>(search.factor(), 1));
  }

  @Override
  List<ParamPair<?>> inheritedParam(HalvingGridSearch search) {
    return List.of(new ParamPair<>(search.numFolds(), 2), new ParamPair<>(search.numFolds(), 3));
  }
}
