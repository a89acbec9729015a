package org.sparkmlp.train;

/**
 * Chooses how many updates shards make between two aggregations, from the sizes of the problem
 * alone, so that the same problem always gets the same answer.
 *
 * <p>An aggregation costs about {@value #ROUND_SECONDS} s of scheduling and {@value
 * #SECONDS_PER_BYTE} s for each byte that a shard returns; an update 6 floating-point operations
 * for each weight and row, at a nominal {@value #FLOPS} a second and core. Aggregation should take
 * about a tenth of the time, and happen no more often than that; the rounds of an epoch are equally
 * long. (Measured by {@code bin/benchmark spark} and {@code localsteps}.)
 */
public final class AutoLocalSteps {
  private static final double ROUND_SECONDS = 0.03;
  private static final double SECONDS_PER_BYTE = 4e-9;
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
    double syncRound = ROUND_SECONDS + SECONDS_PER_BYTE * 4 * weights;
    double syncUpdate = update / layout.numShards();
    if (syncRound <= SHARE * syncUpdate) {
      return new Choice(
          1,
          String.format(
              "an update of %.0f ms on each of %d shards is worth an aggregation of about %.0f ms",
              1e3 * syncUpdate, layout.numShards(), 1e3 * syncRound));
    }
    double round = ROUND_SECONDS + SECONDS_PER_BYTE * 4 * weights * (1 + slots);
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
}
