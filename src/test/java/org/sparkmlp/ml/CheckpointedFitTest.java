package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.train.Backoff;
import org.sparkmlp.train.DivergenceException;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

class CheckpointedFitTest {
  private static final String LOG = "org.sparkmlp.train.Checkpoints";

  @TempDir Path folder;

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  /** Ends every training it hears of once it has heard of so many epochs. */
  private static final class Killer implements TrainingListener {
    private final AtomicInteger left;

    Killer(int epochs) {
      left = new AtomicInteger(epochs);
    }

    @Override
    public void onEpoch(EpochRecord epoch) {
      if (left.decrementAndGet() < 0) {
        throw new IllegalStateException("killed");
      }
    }

    int heard(int epochs) {
      return epochs - left.get();
    }
  }

  private MLPClassifier classifier(String solver, int localSteps) {
    return CheckpointedFit.classifier(solver, localSteps)
        .setMaxIter(12)
        .setCheckpointDir("file:" + folder.resolve("check points"));
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("check points"))) {
      return files.filter(path -> path.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"adam, 1", "nesterov, 4", "l-bfgs, 0"})
  void aFitGoesOnWithTheSameBitsHoweverTheRowsArrive(String solver, int localSteps)
      throws IOException {
    MLPClassifier classifier = classifier(solver, localSteps);
    MLPClassificationModel expected =
        CheckpointedFit.classifier(solver, localSteps)
            .setMaxIter(12)
            .fit(CheckpointedFit.data(spark(), 3));
    assertThatThrownBy(
            () -> classifier.setListener(new Killer(6)).fit(CheckpointedFit.data(spark(), 2)))
        .hasMessageContaining("killed");
    assertThat(files(".manifest")).hasSize(2);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
    Killer counter = new Killer(1000);
    MLPClassificationModel model;
    try (CapturedLog log = new CapturedLog(LOG)) {
      model =
          classifier
              .setListener(counter)
              .setBlockSize(7)
              .fit(CheckpointedFit.data(spark(), 5).orderBy("label"));
      assertThat(log.lines())
          .hasSize(1)
          .allMatch(line -> line.matches("INFO resuming after (epoch|iteration) 6 of 12 .*"));
    }
    assertThat(model.weights()).isEqualTo(expected.weights());
    assertThat(model.summary().objectiveHistory())
        .containsExactly(expected.summary().objectiveHistory());
    assertThat(model.summary().costs().rounds()).isEqualTo(expected.summary().costs().rounds());
    assertThat(counter.heard(1000)).isEqualTo(6);
    assertThat(folder.resolve("check points")).isEmptyDirectory();
    // a fit that has ended is not resumed: it trains again
    Killer again = new Killer(1000);
    assertThat(classifier.setListener(again).fit(CheckpointedFit.data(spark(), 5)).weights())
        .isEqualTo(expected.weights());
    assertThat(again.heard(1000)).isEqualTo(12);
  }

  @Test
  void theLongerTheIntervalTheMoreIsDoneAgain() {
    for (int interval : new int[] {2, 5}) {
      MLPClassifier classifier = classifier("adam", 4).setCheckpointInterval(interval);
      assertThatThrownBy(
              () -> classifier.setListener(new Killer(6)).fit(CheckpointedFit.data(spark(), 2)))
          .hasMessageContaining("killed");
      Killer counter = new Killer(1000);
      classifier.setListener(counter).fit(CheckpointedFit.data(spark(), 2));
      // of 12 epochs, those after 6 and after 5
      assertThat(counter.heard(1000)).isEqualTo(interval == 2 ? 6 : 7);
    }
  }

  @Test
  void otherDataAndOtherParamsDoNotResume() {
    MLPClassifier classifier = classifier("adam", 4).setListener(new Killer(6));
    assertThatThrownBy(() -> classifier.fit(CheckpointedFit.data(spark(), 2)))
        .hasMessageContaining("killed");
    classifier.setListener(TrainingListener.NONE);
    try (CapturedLog log = new CapturedLog(LOG)) {
      classifier.fit(CheckpointedFit.data(spark(), 2).limit(399));
      classifier.copy(ParamMap.empty()).setSeed(5).fit(CheckpointedFit.data(spark(), 2));
      classifier.copy(ParamMap.empty()).setMaxIter(13).fit(CheckpointedFit.data(spark(), 2));
      assertThat(log.lines())
          .hasSize(3)
          .allMatch(line -> line.startsWith("INFO no checkpoint of this fit to resume from"));
      classifier.fit(CheckpointedFit.data(spark(), 2));
      assertThat(log.lines().get(3)).startsWith("INFO resuming after epoch 6 of 12");
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aFileThatIsDamagedOnDiskIsRefused(boolean hadoopKnowsItsChecksum) throws IOException {
    MLPClassifier classifier = classifier("adam", 4).setListener(new Killer(6));
    FileSystem local =
        FileSystem.get(URI.create("file:///"), spark().sparkContext().hadoopConfiguration());
    local.setWriteChecksum(hadoopKnowsItsChecksum);
    assertThatThrownBy(() -> classifier.fit(CheckpointedFit.data(spark(), 2)))
        .hasMessageContaining("killed");
    local.setWriteChecksum(true);
    Path newest = files(".data").get(1);
    assertThat(newest.resolveSibling("." + newest.getFileName() + ".crc").toFile().exists())
        .isEqualTo(hadoopKnowsItsChecksum);
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length / 2] ^= 4;
    Files.write(newest, bytes);
    try (CapturedLog log = new CapturedLog(LOG)) {
      assertThat(
              classifier
                  .setListener(TrainingListener.NONE)
                  .fit(CheckpointedFit.data(spark(), 2))
                  .weights())
          .isEqualTo(
              CheckpointedFit.classifier("adam", 4)
                  .setMaxIter(12)
                  .fit(CheckpointedFit.data(spark(), 2))
                  .weights());
      assertThat(log.lines().get(0)).startsWith("WARN").contains("is not used: ");
      assertThat(log.lines().get(1)).startsWith("INFO resuming after epoch 4 of 12");
    }
  }

  /** Cells of one search, of both folds at once, share a checkpointDir and never mix. */
  @Test
  void aSearchThatIsKilledAndStartedAgainHasTheSameMetrics() throws Exception {
    double[] expected = search(CheckpointedFit.classifier("adam", 4).setMaxIter(12)).avgMetrics();
    Killer killer = new Killer(40);
    MLPClassifier classifier = classifier("adam", 4).setListener(killer);
    try (CapturedLog trainers = new CapturedLog("org.apache.spark")) {
      assertThatThrownBy(() -> search(classifier)).hasStackTraceContaining("killed");
      while (SparkSessions.packedRowsInCache() > 0) {
        Thread.sleep(50); // the other cells still notice
      }
    }
    assertThat(Files.list(folder.resolve("check points")).count()).isPositive();
    Killer counter = new Killer(1000);
    try (CapturedLog log = new CapturedLog(LOG)) {
      CrossValidatorModel model = search(classifier.setListener(counter));
      assertThat(model.avgMetrics()).containsExactly(expected);
      assertThat(log.lines()).anyMatch(line -> line.startsWith("INFO resuming after epoch"));
      assertThat(log.lines()).noneMatch(line -> line.startsWith("WARN"));
    }
    int all = 12 * (2 * 4 + 1);
    assertThat(counter.heard(1000)).isLessThan(all);
    assertThat(folder.resolve("check points")).isEmptyDirectory();
  }

  private static CrossValidatorModel search(MLPClassifier classifier) {
    // not ParamGridBuilder's, whose order depends on the uid
    ParamMap[] grid = new ParamMap[4];
    for (int i = 0; i < grid.length; i++) {
      grid[i] =
          new ParamMap()
              .put(classifier.batchSize().w(8 << (i & 1)))
              .put(classifier.stepSize().w(i < 2 ? 0.001 : 0.01));
    }
    return new CrossValidator()
        .setEstimator(classifier)
        .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("logLoss"))
        .setEstimatorParamMaps(grid)
        .setNumFolds(2)
        .setSeed(6)
        .setParallelism(2)
        .fit(CheckpointedFit.data(spark(), 2));
  }

  @Test
  void aFolderThatCannotBeMadeIsAnErrorBeforeAnyWork() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    for (String bad : List.of(file.toString(), file + "/below", "nosuchscheme://x/y", "a b://c")) {
      assertThatThrownBy(
              () -> new MLPClassifier().setCheckpointDir(bad).fit(CheckpointedFit.data(spark(), 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(
              "checkpointDir = '" + bad + "'", "path that the driver can write");
    }
  }

  @Test
  void returnsAfterDivergenceAreInTheSummary() {
    MLPClassifier wild =
        CheckpointedFit.classifier("momentum", 4)
            .setActivation("identity")
            .setLoss("meanSquaredError")
            .setLearningRateSchedule("constant")
            .setStepSize(8)
            .setMaxIter(10);
    try (CapturedLog log = new CapturedLog("org.sparkmlp.train.Trainer")) {
      List<Backoff> backoffs = wild.fit(CheckpointedFit.data(spark(), 2)).summary().backoffs();
      assertThat(backoffs).hasSizeBetween(1, 3);
      assertThat(backoffs.get(0).stepSize()).isEqualTo(0.8);
      assertThat(log.lines()).hasSize(backoffs.size()).allMatch(line -> line.startsWith("WARN"));
    }
    assertThatThrownBy(() -> wild.setOnDivergence("error").fit(CheckpointedFit.data(spark(), 2)))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("onDivergence = backoff");
  }
}
