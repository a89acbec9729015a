package org.sparkmlp.train;

import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.WeightUpdate;
import org.sparkmlp.train.Workspaces.Workspace;

/**
 * A round of local descent: every shard makes the updates {@code state.step} to {@code toStep} of
 * the epoch on rows of its own, from common weights and slots; what is summed is each shard's
 * weights and slots, times the weight of the rows it has gone through, so that the driver can
 * average. (McMahan et al. 2017, federated averaging; Stich 2019, local SGD.)
 *
 * <p>Step t of T takes rows floor(n t/T) to floor(n (t+1)/T) of a shard's n, in the epoch's order.
 * A shard without rows for a step makes no update.
 */
record LocalSteps(Plan plan, int stepsPerEpoch, int toStep)
    implements Program<TrainingState, RoundResult> {
  @Override
  public RoundResult empty() {
    return new RoundResult();
  }

  @Override
  public RoundResult run(TrainingState state, Shard shard, Workspaces workspaces) {
    int rows = shard.training().count();
    int from = ShardPass.share(rows, state.step, stepsPerEpoch);
    int to = ShardPass.share(rows, toStep, stepsPerEpoch);
    if (from == to) {
      return empty();
    }
    return workspaces.with(
        plan.topology(),
        plan.backend(),
        plan.networkRows(),
        workspace -> {
          long start = System.nanoTime();
          workspace.network.setWeights(state.weights);
          workspace.network.setSlots(state.slots);
          int key = ShardPass.start(workspace, plan, state.epoch, shard);
          LossSums sums = new LossSums();
          int badStep;
          try (WeightUpdate update = plan.weightUpdate(workspace.network.backend())) {
            badStep =
                DevicePass.serves(workspace, shard, plan.topology())
                    ? descendOnDevice(workspace, shard, key, state, update, sums)
                    : descend(workspace, shard.training(), key, state, update, sums);
          }
          RoundResult result = result(workspace.network, sums, to - from, start);
          return badStep < 0 ? result : result.diverged(badStep);
        });
  }

  /** Makes the updates; returns the step after which the loss wasn't finite, or -1. */
  private int descend(
      Workspace workspace,
      Shard.Rows rows,
      int key,
      TrainingState state,
      WeightUpdate update,
      LossSums sums) {
    LossSums batch = new LossSums();
    Dropout dropout = plan.regularization().dropout();
    long updates = state.updates;
    for (int step = state.step; step < toStep; step++) {
      int from = ShardPass.share(rows.count(), step, stepsPerEpoch);
      int to = ShardPass.share(rows.count(), step + 1, stepsPerEpoch);
      if (from < to) {
        batch.clear(); // sums of its own: a difference of running sums would round
        ShardPass.differentiate(workspace, rows, from, to, dropout, key, batch);
        sums.add(batch);
        updates++;
        double rate = plan.rate(state.epoch, step, stepsPerEpoch);
        workspace.network.update(update, batch.weight, rate, updates);
      }
      if (!Double.isFinite(sums.loss)) {
        return step;
      }
    }
    return -1;
  }

  /**
   * The same on a device, which is told all steps before it has made the first: what became of the
   * losses is read when all are done.
   */
  private int descendOnDevice(
      Workspace workspace,
      Shard shard,
      int key,
      TrainingState state,
      WeightUpdate update,
      LossSums sums) {
    int rows = shard.training().count();
    int first = ShardPass.share(rows, state.step, stepsPerEpoch);
    int end = ShardPass.share(rows, toStep, stepsPerEpoch);
    Dropout dropout = plan.regularization().dropout();
    long updates = state.updates;
    try (DevicePass pass =
        DevicePass.ofTraining(workspace, shard, first, end, key, toStep - state.step)) {
      for (int step = state.step; step < toStep; step++) {
        int from = ShardPass.share(rows, step, stepsPerEpoch);
        int to = ShardPass.share(rows, step + 1, stepsPerEpoch);
        if (from < to) {
          double weight = pass.differentiate(from - first, to - first, dropout, step - state.step);
          updates++;
          double rate = plan.rate(state.epoch, step, stepsPerEpoch);
          workspace.network.update(update, weight, rate, updates);
        }
      }
      LossSums[] losses = pass.losses();
      for (int i = 0; i < losses.length; i++) {
        sums.add(losses[i]);
        if (!Double.isFinite(sums.loss)) {
          return state.step + i;
        }
      }
      return -1;
    }
  }

  private RoundResult result(Network network, LossSums sums, long rows, long start) {
    int size = plan.topology().size();
    int copies = 1 + plan.optimizer().slots().size();
    float[] vector = new float[copies * size];
    network.getWeights(vector);
    network.getSlots(vector, size);
    float scale = (float) sums.weight;
    return new RoundResult(
        ExactSum.of(vector, scale, Slices.ends(plan.topology(), copies)),
        sums,
        scale,
        rows,
        4L * vector.length,
        System.nanoTime() - start);
  }
}
