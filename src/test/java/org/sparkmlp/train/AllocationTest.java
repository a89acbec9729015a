package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;

/** The inner loop of training leaves the garbage collector alone. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "openblas | relu            | softmaxCrossEntropy",
        "netlib   | relu            | softmaxCrossEntropy",
        "ejml     | relu            | softmaxCrossEntropy",
        "openblas | gelu, maxout(3) | hinge"
      })
  void aThousandStepsAllocateAtMost64kB(String backend, String activations, String loss) {
    allocates(backend, activations, loss, Regularization.NONE);
  }

  @Test
  void noMoreWithAllRegularization() {
    Dropout dropout = new Dropout(0.1, List.of(0.5, 0.5));
    allocates(
        "openblas",
        "relu",
        "softmaxCrossEntropy",
        new Regularization(0.01, 0.5, 0.01, dropout, 2, 1, 1));
  }

  private static void allocates(
      String backend, String activations, String loss, Regularization regularization) {
    Topology topology =
        new Topology(
            new int[] {20, 16, 12, 5},
            Activations.forLayers(activations, 2),
            Losses.parse(loss),
            true);
    Plan plan =
        new Plan(
                topology,
                backend,
                (Optimizer) Solvers.parse("adam"),
                0.001,
                Schedules.parse("warmup(2ep).then(cosine)"),
                8,
                2000,
                10,
                0,
                1)
            .withRegularization(regularization);
    Rows rows = Rows.clouds(new Random(1), 8 * 1000, 20, 5);
    LocalObjective objective = rows.objective(1, 128);
    float[] start = Initializer.parse("auto").weights(topology, 1);
    TrainingState state =
        new TrainingState(start, new float[2 * start.length], TrainingState.NONE, 0, 0, 0);
    LocalSteps thousand = new LocalSteps(plan, 1000, 1000);
    long allocated = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) { // the first runs load classes and grow workspaces
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      RoundResult result = objective.round(thousand, state);
      allocated =
          Math.min(
              allocated, THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
      assertThat(result.rows()).isEqualTo(8000);
    }
    // what a round returns, once: weights and two slots
    long perRound = 4L * 3 * topology.size();
    System.out.println(backend + ": 1000 steps allocated " + (allocated - perRound) + " bytes");
    assertThat(allocated - perRound).isLessThan(64 * 1024);
  }
}
