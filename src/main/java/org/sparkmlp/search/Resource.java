package org.sparkmlp.search;

import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.ml.MLPModel;
import org.sparkmlp.ml.MLPParams;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.util.Check;

/**
 * What the rungs of a search give more and more of.
 *
 * <p>{@code maxIter}: epochs. A cell whose training doesn't depend on how long it lasts (a constant
 * learning rate, no rule that ends it early) goes on from the weights of the rung before, its
 * optimizer beginning anew; others are fitted from the start.
 *
 * <p>{@code rows}: rows, and epochs if there are any to count. A share s of the resource is √s of
 * the training rows of each fold, for √s of the epochs. Every rung fits from the start, with its
 * whole schedule in the epochs it has, so that a learning rate that falls over the epochs is judged
 * by what it is for; stopped after a ninth of its epochs it would lose to a constant one.
 *
 * <p>{@code auto} takes rows if any cell has a schedule, or if there are no epochs to count, else
 * maxIter.
 */
final class Resource {
  private static final String MAX_ITER = "maxIter";

  static final List<String> NAMES = List.of("auto", "rows", MAX_ITER);

  private static final long SHARE_SEED = 3;

  private final boolean rows;
  private final PipelineStage learner;

  /** Whether there are epochs. */
  private final boolean counts;

  private Resource(boolean rows, PipelineStage learner) {
    this.rows = rows;
    this.learner = learner;
    this.counts = learner.hasParam(MAX_ITER);
  }

  static Resource of(String name, Estimator<?> estimator, List<Cell> cells) {
    PipelineStage learner = learner(estimator);
    boolean counts = learner.hasParam(MAX_ITER);
    boolean schedules =
        learner instanceof MLPParams mlp && cells.stream().anyMatch(cell -> !constant(mlp, cell));
    Check.that(
        counts || !name.equals(MAX_ITER),
        "resource = maxIter: %s has no param maxIter; take resource = rows",
        learner.getClass().getSimpleName());
    return new Resource(
        name.equals("rows") || (name.equals("auto") && (schedules || !counts)), learner);
  }

  /** The stage that learns: the estimator itself, or the last stage of a Pipeline. */
  static PipelineStage learner(Estimator<?> estimator) {
    if (estimator instanceof Pipeline pipeline && pipeline.isDefined(pipeline.stages())) {
      PipelineStage[] stages = pipeline.getStages();
      return stages.length == 0 ? estimator : stages[stages.length - 1];
    }
    return estimator;
  }

  String name() {
    return rows ? "rows" : MAX_ITER;
  }

  /** Whether a share of the resource has fewer rows. */
  boolean sharesRows() {
    return rows;
  }

  private static boolean constant(MLPParams mlp, Cell cell) {
    String schedule = value(cell, mlp, mlp.learningRateSchedule());
    return Schedules.parse(schedule).spec().equals(Schedules.parse("constant").spec());
  }

  /** Of a cell, else of the stage. */
  private static <T> T value(Cell cell, Params stage, Param<T> param) {
    return cell.map().contains(param) ? cell.map().apply(param) : stage.getOrDefault(param);
  }

  /** Whether a fit may go on from the weights of the rung before. */
  boolean continues(Cell cell) {
    return !rows
        && learner instanceof MLPParams mlp
        && constant(mlp, cell)
        && (Integer) value(cell, mlp, mlp.patience()) == 0
        && (Double) value(cell, mlp, mlp.tol()) == 0
        && !isSet(cell, mlp, mlp.initialModel())
        && !isSet(cell, mlp, mlp.plasticityAnchor());
  }

  private static boolean isSet(Cell cell, Params stage, Param<?> param) {
    return cell.map().contains(param) || stage.isSet(param);
  }

  /** The share of the rows, and of the epochs, that make a share of the whole. */
  private double part(double share) {
    return rows && counts ? Math.sqrt(share) : share;
  }

  /** What decides which rows a share of them has. */
  static Column order(Dataset<Row> all) {
    return RowHash.bucket(all, SHARE_SEED);
  }

  /** The share of the training rows that a rung gives. */
  double rows(Rung rung) {
    return rows ? part(rung.share()) : 1;
  }

  /**
   * What a share of the rows must be told of all, since it may not show it: the number of classes,
   * where the classifier would look for it.
   */
  Optional<ParamPair<?>> classes(Dataset<Row> all) {
    if (rows
        && learner instanceof MLPClassifier classifier
        && classifier.getNumClasses() == 0
        && !classifier.isSet(classifier.layers())
        && List.of(all.columns()).contains(classifier.getLabelCol())) {
      double largest =
          all.select(functions.col(classifier.getLabelCol()).cast("double"))
              .javaRDD()
              .map(row -> row.isNullAt(0) ? 0 : row.getDouble(0))
              .fold(0.0, Math::max);
      if (largest >= 1) {
        return Optional.of(new ParamPair<>(classifier.numClasses(), (Object) ((int) largest + 1)));
      }
    }
    return Optional.empty();
  }

  /**
   * The params of a fit in a rung.
   *
   * @param done share of the epochs that are behind, by a fit that this one goes on from
   * @param start the weights to go on from, or null
   */
  ParamMap map(Cell cell, Rung rung, double done, Vector start) {
    if (!counts || (rung.share() == 1 && done == 0)) {
      return cell.map();
    }
    Param<Object> maxIter = learner.getParam(MAX_ITER);
    int all = (Integer) value(cell, learner, maxIter);
    int epochs = epochs(all, rung.share()) - (start == null ? 0 : epochs(all, done));
    ParamMap map = cell.map().copy().put(List.<ParamPair<?>>of(new ParamPair<>(maxIter, epochs)));
    return start == null
        ? map
        : map.put(
            List.<ParamPair<?>>of(new ParamPair<>(((MLPParams) learner).initialWeights(), start)));
  }

  /** Whether a rung has epochs that the one before hasn't. */
  boolean adds(Cell cell, Rung before, Rung rung) {
    int all = (Integer) value(cell, learner, learner.getParam(MAX_ITER));
    return epochs(all, rung.share()) > epochs(all, before.share());
  }

  private int epochs(int all, double share) {
    return (int) Math.max(1, Math.round(all * part(share)));
  }

  /** The weights of a fitted network. */
  static Vector weights(Model<?> model) {
    return network(model).orElseThrow().weights();
  }

  /** The network in a model, if it is one of this project. */
  static Optional<MLPModel> network(Model<?> model) {
    Object last =
        model instanceof PipelineModel several && several.stages().length > 0
            ? several.stages()[several.stages().length - 1]
            : model;
    return last instanceof MLPModel network ? Optional.of(network) : Optional.empty();
  }
}
