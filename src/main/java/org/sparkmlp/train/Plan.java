package org.sparkmlp.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.nn.WeightUpdate;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.util.Check;

/**
 * Everything that decides how mini-batch training goes, besides the data and the initial weights.
 *
 * @param backend name of the backend that every shard computes on, or of a kind of device; not
 *     {@code auto}
 * @param stepSize η
 * @param batchSize rows of one update
 * @param localSteps updates that a shard makes on its own between two aggregations; 1: every update
 *     is aggregated
 * @param outerMomentum μ of {@link OuterMomentum}; 0: training goes on from the plain mean. Without
 *     meaning where every update is aggregated
 * @param epochs T, passes over the data
 * @param tol least improvement of the training loss that counts; 0 switches stopping off
 * @param past what earlier training has to say
 */
public record Plan(
    Topology topology,
    String backend,
    Optimizer optimizer,
    double stepSize,
    Schedule schedule,
    int batchSize,
    int localSteps,
    double outerMomentum,
    int epochs,
    double tol,
    long seed,
    Regularization regularization,
    Past past)
    implements Serializable {

  /** Most rows that go through the network at once; a longer batch is the sum of such parts. */
  private static final int MOST_ROWS_AT_ONCE = 512;

  /** So that counting steps can't overflow an int. */
  private static final int MOST_STEPS = 1 << 30;

  /** A plan without outer momentum, regularization and past. */
  public Plan(
      Topology topology,
      String backend,
      Optimizer optimizer,
      double stepSize,
      Schedule schedule,
      int batchSize,
      int localSteps,
      int epochs,
      double tol,
      long seed) {
    this(
        topology,
        backend,
        optimizer,
        stepSize,
        schedule,
        batchSize,
        localSteps,
        0,
        epochs,
        tol,
        seed,
        Regularization.NONE,
        Past.NONE);
  }

  /** Updates an epoch: of all shards together, or, with local steps, of each shard. */
  public int stepsPerEpoch(DataLayout layout) {
    long rows = localSteps == 1 ? layout.rows() : layout.largestShard();
    long steps = Math.max(1, (rows + batchSize - 1) / batchSize);
    Check.that(
        steps <= MOST_STEPS,
        "%d rows make %d updates an epoch with batchSize = %d, but at most %d are possible; raise batchSize",
        rows,
        steps,
        batchSize,
        MOST_STEPS);
    return (int) steps;
  }

  /** The learning rate of a step of an epoch. */
  public double rate(int epoch, int step, int stepsPerEpoch) {
    double time = epoch + (double) step / stepsPerEpoch;
    return stepSize
        * schedule.factor(past.epochs() + time, past.epochs() + epochs, 1.0 / stepsPerEpoch);
  }

  /** The same plan but for η. */
  Plan withStepSize(double other) {
    return with(other, outerMomentum, regularization, past);
  }

  /** The same plan but for μ. */
  public Plan withOuterMomentum(double other) {
    return with(stepSize, other, regularization, past);
  }

  /** The same plan after other training. */
  public Plan after(Past other) {
    return with(stepSize, outerMomentum, regularization, other);
  }

  /** The same plan but for regularization. */
  public Plan withRegularization(Regularization other) {
    return with(stepSize, outerMomentum, other, past);
  }

  private Plan with(
      double newStepSize, double newMomentum, Regularization newRegularization, Past newPast) {
    return new Plan(
        topology,
        backend,
        optimizer,
        newStepSize,
        schedule,
        batchSize,
        localSteps,
        newMomentum,
        epochs,
        tol,
        seed,
        newRegularization,
        newPast);
  }

  /** What makes an update on buffers of a backend; for one thread at a time. */
  WeightUpdate weightUpdate(Backend on) {
    WeightUpdate update = new WeightUpdate(topology, on, optimizer, regularization);
    if (past.anchor() != null) {
      Anchor.Vectors held = past.anchor().vectors();
      update.holdTo(held.weights(), held.strengths());
    }
    return update;
  }

  /** Everything that the weights depend on, but for data and initial weights, in lines of text. */
  List<String> description() {
    List<String> lines = new ArrayList<>(description(topology, backend));
    lines.add("solver " + optimizer.spec());
    lines.add("stepSize " + stepSize);
    lines.add("learningRateSchedule " + schedule.spec());
    lines.add("batchSize " + batchSize);
    lines.add("localSteps " + localSteps);
    lines.add("outerMomentum " + outerMomentum);
    lines.add("maxIter " + epochs);
    lines.add("tol " + tol);
    lines.add("seed " + seed);
    lines.add(regularization.toString());
    lines.addAll(past.description());
    return lines;
  }

  /** The lines that all solvers have. */
  static List<String> description(Topology topology, String backend) {
    List<String> lines = new ArrayList<>();
    lines.add("layers " + Arrays.toString(topology.layers()));
    for (int l = 1; l < topology.depth(); l++) {
      lines.add("activation " + topology.activation(l).spec());
    }
    lines.add("loss " + topology.loss().spec());
    lines.add("targets are " + (topology.classTargets() ? "classes" : "numbers"));
    lines.add("backend " + backend);
    return lines;
  }

  /** Rows that a network must have room for. */
  int networkRows() {
    return topology.rowsAtOnce(Math.min(batchSize, MOST_ROWS_AT_ONCE));
  }
}
