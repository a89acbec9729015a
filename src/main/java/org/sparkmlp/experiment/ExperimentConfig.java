package org.sparkmlp.experiment;

import java.util.List;
import org.apache.spark.ml.PipelineStage;
import org.sparkmlp.ml.MLPClassifier;

/**
 * A config that has been read and checked, down to the params of every stage.
 *
 * @param name of the experiment
 * @param data where rows come from
 * @param stages before the classifier, in order
 * @param classifier with the params of the section model
 * @param cells of the grid; a single one without params if there is no grid
 * @param folds of the cross-validation; 0 if there is nothing to search
 * @param parallelism fits at the same time
 * @param metric what cells are ranked by
 * @param output folder for the results
 * @param resolved the whole config as text, after substitutions and overrides
 */
record ExperimentConfig(
    String name,
    DataConfig data,
    List<PipelineStage> stages,
    MLPClassifier classifier,
    List<Cell> cells,
    int folds,
    int parallelism,
    Metric metric,
    String output,
    String resolved) {
  boolean hasSearch() {
    return folds > 0;
  }
}
