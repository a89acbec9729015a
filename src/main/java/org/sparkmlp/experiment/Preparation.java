package org.sparkmlp.experiment;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.search.Cell;

/**
 * Divides the stages before the classifier into those that may run once before the search, and
 * those that every fit must run anew.
 *
 * <p>The first are Spark's own transformers of single rows at the beginning of the list, as long as
 * the grid doesn't vary them: what they make of a row has nothing to do with the other rows, so
 * with folds neither. If nothing is left for the fits but the classifier, they share their folds'
 * packed rows, which a Pipeline can't.
 */
final class Preparation {
  private final List<Transformer> before = new ArrayList<>();
  private final List<PipelineStage> within = new ArrayList<>();

  Preparation(List<PipelineStage> stages, List<Cell> cells) {
    for (PipelineStage stage : stages) {
      if (within.isEmpty() && isOfSingleRows(stage) && !varies(stage, cells)) {
        before.add((Transformer) stage);
      } else {
        within.add(stage);
      }
    }
  }

  private static boolean isOfSingleRows(PipelineStage stage) {
    return stage instanceof Transformer
        && stage.getClass().getPackageName().startsWith("org.apache.spark.ml.")
        && !(stage instanceof SQLTransformer); // which may aggregate, and drop columns
  }

  private static boolean varies(PipelineStage stage, List<Cell> cells) {
    return cells.stream()
        .flatMap(cell -> List.of(stage.params()).stream().filter(cell.map()::contains))
        .findAny()
        .isPresent();
  }

  /** The rows as the fits are to get them. */
  Dataset<Row> apply(Dataset<Row> rows) {
    Dataset<Row> prepared = rows;
    for (Transformer stage : before) {
      prepared = stage.transform(prepared);
    }
    return prepared;
  }

  /** What every fit fits. */
  Estimator<? extends Model<?>> estimator(MLPClassifier classifier) {
    if (within.isEmpty()) {
      return classifier;
    }
    List<PipelineStage> stages = new ArrayList<>(within);
    stages.add(classifier);
    return pipeline(stages);
  }

  /**
   * The whole of it, from rows as they are read to predictions.
   *
   * @param fitted by {@link #estimator}
   * @param rows as they are read; only their columns matter
   */
  PipelineModel model(Model<?> fitted, Dataset<Row> rows) {
    List<PipelineStage> stages = new ArrayList<>(before);
    if (fitted instanceof PipelineModel several) {
      stages.addAll(List.of(several.stages()));
    } else {
      stages.add(fitted);
    }
    return pipeline(stages).fit(rows); // nothing is left to be fitted
  }

  private static Pipeline pipeline(List<PipelineStage> stages) {
    return new Pipeline("pipeline").setStages(stages.toArray(PipelineStage[]::new));
  }
}
