package org.sparkmlp.train;

/**
 * Chooses how many updates shards make between two aggregations, from the sizes of the problem
 * alone, so that the same problem always gets the same answer.
 *
 * <p>An aggregation costs about {@value #ROUND_SECONDS} s, {@value #SHARD_SECONDS} s a shard, and
 * for each byte that a shard returns {@value #DIRECT_SECONDS} s a shard where the driver adds them
 * up, or {@value #TREE_SECONDS} s times the root of their number where a tree of two levels does.
 * An update costs 6 floating-point operations for each weight and row, at a nominal {@value #FLOPS}
 * a second and core. Aggregation should take about a tenth of the time; the rounds of an epoch are
 * equally long. (Measured by {@code bin/benchmark spark} and {@code scale}.)
 */
public final class AutoLocalSteps {
  private static final double ROUND_SECONDS = 0.004;
  private static final double SHARD_SECONDS = 5e-4;
  private static final double DIRECT_SECONDS = 2e-9;
  private static final double TREE_SECONDS = 1.2e-8;
  private static final double FLOPS = 1e11;
  private static final double SHARE = 0.1;

  /**
   * The choice.
   *
   * @param localSteps H
   * @param reason why, in one sentence
   */
  public record Choice(int localSteps, String reason) {}

  private AutoLocalSteps() {}

  /**
   * @param weights length of the flat vector
   * @param slots of the optimizer
   */
  public static Choice choose(DataLayout layout, int batchSize, int weights, int slots) {
    int stepsPerEpoch = (layout.largestShard() + batchSize - 1) / batchSize;
    if (layout.numShards() == 1) {
      return new Choice(
          Math.max(2, stepsPerEpoch),
          "there is one shard, so nothing is averaged: one aggregation an epoch");
    }
    double update = 6.0 * weights * batchSize / FLOPS;
    double syncRound = roundSeconds(layout.numShards(), 4.0 * weights);
    double syncUpdate = update / layout.numShards();
    if (syncRound <= SHARE * syncUpdate) {
      return new Choice(
          1,
          String.format(
              "an update of %.0f ms on each of %d shards is worth an aggregation of about %.0f ms",
              1e3 * syncUpdate, layout.numShards(), 1e3 * syncRound));
    }
    double round = roundSeconds(layout.numShards(), 4.0 * weights * (1 + slots));
    double wanted = round / (SHARE * update);
    long rounds = Math.max(1, Math.round(stepsPerEpoch / wanted));
    int steps = (int) Math.max(2, (stepsPerEpoch + rounds - 1) / rounds);
    return new Choice(
        steps,
        String.format(
            "an aggregation costs about %.0f ms, an update %.2g ms: %s",
            1e3 * round,
            1e3 * update,
            rounds == 1
                ? "one aggregation an epoch of " + stepsPerEpoch + " updates"
                : steps + " updates between aggregations keep them near a tenth of the time"));
  }

  private static double roundSeconds(int shards, double bytes) {
    double perByte = Math.min(DIRECT_SECONDS * shards, TREE_SECONDS * Math.sqrt(shards));
    return ROUND_SECONDS + SHARD_SECONDS * shards + perByte * bytes;
  }
}
