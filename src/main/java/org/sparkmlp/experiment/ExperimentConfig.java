package org.sparkmlp.experiment;

import java.util.List;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.Evaluator;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.search.Cell;

/**
 * A config that has been read and checked, down to the params of every stage.
 *
 * @param name of the experiment
 * @param data where rows come from
 * @param stages before the classifier, in order
 * @param classifier with the params of the section model
 * @param cells to try; a single one without params if there is no search
 * @param search how
 * @param output folder for the results
 * @param resolved the whole config as text, after substitutions and overrides
 */
record ExperimentConfig(
    String name,
    DataConfig data,
    List<PipelineStage> stages,
    MLPClassifier classifier,
    List<Cell> cells,
    SearchConfig search,
    String output,
    String resolved) {
  boolean hasSearch() {
    return search.folds() > 0;
  }

  int folds() {
    return search.folds();
  }

  Metric metric() {
    return search.metric();
  }

  /** Spark's evaluator of the metric. */
  Evaluator evaluator() {
    return metric().evaluator(classifier);
  }
}
