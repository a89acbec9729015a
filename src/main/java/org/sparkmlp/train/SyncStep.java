package org.sparkmlp.train;

import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.Shard;

/**
 * One step of synchronous mini-batch descent: the gradient of the loss sum over this step's share
 * of every shard. Step t of T takes rows floor(n t/T + s/S) to floor(n (t+1)/T + s/S) of the n rows
 * of shard s of S, in the epoch's order.
 */
record SyncStep(Plan plan, int stepsPerEpoch, int numShards)
    implements Program<TrainingState, RoundResult> {
  @Override
  public RoundResult empty() {
    return new RoundResult();
  }

  @Override
  public RoundResult run(TrainingState state, Shard shard, Workspaces workspaces) {
    int rows = shard.training().count();
    int from = share(rows, state.step, shard);
    int to = share(rows, state.step + 1, shard);
    if (from == to) {
      return empty();
    }
    return workspaces.with(
        plan.topology(),
        plan.backend(),
        plan.networkRows(),
        workspace -> {
          long start = System.nanoTime();
          LossSums sums = new LossSums();
          workspace.network.setWeights(state.weights);
          int key = ShardPass.start(workspace, plan, state.epoch, shard);
          if (DevicePass.serves(workspace, shard, plan.topology())) {
            try (DevicePass pass = DevicePass.ofTraining(workspace, shard, from, to, key, 1)) {
              pass.differentiate(0, to - from, plan.regularization().dropout(), 0);
              sums.add(pass.losses()[0]);
            }
          } else {
            ShardPass.differentiate(
                workspace, shard.training(), from, to, plan.regularization().dropout(), key, sums);
          }
          float[] gradient = new float[plan.topology().size()];
          workspace.network.getGradient(gradient);
          RoundResult result =
              new RoundResult(
                  ExactSum.of(gradient, 1, Slices.ends(plan.topology(), 1)),
                  sums,
                  sums.weight,
                  to - from,
                  4L * gradient.length,
                  System.nanoTime() - start);
          return Double.isFinite(sums.loss) ? result : result.diverged(state.step);
        });
  }

  private int share(int rows, int step, Shard shard) {
    return ShardPass.staggeredShare(rows, step, stepsPerEpoch, shard.index(), numShards);
  }
}
