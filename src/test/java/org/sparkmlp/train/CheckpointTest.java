package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.Seeds;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solver;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;

/** Training that is killed and started again ends with the bits of training that isn't. */
class CheckpointTest {
  private static final int COLUMNS = 5;
  private static final int EPOCHS = 9;
  private static final Topology TOPOLOGY =
      new Topology(new int[] {COLUMNS, 6, 4}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
  private static final float[] START = Initializer.parse("auto").weights(TOPOLOGY, 3);
  private static final String LOG = Checkpoints.class.getName();

  /** A training that can be started any number of times. */
  private record Run(
      Rows rows,
      Solver solver,
      String schedule,
      Regularization regularization,
      int localSteps,
      double tol,
      long seed,
      int epochs) {
    Run(String solver, int localSteps) {
      this(
          someRows(),
          Solvers.parse(solver),
          "warmup(2ep).then(cosine)",
          Regularization.NONE,
          localSteps,
          0,
          42,
          EPOCHS);
    }

    static Rows someRows() {
      Rows rows = Rows.clouds(new Random(1), 70, COLUMNS, 4);
      Rows others = Rows.clouds(new Random(2), 10, COLUMNS, 4);
      for (int i = 0; i < 10; i++) {
        rows.add(others.features.get(i), others.labels.get(i), 1, true);
      }
      return rows;
    }

    Run with(Rows other) {
      return new Run(other, solver, schedule, regularization, localSteps, tol, seed, epochs);
    }

    Run tol(double other, int most) {
      return new Run(rows, solver, schedule, regularization, localSteps, other, seed, most);
    }

    Run seed(long other) {
      return new Run(rows, solver, schedule, regularization, localSteps, tol, other, epochs);
    }

    Run schedule(String other) {
      return new Run(rows, solver, other, regularization, localSteps, tol, seed, epochs);
    }

    Run regularization(Regularization other) {
      return new Run(rows, solver, schedule, other, localSteps, tol, seed, epochs);
    }

    TrainingResult unbroken() {
      return train(new CheckpointPolicy(null, 1), TrainingListener.NONE);
    }

    TrainingResult train(CheckpointPolicy policy, TrainingListener listener) {
      Objective objective = rows.objective(3, 16);
      if (solver instanceof Lbfgs lbfgs) {
        return new LbfgsTrainer(
                objective,
                TOPOLOGY,
                "openblas",
                lbfgs,
                epochs,
                tol,
                listener,
                policy,
                regularization,
                EarlyStopping.OFF)
            .train(START);
      }
      Plan plan =
          new Plan(
                  TOPOLOGY,
                  "openblas",
                  (Optimizer) solver,
                  0.01,
                  Schedules.parse(schedule),
                  8,
                  localSteps,
                  epochs,
                  tol,
                  seed)
              .withOuterMomentum(0.7)
              .withRegularization(regularization);
      return new Trainer(objective, plan, listener, new Safeguards(policy, false)).train(START);
    }

    /** Trains until the end of an epoch; returns the epochs that were trained. */
    void killAfter(int epoch, MemoryStore store, int interval) {
      assertThatThrownBy(() -> train(new CheckpointPolicy(store, interval), new KillAfter(epoch)))
          .isInstanceOf(MemoryStore.Killed.class);
    }

    /** Trains to the end and asserts the bits of {@code expected}; returns the epochs trained. */
    List<Integer> finish(MemoryStore store, int interval, TrainingResult expected) {
      List<Integer> heard = new ArrayList<>();
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void onEpoch(EpochRecord epoch) {
              heard.add(epoch.epoch());
            }
          };
      TrainingResult result = train(new CheckpointPolicy(store, interval), listener);
      assertSame(result, expected);
      assertThat(store.files).as("files left behind").isEmpty();
      return heard;
    }
  }

  private record KillAfter(int epoch) implements TrainingListener {
    @Override
    public void onEpoch(EpochRecord record) {
      if (record.epoch() >= epoch) {
        throw new MemoryStore.Killed();
      }
    }
  }

  private static void assertSame(TrainingResult result, TrainingResult expected) {
    assertThat(result.weights()).containsExactly(expected.weights());
    assertThat(result.epochs().stream().map(CheckpointTest::timeless))
        .containsExactlyElementsOf(
            expected.epochs().stream().map(CheckpointTest::timeless).toList());
    assertThat(result.stopReason()).isEqualTo(expected.stopReason());
    assertThat(result.costs().rounds()).isEqualTo(expected.costs().rounds());
    assertThat(result.costs().rows()).isEqualTo(expected.costs().rows());
    assertThat(result.costs().bytesAggregated()).isEqualTo(expected.costs().bytesAggregated());
  }

  private static EpochRecord timeless(EpochRecord e) {
    return new EpochRecord(
        e.epoch(),
        e.loss(),
        e.accuracy(),
        e.learningRate(),
        e.validationLoss(),
        e.validationAccuracy(),
        e.validationMetric(),
        0);
  }

  @Test
  void everySolverResumesAnywhereWithTheBitsOfTheUnbrokenRun() {
    Random random = Seeds.random("resuming");
    for (String solver : Solvers.names()) {
      for (int localSteps : solver.equals("l-bfgs") ? new int[] {0} : new int[] {1, 3}) {
        Run run = new Run(solver, localSteps);
        TrainingResult expected = run.unbroken();
        assertThat(expected.epochs()).hasSize(EPOCHS);
        for (int interval = 1; interval <= 3; interval++) {
          MemoryStore store = new MemoryStore();
          int first = 1 + random.nextInt(EPOCHS - 1);
          run.killAfter(first, store, interval);
          int last = (first - 1) / interval * interval; // written after the listener is told
          int second = last + 1 + random.nextInt(EPOCHS - last);
          run.killAfter(second, store, interval);
          last = Math.max(last, (second - 1) / interval * interval);
          assertThat(run.finish(store, interval, expected))
              .as("%s, killed after %d and %d of interval %d", solver, first, second, interval)
              .startsWith(last + 1)
              .endsWith(EPOCHS)
              .hasSize(EPOCHS - last);
        }
      }
    }
  }

  @Test
  void regularizationAndPlateausAreRestoredToo() {
    Regularization all =
        new Regularization(0.01, 0.3, 0.1, new Dropout(0.2, List.of(0.4)), 0.9, 0.5, 0.2);
    for (int localSteps : new int[] {1, 3}) {
      Run run =
          new Run("adam", localSteps)
              .schedule("warmup(2ep).then(reduceOnPlateau(factor=0.5,patience=0,threshold=0.05))")
              .regularization(all);
      TrainingResult expected = run.unbroken();
      double rate = expected.epochs().get(EPOCHS - 1).learningRate();
      assertThat(rate).isLessThan(0.01).isPositive(); // it has been cut before some of the kills
      for (int epoch = 2; epoch < EPOCHS; epoch++) {
        MemoryStore store = new MemoryStore();
        run.killAfter(epoch, store, 1);
        assertThat(run.finish(store, 1, expected)).startsWith(epoch).endsWith(EPOCHS);
      }
    }
    Run lbfgs = new Run("l-bfgs", 0).regularization(Regularization.NONE.withPenalty(0.1, 0));
    MemoryStore store = new MemoryStore();
    lbfgs.killAfter(4, store, 1);
    assertThat(lbfgs.finish(store, 1, lbfgs.unbroken())).startsWith(4);
    assertThat(lbfgs.unbroken().weights()).isNotEqualTo(new Run("l-bfgs", 0).unbroken().weights());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "l-bfgs"})
  void stoppingByTolIsRestoredToo(String solver) {
    Run run = new Run(solver, 3).tol(0.02, 200);
    TrainingResult expected = run.unbroken();
    int stop = expected.epochs().size();
    assertThat(stop).isBetween(5, 190);
    for (int interval : new int[] {1, 4}) {
      for (int kill : new int[] {stop - 3, stop - 1}) {
        MemoryStore store = new MemoryStore();
        run.killAfter(kill, store, interval);
        assertThat(run.finish(store, interval, expected)).endsWith(stop);
      }
    }
  }

  @Test
  void checkpointsChangeNoBitAndOffMeansOff() {
    Run run = new Run("adam", 3);
    TrainingResult expected = run.unbroken();
    MemoryStore store = new MemoryStore();
    assertThat(run.finish(store, 2, expected)).hasSize(EPOCHS);
    assertThat(store.completed).hasSize(2 * 4); // epochs 2, 4, 6, 8: a data file and a manifest
    MemoryStore unused = new MemoryStore();
    run.finish(unused, -1, expected);
    assertThat(unused.operations()).isZero();
  }

  @Test
  void theLastTwoCheckpointsAreKept() {
    MemoryStore store = new MemoryStore();
    new Run("momentum", 1).killAfter(8, store, 1);
    List<String> names = store.files.keySet().stream().map(path -> path.split("/", -1)[1]).toList();
    assertThat(names).hasSize(4);
    assertThat(names.get(0)).matches("00000006-[0-9a-f]{16}\\.data");
    assertThat(names.get(1)).isEqualTo(names.get(0).replace("data", "manifest"));
    assertThat(names.get(2)).matches("00000007-[0-9a-f]{16}\\.data");
    assertThat(names.get(3)).isEqualTo(names.get(2).replace("data", "manifest"));
  }

  /** The n-th operation on files is the last that the process does, half of it at that. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void killedAtEveryFileOperationAValidCheckpointIsLeft(boolean seenWhileWritten) {
    for (String solver : List.of("adam", "l-bfgs")) {
      Run run = new Run(solver, 4);
      TrainingResult expected = run.unbroken();
      MemoryStore whole = new MemoryStore(seenWhileWritten);
      run.finish(whole, 2, expected);
      int operations = whole.operations();
      assertThat(operations).isGreaterThan(25);
      for (int n = 1; n <= operations; n++) {
        MemoryStore store = new MemoryStore(seenWhileWritten).killedAt(n);
        assertThatThrownBy(() -> run.train(new CheckpointPolicy(store, 2), TrainingListener.NONE))
            .isInstanceOf(MemoryStore.Killed.class);
        int manifests =
            (int) store.completed.stream().filter(path -> path.endsWith("manifest")).count();
        try (CapturedLog log = new CapturedLog(LOG)) {
          List<Integer> heard = run.finish(store.revive(), 2, expected);
          if (n < operations) { // at the last, its folder has been half deleted
            int done = heard.get(0) - 1;
            // what was complete counts; a manifest that only wasn't closed may count too
            assertThat(done)
                .as("killed at operation %d", n)
                .isBetween(2 * manifests, seenWhileWritten ? 2 * manifests + 2 : 2 * manifests);
            assertThat(log.lines())
                .anyMatch(
                    line ->
                        line.matches(
                            done == 0
                                ? "INFO no checkpoint of this fit to resume from.*"
                                : "INFO resuming after \\w+ " + done + " of 9 from .*"));
          }
        }
      }
    }
  }

  @Test
  void aFileSystemThatFailsOnceCostsACheckpointAtMost() {
    Run run = new Run("adam", 4);
    TrainingResult expected = run.unbroken();
    MemoryStore whole = new MemoryStore();
    run.finish(whole, 2, expected);
    for (int n = 2; n < whole.operations(); n++) {
      MemoryStore store = new MemoryStore().failingAt(n);
      try (CapturedLog log = new CapturedLog(LOG)) {
        run.finish(store, 2, expected);
        assertThat(log.lines()).as("operation %d", n).anyMatch(line -> line.startsWith("WARN"));
      }
      // and if the process dies later, the checkpoints that could be written are there
      MemoryStore dying = new MemoryStore().failingAt(n);
      try (CapturedLog log = new CapturedLog(LOG)) {
        run.killAfter(EPOCHS, dying, 2);
        run.finish(dying.revive(), 2, expected);
      }
    }
    assertThatThrownBy(
            () ->
                run.train(
                    new CheckpointPolicy(new MemoryStore().failingAt(1), 2), TrainingListener.NONE))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("of checkpointDir can't be listed");
  }

  /** What can befall a file, and what is said of it then. */
  private enum Damage {
    DATA_CUT(".data", b -> Arrays.copyOf(b, b.length / 2), "bytes where"),
    DATA_EMPTY(".data", b -> new byte[0], "its data file has 0 bytes where"),
    DATA_ALTERED(".data", b -> flipped(b, b.length / 2), "its data file is altered"),
    DATA_MISSING(".data", b -> null, "is not there"),
    MANIFEST_CUT(".manifest", b -> Arrays.copyOf(b, b.length - 2), "cut short or altered"),
    MANIFEST_EMPTY(".manifest", b -> new byte[0], "cut short or altered"),
    MANIFEST_ALTERED(".manifest", b -> flipped(b, 60), "cut short or altered"),
    NEWER_FORMAT(
        ".manifest",
        b -> resealed(b, "format 1", "format 2"),
        "it is of format 2, and this spark-mlp reads 1"),
    OTHER_CONFIGURATION(
        ".manifest",
        b -> resealed(resealed(b, "seed 42", "seed 43"), "key ", "key 0"),
        "of other data or another configuration: it has 'seed 43' where this fit has 'seed 42'");

    final String suffix;
    final UnaryOperator<byte[]> to;
    final String sentence;

    Damage(String suffix, UnaryOperator<byte[]> to, String sentence) {
      this.suffix = suffix;
      this.to = to;
      this.sentence = sentence;
    }

    void inflict(MemoryStore store, String number) {
      for (String path : List.copyOf(store.files.keySet())) {
        if (path.contains("/" + number + "-") && path.endsWith(suffix)) {
          byte[] damaged = to.apply(store.files.get(path));
          if (damaged == null) {
            store.files.remove(path);
          } else {
            store.files.put(path, damaged);
          }
        }
      }
    }
  }

  private static byte[] flipped(byte[] bytes, int place) {
    byte[] copy = bytes.clone();
    copy[place] ^= 1;
    return copy;
  }

  /** A manifest with another text, and the checksum that goes with it. */
  private static byte[] resealed(byte[] manifest, String from, String to) {
    String text = new String(manifest, StandardCharsets.UTF_8);
    String changed = text.substring(0, text.lastIndexOf("checksum ")).replaceFirst(from, to);
    return (changed + "checksum " + CheckpointKey.hash(changed) + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void damagedAndForeignCheckpointsAreRefusedWithASentence() {
    Run run = new Run("adam", 2);
    TrainingResult expected = run.unbroken();
    for (Damage damage : Damage.values()) {
      MemoryStore store = new MemoryStore();
      run.killAfter(7, store, 2);
      damage.inflict(store, "00000003");
      Map<String, byte[]> files = new HashMap<>(store.files);
      try (CapturedLog log = new CapturedLog(LOG)) {
        assertThat(run.finish(store, 2, expected)).as(damage.name()).startsWith(5);
        assertThat(log.lines())
            .as(damage.name())
            .anyMatch(
                line ->
                    line.matches(
                            "WARN checkpoint memory/[0-9a-f]{32}/00000003-\\S+ is not used: .*")
                        && line.contains(damage.sentence));
      }
      store.files.putAll(files);
      damage.inflict(store, "00000002");
      try (CapturedLog log = new CapturedLog(LOG)) {
        assertThat(run.finish(store, 2, expected)).as(damage.name() + " of both").startsWith(1);
        assertThat(log.lines()).filteredOn(line -> line.startsWith("WARN")).hasSize(2);
      }
    }
  }

  @Test
  void checkpointsThatWereCopiedFromOtherFitsAreRefused() {
    Run run = new Run("adam", 2);
    Rows others = Run.someRows();
    others.features.get(7)[2] += 1e-4f;
    MemoryStore store = new MemoryStore();
    run.killAfter(2, store, 1);
    String folder = store.files.keySet().iterator().next().split("/", -1)[0];
    List<String> sentences = new ArrayList<>();
    for (Run other : List.of(run.seed(43), run.with(others), run.tol(0, 10))) {
      MemoryStore theirs = new MemoryStore();
      other.killAfter(5, theirs, 1);
      theirs.files.forEach(
          (path, content) -> {
            assertThat(path).doesNotStartWith(folder);
            store.files.put(path.replaceFirst("^[0-9a-f]{32}", folder), content);
          });
    }
    try (CapturedLog log = new CapturedLog(LOG)) {
      assertThat(run.finish(store, 1, run.unbroken())).startsWith(2);
      log.lines().stream().filter(line -> line.startsWith("WARN")).forEach(sentences::add);
    }
    assertThat(sentences)
        .hasSize(6)
        .allMatch(line -> line.contains("is not used: it is of other data or another"))
        .anyMatch(line -> line.contains("it has 'seed 43' where this fit has 'seed 42'"))
        .anyMatch(line -> line.contains("it has 'data: 70 rows to train on"))
        .anyMatch(line -> line.contains("it has 'maxIter 10' where this fit has 'maxIter 9'"));
  }

  @Test
  void theFingerprintIsThatOfTheRowsAndNotOfTheirOrderOrPacking() {
    Rows rows = Run.someRows();
    long expected = Fingerprint.of(rows.objective(3, 16));
    Rows shuffled = new Rows(COLUMNS);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      order.add(i);
    }
    Collections.shuffle(order, Seeds.random("fingerprint"));
    for (int i : order) {
      shuffled.add(
          rows.features.get(i), rows.labels.get(i), rows.weights.get(i), rows.validation.get(i));
    }
    assertThat(Fingerprint.of(shuffled.objective(3, 7))).isEqualTo(expected);
    List<Long> all = new ArrayList<>(List.of(expected, Fingerprint.of(rows.objective(4, 16))));
    for (int change = 0; change < 6; change++) {
      Rows other = Run.someRows();
      switch (change) {
        case 0 -> other.features.get(0)[0] = Math.nextUp(other.features.get(0)[0]);
        case 1 -> other.features.get(0)[4] = -other.features.get(0)[4];
        case 2 -> other.labels.set(3, 3 - other.labels.get(3));
        case 3 -> other.weights.set(3, 2f);
        case 4 -> other.validation.set(3, true);
        default -> other.add(other.features.get(0), other.labels.get(0));
      }
      all.add(Fingerprint.of(other.objective(3, 16)));
    }
    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void everyPartOfTheConfigurationMakesAnotherKey() {
    Objective objective = Run.someRows().objective(3, 16);
    Plan plan =
        new Plan(
            TOPOLOGY,
            "openblas",
            (Optimizer) Solvers.parse("adam"),
            0.01,
            Schedules.parse("cosine"),
            8,
            2,
            9,
            0,
            42);
    Topology relu =
        new Topology(
            new int[] {COLUMNS, 6, 4}, Activations.RELU, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Topology deeper =
        new Topology(
            new int[] {COLUMNS, 3, 3, 4}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Topology squares =
        new Topology(new int[] {COLUMNS, 6, 4}, Activations.TANH, Losses.MEAN_SQUARED_ERROR, true);
    Optimizer other = (Optimizer) Solvers.parse("adam(beta1=0.8)");
    List<Plan> plans = new ArrayList<>(List.of(plan, plan.withStepSize(0.02)));
    for (Topology topology : List.of(relu, deeper, squares)) {
      plans.add(
          new Plan(topology, "openblas", plan.optimizer(), 0.01, plan.schedule(), 8, 2, 9, 0, 42));
    }
    plans.add(new Plan(TOPOLOGY, "ejml", plan.optimizer(), 0.01, plan.schedule(), 8, 2, 9, 0, 42));
    plans.add(new Plan(TOPOLOGY, "openblas", other, 0.01, plan.schedule(), 8, 2, 9, 0, 42));
    plans.add(
        new Plan(
            TOPOLOGY,
            "openblas",
            plan.optimizer(),
            0.01,
            Schedules.parse("constant"),
            8,
            2,
            9,
            0,
            42));
    int[][] numbers = {
      {9, 2, 9, 0, 42}, {8, 3, 9, 0, 42}, {8, 2, 10, 0, 42}, {8, 2, 9, 1, 42}, {8, 2, 9, 0, 43}
    };
    for (int[] n : numbers) {
      plans.add(
          new Plan(
              TOPOLOGY,
              "openblas",
              plan.optimizer(),
              0.01,
              plan.schedule(),
              n[0],
              n[1],
              n[2],
              n[3],
              n[4]));
    }
    plans.add(plan.withOuterMomentum(0.5));
    Regularization none = Regularization.NONE;
    for (Regularization regularization :
        List.of(
            none.withPenalty(0.1, 0),
            none.withPenalty(0.1, 0.5),
            none.withWeightDecay(0.1),
            none.withDropout(new Dropout(0.1, List.of())),
            none.withDropout(new Dropout(0, List.of(0.1))),
            none.withMaxNorm(1),
            none.withGradientClip(1, 0),
            none.withGradientClip(0, 1))) {
      plans.add(plan.withRegularization(regularization));
    }
    List<String> keys = new ArrayList<>();
    plans.forEach(p -> keys.add(new CheckpointKey(p.description(), objective, START).hash()));
    float[] start = START.clone();
    start[3] = Math.nextUp(start[3]);
    keys.add(new CheckpointKey(plan.description(), objective, start).hash());
    keys.add(new CheckpointKey(plan.description(), Run.someRows().objective(4, 16), START).hash());
    assertThat(keys).doesNotHaveDuplicates();
    assertThat(new CheckpointKey(plan.description(), Run.someRows().objective(3, 5), START).hash())
        .isEqualTo(keys.get(0));
  }

  @Test
  void equalFitsAtTheSameTimeDoNotDisturbEachOther() throws Exception {
    Run run = new Run("adam", 2);
    TrainingResult expected = run.unbroken();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try (CapturedLog log = new CapturedLog(LOG)) {
      MemoryStore store = new MemoryStore();
      for (int time = 0; time < 5; time++) {
        List<Future<?>> killed = new ArrayList<>();
        for (int epoch : new int[] {3, 5, 8}) {
          killed.add(pool.submit(() -> run.killAfter(epoch, store, 1)));
        }
        for (Future<?> each : killed) {
          each.get();
        }
        List<Future<TrainingResult>> whole = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          whole.add(
              pool.submit(() -> run.train(new CheckpointPolicy(store, 1), TrainingListener.NONE)));
        }
        for (Future<TrainingResult> each : whole) {
          assertThat(each.get().weights()).containsExactly(expected.weights());
        }
        store.files.clear();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void sectionsComeBackBitForBit() throws IOException {
    Random random = new Random(7);
    float[] floats = new float[40_000];
    double[] doubles = new double[20_001];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = Float.intBitsToFloat(random.nextInt());
    }
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = Double.longBitsToDouble(random.nextLong());
    }
    Checkpoint checkpoint =
        new Checkpoint()
            .put("weights", floats)
            .put("best.weights", new float[0]) // a section that no reader asks for
            .put("doubles", doubles)
            .put("counters", Long.MIN_VALUE, -1, 7);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    checkpoint.write(bytes);
    Checkpoint read = Checkpoint.read(new ByteArrayInputStream(bytes.toByteArray()));
    for (int i = 0; i < floats.length; i++) {
      assertThat(Float.floatToRawIntBits(read.floats("weights")[i]))
          .isEqualTo(Float.floatToRawIntBits(floats[i]));
    }
    for (int i = 0; i < doubles.length; i++) {
      assertThat(Double.doubleToRawLongBits(read.doubles("doubles")[i]))
          .isEqualTo(Double.doubleToRawLongBits(doubles[i]));
    }
    assertThat(read.longs("counters")).containsExactly(Long.MIN_VALUE, -1, 7);
    assertThat(read.has("best.weights")).isTrue();
    assertThat(read.has("slots")).isFalse();
    assertThatThrownBy(() -> read.floats("counters"))
        .hasMessageContaining("no section 'counters' of float");
    assertThatThrownBy(() -> Checkpoint.read(new ByteArrayInputStream(new byte[64])))
        .hasMessageContaining("doesn't begin as a checkpoint does");
  }
}
