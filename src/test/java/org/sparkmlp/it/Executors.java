package org.sparkmlp.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function0;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Footprint;
import org.sparkmlp.TaskEvents;
import org.sparkmlp.train.TrainingListener;
import scala.Tuple2;

/** The two executors of a {@link StandaloneCluster}: what they say, and their violent ends. */
final class Executors {
  private Executors() {}

  /** Does something once, between two rounds. */
  record AfterRound(int round, AtomicInteger rounds, Runnable action) implements TrainingListener {
    AfterRound(int round, Runnable action) {
      this(round, new AtomicInteger(), action);
    }

    @Override
    public void onRound(double epoch, int epochs, double loss, long rowsDone) {
      if (rounds.incrementAndGet() == round) {
        action.run();
      }
    }
  }

  /** What both say, by the names that Spark gives them. */
  static <T> Map<String, T> ask(SparkSession spark, Function0<T> question) {
    Map<String, T> answers = new TreeMap<>();
    List<Integer> tasks = IntStream.range(0, 10).boxed().toList();
    boolean both =
        Footprint.eventually(
            () -> {
              answers.clear();
              JavaSparkContext.fromSparkContext(spark.sparkContext())
                  .parallelize(tasks, tasks.size())
                  .map(
                      task -> {
                        Thread.sleep(50);
                        return new Tuple2<>(SparkEnv.get().executorId(), question.call());
                      })
                  .collect()
                  .forEach(entry -> answers.put(entry._1(), entry._2()));
              return answers.size() == 2;
            });
    assertThat(both).as("both executors work").isTrue();
    return answers;
  }

  /** Process ids. */
  static Map<String, Long> processes(SparkSession spark) {
    return ask(spark, () -> ProcessHandle.current().pid());
  }

  /** kill -9. */
  static void kill(long pid) {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    process.onExit().join();
  }

  /**
   * Kills, from a thread of its own, the executor that gets the next task, which can't end before.
   *
   * @param faults the folder of {@link FaultPlugin}
   */
  static void killNextBusy(TaskEvents events, Path faults, Map<String, Long> processes) {
    events.settle();
    events.busyExecutors.clear();
    FaultPlugin.on(faults, FaultPlugin.GATE); // no task of the next round ends
    new Thread(
            () -> {
              Footprint.eventually(() -> !events.busyExecutors.isEmpty());
              kill(processes.get(events.busyExecutors.iterator().next()));
              FaultPlugin.off(faults, FaultPlugin.GATE);
            })
        .start();
  }
}
