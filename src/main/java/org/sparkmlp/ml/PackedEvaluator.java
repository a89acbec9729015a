package org.sparkmlp.ml;

import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cluster.Columns;
import org.sparkmlp.cluster.FitJobs;
import org.sparkmlp.cluster.JoinedRounds;
import org.sparkmlp.cluster.RowSource;
import org.sparkmlp.cluster.ShardedRows;
import org.sparkmlp.cluster.SparkObjective;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.Evaluate;
import org.sparkmlp.train.ExactSum;
import org.sparkmlp.train.ValidationMetric;

/**
 * Judges classifiers as Spark's {@link MulticlassClassificationEvaluator} judges what they predict,
 * for those who judge many on the same rows: rows are shuffled and packed once ({@link
 * org.sparkmlp.cluster.KeptRows}), and models that come at the same time are judged in one pass.
 * Spark would plan and run two stages for each model, which takes longer than small ones take to
 * train.
 *
 * <p>It is for metrics that are sums over rows ({@link ValidationMetric}), rows of equal weight and
 * predictions without thresholds. The number is Spark's but for the last bits of sums.
 */
public final class PackedEvaluator {
  private static final Survey.Question QUESTION =
      new Survey.Question(Targets.classes(0), 0, Holdout.NONE, 0);

  private final MLPClassifier estimator;
  private final MulticlassClassificationEvaluator evaluator;
  private final ValidationMetric metric;
  private final boolean scales; // whether a model may bring a scaling of its own

  private PackedEvaluator(
      MLPClassifier estimator, MulticlassClassificationEvaluator evaluator, boolean scales) {
    this.estimator = estimator;
    this.scales = scales;
    this.evaluator = evaluator;
    this.metric = ValidationMetric.of(evaluator.getMetricName());
  }

  /**
   * Empty if it can't judge what the estimator fits with one of these params: if the evaluator, or
   * its metric, is another one, or doesn't read what the network predicts.
   */
  public static Optional<PackedEvaluator> of(
      Estimator<?> estimator, Evaluator evaluator, List<ParamMap> maps) {
    return estimator instanceof MLPClassifier classifier
            && evaluator instanceof MulticlassClassificationEvaluator multiclass
            && ValidationMetric.names().contains(multiclass.getMetricName())
            && (!multiclass.isDefined(multiclass.weightCol())
                || multiclass.getWeightCol().isEmpty())
            && !multiclass.isSet(multiclass.eps())
            && maps.stream().allMatch(map -> reads(multiclass, classifier.copy(map)))
        ? Optional.of(
            new PackedEvaluator(
                classifier,
                multiclass,
                maps.stream().anyMatch(map -> scales(classifier.copy(map)))))
        : Optional.empty();
  }

  /** Features are scaled by their own moments, or as a model before has done. */
  private static boolean scales(MLPClassifier classifier) {
    return classifier.getStandardization()
        || classifier.isDefined(classifier.initialModel())
        || classifier.isDefined(classifier.plasticityAnchor());
  }

  private static boolean reads(
      MulticlassClassificationEvaluator evaluator, MLPClassifier classifier) {
    return !classifier.isDefined(classifier.thresholds())
        && evaluator.getPredictionCol().equals(classifier.getPredictionCol())
        && evaluator.getProbabilityCol().equals(classifier.getProbabilityCol());
  }

  /**
   * The metric of a model.
   *
   * @param rows that share their packed copy if they are cached and somebody keeps it
   * @throws IllegalArgumentException if a row is bad
   */
  public double evaluate(MLPClassificationModel model, Dataset<?> rows) {
    return FitJobs.run(rows.sparkSession().sparkContext(), () -> runJobs(model, rows));
  }

  /**
   * Packs rows for the models to come, which are being trained meanwhile; looks at labels alone
   * where models scale features. Bad rows are for {@link #evaluate} to refuse.
   */
  public void prepare(Dataset<?> rows) {
    FitJobs.run(
        rows.sparkSession().sparkContext(),
        () -> {
          RowSource source = source(rows, estimator.getFeaturesCol());
          Survey survey = source.survey(QUESTION);
          if (!scales) {
            int inputs = source.numFeatures();
            source.with(packing(source, survey, inputs, null, rows), survey, packed -> packed);
          }
          return survey;
        });
  }

  private RowSource source(Dataset<?> rows, String featuresCol) {
    return RowSource.shared(rows, new Columns(featuresCol, evaluator.getLabelCol(), null, null));
  }

  private ShardedRows.Packing packing(
      RowSource source, Survey survey, int inputs, Scaling scaling, Dataset<?> rows) {
    return new ShardedRows.Packing(
        inputs,
        Targets.classes(0),
        numShards(rows, survey),
        estimator.getBlockSize(),
        scaling,
        source.numbersOfRow(inputs, scaling),
        Holdout.NONE,
        List.of());
  }

  private double runJobs(MLPClassificationModel model, Dataset<?> rows) {
    RowSource source = source(rows, model.getFeaturesCol());
    Survey survey = source.survey(QUESTION);
    if (survey.maxLabel() >= model.numClasses()) { // a class that no training row had
      return evaluator.evaluate(model.transform(rows));
    }
    Topology topology = model.network().topology();
    Scaling scaling = model.network().scaling();
    return source.with(
        packing(source, survey, topology.inputs(), scaling, rows),
        survey,
        packed -> {
          // the size is the state's, not that of a few sums: so many are broadcast together
          SparkObjective alone =
              new SparkObjective(packed, model.getAggregationDepth(), 4L * topology.size());
          try (JoinedRounds objective = alone.joined()) {
            return Evaluate.of(
                objective,
                topology,
                Backends.get(model.getBackend()).name(),
                model.network().weights(),
                metric);
          }
        });
  }

  /** As many as tasks run at the same time, whatever partitions the rows come in. */
  private static int numShards(Dataset<?> rows, Survey survey) {
    int tasks = rows.sparkSession().sparkContext().defaultParallelism();
    long most = Math.min(ExactSum.MAX_LEAVES, survey.trainingRows());
    return (int) Math.min(tasks, most);
  }
}
