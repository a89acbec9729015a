package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Footprint;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.data.Shard;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Adam;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Objective;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Program;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.train.Workspaces;

/** Rounds on Spark: the same sums by any tree and under faults, and nothing left behind. */
@Tag("slow")
class RoundsTest {
  private static final int ROWS = 800;
  private static final int COLUMNS = 6;
  private static final int SHARDS = 8;
  private static final Topology TOPOLOGY =
      new Topology(
          new int[] {COLUMNS, 12, 4}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);

  /** Bytes that the heap and the memory outside of it may grow between round 250 and round 1000. */
  private static final long TOLERANCE = 24 << 20;

  @TempDir static Path folder;

  private static SparkSession spark;
  private static ShardedRows rows;

  @BeforeAll
  static void open() throws IOException {
    FaultPlugin.quiet();
    spark =
        SparkSessions.open(
            "local[2,4]",
            "rounds",
            "spark.default.parallelism",
            String.valueOf(SHARDS),
            "spark.local.dir",
            Files.createDirectory(folder.resolve("local")).toString(),
            "spark.eventLog.enabled",
            "true",
            "spark.eventLog.dir",
            Files.createDirectory(folder.resolve("events")).toUri().toString(),
            "spark.eventLog.compress",
            "false",
            "spark.eventLog.rolling.enabled",
            "false",
            // what Spark keeps for its web UI grows up to these numbers
            "spark.ui.retainedJobs",
            "20",
            "spark.ui.retainedStages",
            "20",
            "spark.ui.retainedTasks",
            "200");
    Dataset<Row> frame = Frames.clouds(spark, ROWS, COLUMNS, 4);
    Columns columns = new Columns("features", "label", null, null);
    rows =
        ShardedRows.pack(
            frame,
            columns,
            new ShardedRows.Packing(COLUMNS, Targets.classes(4), SHARDS, 64),
            Survey.of(frame, columns, Targets.classes(4)));
  }

  @AfterAll
  static void close() {
    rows.close();
    spark.stop();
  }

  private static Plan plan(int localSteps, int epochs) {
    return new Plan(
        TOPOLOGY,
        "openblas",
        new Adam(0.9, 0.999, 1e-8),
        0.001,
        Schedules.parse("cosine"),
        localSteps == 1 ? 8 : 4,
        localSteps,
        epochs,
        0,
        3);
  }

  private static float[] train(Objective objective, Plan plan, TrainingListener listener) {
    return new Trainer(objective, plan, listener)
        .train(Initializer.parse("auto").weights(TOPOLOGY, 3))
        .weights();
  }

  private static SparkObjective objective(String levels) {
    List<Integer> partitions = new ArrayList<>();
    for (String level : levels.split(" ")) {
      if (!level.isEmpty()) {
        partitions.add(Integer.valueOf(level));
      }
    }
    return new SparkObjective(rows, new TreeShape(partitions));
  }

  @Test
  void anyTreeGivesTheSameBits() {
    for (int localSteps : new int[] {1, 5}) {
      Plan plan = plan(localSteps, 1);
      float[] direct = train(objective(""), plan, TrainingListener.NONE);
      for (String levels : new String[] {"1", "3 1", "5 2 1", "4"}) {
        assertThat(train(objective(levels), plan, TrainingListener.NONE))
            .as(levels)
            .isEqualTo(direct);
      }
    }
  }

  /** Tasks of rounds fail in the middle of their work, one in ten, and are run again. */
  private record Faulty<S extends java.io.Serializable, R extends Mergeable<R>>(
      Program<S, R> program) implements Program<S, R> {
    static final AtomicInteger FAULTS = new AtomicInteger();

    @Override
    public R empty() {
      return program.empty();
    }

    @Override
    public R run(S state, Shard shard, Workspaces workspaces) {
      R result = program.run(state, shard, workspaces);
      TaskContext task = TaskContext.get();
      boolean oneInTen =
          new SplittableRandom(task.stageId() * 31L + shard.index()).nextInt(10) == 0;
      if (task.attemptNumber() == 0 && oneInTen) {
        FAULTS.incrementAndGet();
        throw new IllegalStateException("injected fault");
      }
      return result;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3 1"})
  void tasksThatFailAtRandomChangeNoBit(String levels) {
    Faulty.FAULTS.set(0);
    for (int localSteps : new int[] {1, 5}) {
      Plan plan = plan(localSteps, 1);
      SparkObjective sound = objective(levels);
      float[] expected = train(sound, plan, TrainingListener.NONE);
      Objective faulty =
          new Objective() {
            @Override
            public DataLayout layout() {
              return sound.layout();
            }

            @Override
            public <S extends java.io.Serializable, R extends Mergeable<R>> R round(
                Program<S, R> program, S state) {
              return sound.round(new Faulty<>(program), state);
            }
          };
      assertThat(train(faulty, plan, TrainingListener.NONE)).isEqualTo(expected);
    }
    assertThat(Faulty.FAULTS.get()).as("of 840 tasks").isGreaterThan(40);
  }

  /** A program that never succeeds. */
  private record Broken() implements Program<String, Broken.Nothing> {
    record Nothing() implements Mergeable<Nothing> {
      @Override
      public Nothing merge(Nothing other) {
        return this;
      }
    }

    @Override
    public Nothing empty() {
      return new Nothing();
    }

    @Override
    public Nothing run(String state, Shard shard, Workspaces workspaces) {
      throw new IllegalStateException("broken on " + state);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3 1"})
  void aRoundThatFailsLeavesNothingBehind(String levels) {
    int shuffles = Footprint.countShuffles();
    assertThatThrownBy(() -> objective(levels).round(new Broken(), "purpose"))
        .rootCause()
        .hasMessage("broken on purpose");
    assertThat(Footprint.eventually(() -> Footprint.countShuffles() == shuffles)).isTrue();
    assertThat(Footprint.after(spark, 0).broadcasts()).isZero();
    train(objective(levels), plan(5, 1), TrainingListener.NONE);
  }

  /** Footprint and size of the event log after some rounds. */
  private record Measure(Footprint footprint, long eventBytes) {
    static Measure take() {
      try {
        spark.sparkContext().listenerBus().waitUntilEmpty();
      } catch (TimeoutException e) {
        throw new AssertionError(e);
      }
      assertThat(Footprint.eventually(() -> Footprint.countShuffles() == 1))
          .as("the rows' shuffle is left alone, before any garbage collection")
          .isTrue();
      Footprint footprint = Footprint.after(spark, 1);
      try (Stream<Path> logs = Files.walk(folder.resolve("events"))) {
        long bytes = logs.mapToLong(log -> log.toFile().isFile() ? log.toFile().length() : 0).sum();
        return new Measure(footprint, bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3 1"})
  void aThousandRoundsLeaveNothingBehind(String levels) {
    List<Measure> measures = new ArrayList<>();
    AtomicInteger round = new AtomicInteger();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onRound(double epoch, int epochs, double loss, long rowsDone) {
            if (List.of(250, 350, 900, 1000).contains(round.incrementAndGet())) {
              measures.add(Measure.take());
            }
          }

          @Override
          public void onEpoch(EpochRecord record) {}
        };
    train(objective(levels), plan(1, 10), listener);
    assertThat(round.get()).isEqualTo(1000);
    Footprint early = measures.get(0).footprint;
    Footprint late = measures.get(3).footprint;
    System.out.println("rounds by '" + levels + "': " + measures);
    assertThat(late.shuffles()).as("shuffles on disk: only that of the rows").isEqualTo(1);
    assertThat(late.packedRows()).isEqualTo(1);
    assertThat(late.broadcasts()).as("at most the round's own").isLessThanOrEqualTo(1);
    assertThat(late.threads()).isLessThanOrEqualTo(early.threads() + 4);
    assertThat(late.heapBytes()).isLessThan(early.heapBytes() + TOLERANCE);
    assertThat(late.nativeBytes()).isLessThan(early.nativeBytes() + TOLERANCE);
    long earlyEvents = measures.get(1).eventBytes - measures.get(0).eventBytes;
    long lateEvents = measures.get(3).eventBytes - measures.get(2).eventBytes;
    assertThat(lateEvents).as("bytes of events of 100 rounds").isBetween(1L, earlyEvents * 11 / 10);
  }
}
