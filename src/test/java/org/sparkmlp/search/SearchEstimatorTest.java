package org.sparkmlp.search;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.MinMaxScaler;
import org.apache.spark.ml.feature.RFormula;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.ml.Grids;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;

class SearchEstimatorTest {
  @TempDir Path folder;

  @BeforeAll
  static void register() {
    Schedules.register("breaksLate", List.of(), arguments -> new BreaksLate());
  }

  private static Dataset<Row> rows() {
    return Frames.clouds(SparkSessions.shared(), 240, 4, 4);
  }

  private static MLPClassifier mlp() {
    return new MLPClassifier()
        .setHiddenLayers(8)
        .setMaxIter(9)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  private static MulticlassClassificationEvaluator accuracy() {
    return new MulticlassClassificationEvaluator().setMetricName("accuracy");
  }

  @Test
  void withoutHalvingItFindsWhatCrossValidatorFinds() {
    MLPClassifier mlp = mlp();
    ParamMap[] grid =
        Grids.grid()
            .add(mlp.stepSize(), 0.001, 0.02)
            .add(mlp.learningRateSchedule(), "constant", "cosine")
            .build();
    Dataset<Row> rows = rows();
    rows = rows.withColumn("fold", RowHash.fold(rows, 3, 9));
    var expected =
        new CrossValidator()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(grid)
            .setNumFolds(3)
            .setFoldCol("fold")
            .fit(rows);
    SearchModel model =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(grid)
            .setNumFolds(3)
            .setFoldCol("fold")
            .setParallelism(4)
            .setFactor(1)
            .fit(rows);
    assertThat(model.avgMetrics()).containsExactly(expected.avgMetrics(), within(1e-12));
    assertThat(((MLPClassificationModel) model.bestModel()).weights())
        .isEqualTo(((MLPClassificationModel) expected.bestModel()).weights());
    assertThat(model.records()).hasSize(12).allMatch(record -> record.training() != null);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  /**
   * With schedules: rungs of √share of the rows, and as many of the epochs, with the whole
   * schedule.
   */
  @Test
  void schedulesAreJudgedWholeOnFewerRows() {
    MLPClassifier mlp = mlp();
    SearchModel model =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(
                Grids.grid()
                    .add(mlp.learningRateSchedule(), "constant", "cosine", "linear")
                    .add(mlp.stepSize(), 1e-6, 0.02, 1e-5)
                    .build())
            .setParallelism(3)
            .setSeed(5)
            .fit(rows());
    assertThat(model.records()).hasSize((9 + 3 + 1) * 3);
    int[] epochs = {3, 5, 9}; // of 9: 1/√9, 1/√3, all
    for (FitRecord record : model.records()) {
      List<Double> rates = rates(record);
      assertThat(rates).hasSize(epochs[record.rung()]);
      if (record.cell() == 7) { // linear: down to 0 at the end of every rung
        assertThat(rates.get(rates.size() - 1) / rates.get(0))
            .isCloseTo(1.0 / rates.size(), within(1e-9));
      }
    }
    List<CellResult> results = model.results();
    CellResult best = CellResult.best(results);
    assertThat(best.resource()).isEqualTo(1);
    assertThat(best.cell().params().get("stepSize")).isEqualTo(0.02);
    assertThat(results.stream().filter(r -> r.rung() == 0)).hasSize(6);
    long small = packedBytes(model.records().get(0));
    long whole = packedBytes(model.records().get(model.records().size() - 1));
    assertThat((double) small / whole).isBetween(0.2, 0.5);
  }

  private static List<Double> rates(FitRecord record) {
    return Pattern.compile("\"learningRate\":([^,]+),")
        .matcher(record.training())
        .results()
        .map(match -> Double.parseDouble(match.group(1)))
        .toList();
  }

  private static long packedBytes(FitRecord record) {
    return Long.parseLong(record.training().replaceFirst(".*\"packedBytes\":(\\d+).*", "$1"));
  }

  /** Rates that don't depend on time: rungs of epochs, which go on from the rung before. */
  @Test
  void constantRatesGoOnFromTheRungBefore() {
    MLPClassifier mlp = mlp();
    Dataset<Row> rows = rows();
    rows = rows.withColumn("fold", RowHash.fold(rows, 2, 9));
    SearchModel model =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(Grids.grid().add(mlp.stepSize(), 1e-6, 0.02, 1e-5).build())
            .setNumFolds(2)
            .setFoldCol("fold")
            .fit(rows);
    // 9 epochs: 3, then 6 more
    FitRecord last = model.records().get(model.records().size() - 1);
    assertThat(last.cell()).isEqualTo(2);
    assertThat(last.training().split("\"epoch\":", -1)).hasSize(6 + 1);
    Dataset<Row> training = rows.where("fold = 0");
    Vector start = mlp().setMaxIter(3).fit(training).weights();
    double expected =
        accuracy()
            .evaluate(
                mlp()
                    .setMaxIter(6)
                    .setInitialWeights(start)
                    .fit(training)
                    .transform(rows.where("fold = 1")));
    assertThat(last.metric()).isEqualTo(expected);
  }

  /** The weights of rungs are not in the log; a search that goes on makes them again. */
  @Test
  void aSearchThatGoesOnFindsTheSame() {
    MLPClassifier mlp = mlp();
    Dataset<Row> data = rows();
    Dataset<Row> rows = data.withColumn("fold", RowHash.fold(data, 2, 9));
    CellSearch search =
        new CellSearch(
            mlp,
            accuracy(),
            Cell.of(Grids.grid().add(mlp.stepSize(), 1e-4, 0.02, 1e-3).build()),
            2,
            2,
            new Halving(3, 0, 1, true, 0),
            "maxIter");
    FitLog whole = FitLog.inMemory();
    List<CellResult> expected = search.run(rows, "fold", whole, FitListener.NONE).results();
    int fits = whole.records().size();
    assertThat(fits).isEqualTo((3 + 1) * 2);
    for (int done : new int[] {2, 6, 7, 8}) {
      FitLog log = FitLog.inMemory();
      whole.records().subList(0, done).forEach(log::add);
      int[] now = new int[1];
      List<CellResult> found =
          search
              .run(
                  rows,
                  "fold",
                  log,
                  new FitListener() {
                    @Override
                    public synchronized void onRecord(Cell cell, FitRecord record) {
                      now[0]++;
                    }
                  })
              .results();
      assertThat(now[0]).isEqualTo(fits - done);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i).folds()).containsExactly(expected.get(i).folds());
        assertThat(found.get(i).rank()).isEqualTo(expected.get(i).rank());
      }
    }
  }

  @Test
  void aCellThatFailsIsARecordAndTheSearchGoesOn() {
    MLPClassifier mlp = mlp();
    HalvingGridSearch search =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(
                Grids.grid()
                    .add(
                        mlp.layers(), new int[] {4, 8, 4}, new int[] {5, 8, 4}, new int[] {4, 3, 4})
                    .build())
            .setNumFolds(2);
    SearchModel model = search.fit(rows());
    CellResult bad = model.results().get(1);
    assertThat(bad.error()).contains("begin with 5 inputs");
    assertThat(bad.rank()).isZero();
    assertThat(model.results().get(0).error()).isNull();
    assertThat(model.avgMetrics()[1]).isNaN();
    search.setEstimatorParamMaps(Grids.grid().add(mlp.layers(), new int[] {5, 8, 4}).build());
    assertThatThrownBy(() -> search.fit(rows()))
        .hasMessageContaining("every cell of the search has failed, this one with: layers");
  }

  /** Good, until its sixth epoch. */
  private record BreaksLate() implements Schedule {
    @Override
    public double factor(double t, double total, double step) {
      if (t > 5.5) {
        throw new IllegalStateException("it breaks late");
      }
      return 1;
    }

    @Override
    public String spec() {
      return "breaksLate";
    }
  }

  /** It is fitted on all rows while its last folds are, and fails there as in these. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aCellThatFailsWhereItIsAloneLeavesTheSearchToTheNext(int parallelism) {
    MLPClassifier mlp = mlp();
    ParamMap breaking = new ParamMap().put(mlp.learningRateSchedule().w("breaksLate"));
    ParamMap next = new ParamMap().put(mlp.stepSize().w(1e-3));
    ParamMap bad = new ParamMap().put(mlp.stepSize().w(1e-7));
    SearchModel model =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(bad, breaking, next)
            .setNumFolds(2)
            .setParallelism(parallelism)
            .fit(rows());
    assertThat(model.records().stream().map(record -> record.error() != null))
        .containsExactly(false, false, false, false, false, false, true, true);
    Cell best = CellResult.best(model.results()).cell();
    assertThat(best.map()).as("whichever was better before").isIn(next, bad);
    assertThat(((MLPClassificationModel) model.bestModel()).weights())
        .isEqualTo(mlp.fit(rows(), best.map()).weights());
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void theBestCellIsFittedOnce() {
    MLPClassifier mlp = mlp();
    Dataset<Row> rows = rows().withColumn("fold", RowHash.fold(rows(), 2, 9));
    for (Halving halving :
        List.of(Halving.OFF, new Halving(3, 0, 1, true, 0), new Halving(3, 0, 0, true, 0))) {
      List<String> told = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch begun = new CountDownLatch(1);
      CellSearch.Found found =
          new CellSearch(
                  mlp,
                  accuracy(),
                  Cell.of(Grids.grid().add(mlp.stepSize(), 1e-4, 0.02, 1e-3).build()),
                  2,
                  3,
                  halving,
                  "rows")
              .run(
                  rows,
                  "fold",
                  FitLog.inMemory(),
                  new FitListener() {
                    @Override
                    public void onFit(Cell cell, Rung rung, int fold) {
                      if (fold == 0) {
                        told.add("begins " + cell.number() + " of " + rung.share());
                        begun.countDown();
                      } else if (halving.brackets() == 1 && rung.number() == 1) {
                        await(begun); // with the last folds
                      }
                    }

                    @Override
                    public void onBest(Cell cell) {
                      told.add("ended " + cell.number());
                    }
                  });
      assertThat(told).as("%s", halving).containsExactly("begins 2 of 1.0", "ended 2");
      assertThat(((MLPClassificationModel) found.best()).weights())
          .isEqualTo(mlp().setStepSize(0.02).fit(rows()).weights());
    }
  }

  /** It has the bits of the cell fitted alone, and was not on the folds with everything. */
  @Test
  void theBestCellIsNotEvaluatedWhereThatIsNotAsked() {
    MLPClassifier mlp = mlp();
    SearchModel model =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(Grids.grid().add(mlp.stepSize(), 1e-4, 0.02, 1e-3).build())
            .setNumFolds(2)
            .setParallelism(6)
            .setEvaluateBest(false)
            .fit(rows());
    assertThat(model.records()).hasSize(3 * 2).allMatch(record -> record.resource() == 1 / 3.);
    CellResult best = CellResult.best(model.results());
    assertThat(best.cell().number()).isEqualTo(2);
    assertThat(model.results()).allMatch(r -> r.isBest() || r.againstBest() != null);
    assertThat(((MLPClassificationModel) model.bestModel()).weights())
        .isEqualTo(mlp().setStepSize(0.02).fit(rows()).weights());
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** In a fold of a rung; 0: while the best cell is fitted on all rows. */
  @ParameterizedTest
  @CsvSource({"0, 2", "1, 1", "1, 0"})
  void aSearchThatIsInterruptedLeavesNothing(int interruptedRung, int interruptedFold) {
    MLPClassifier mlp = mlp();
    Thread searching = Thread.currentThread();
    Dataset<Row> rows = rows().withColumn("fold", RowHash.fold(rows(), 2, 9));
    CellSearch search =
        new CellSearch(
            mlp,
            accuracy(),
            Cell.of(Grids.grid().add(mlp.stepSize(), 1e-4, 0.02, 1e-3).build()),
            2,
            3,
            new Halving(3, 0, 1, true, 0),
            "rows");
    FitListener listener =
        new FitListener() {
          @Override
          public void onFit(Cell cell, Rung rung, int fold) {
            if (rung.number() == interruptedRung && fold == interruptedFold) {
              searching.interrupt();
            }
          }
        };
    assertThatThrownBy(() -> search.run(rows, "fold", FitLog.inMemory(), listener))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    PackedCopies.settle();
    assertThat(
            JavaSparkContext.fromSparkContext(SparkSessions.shared().sparkContext())
                .getPersistentRDDs())
        .isEmpty();
  }

  /** Cells with so large a rate that they diverge, first, in the middle and last. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void rowsArePackedOnceAFoldThoughCellsFail(int parallelism) {
    MLPClassifier mlp = mlp();
    HalvingGridSearch search =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(
                Grids.grid().add(mlp.stepSize(), 1e30, 0.02, 1e31, 0.01, 1e32).build())
            .setNumFolds(2)
            .setParallelism(parallelism)
            .setFactor(1);
    try (PackedCopies copies = new PackedCopies()) {
      SearchModel model = search.fit(rows());
      assertThat(model.results().stream().map(result -> result.error() != null))
          .containsExactly(true, false, true, false, true);
      assertThat(copies.count())
          .as("training and validation of each fold, and all for the best cell")
          .isEqualTo(2 * 2 + 1);
    }
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void aSearchThatDiesLeavesNothing() {
    MLPClassifier mlp = mlp();
    FitLog full =
        new FitLog() {
          private final FitLog records = FitLog.inMemory();

          @Override
          public List<FitRecord> records() {
            return records.records();
          }

          @Override
          public void add(FitRecord record) {
            records.add(record);
            if (records().size() == 2) {
              throw new IllegalStateException("the disk is full");
            }
          }
        };
    Dataset<Row> rows = rows().withColumn("fold", RowHash.fold(rows(), 2, 9));
    CellSearch search =
        new CellSearch(
            mlp,
            accuracy(),
            Cell.of(Grids.grid().add(mlp.stepSize(), 1e30, 0.02, 0.01, 0.005).build()),
            2,
            1,
            Halving.OFF,
            "auto");
    assertThatThrownBy(() -> search.run(rows, "fold", full, FitListener.NONE))
        .hasMessage("the disk is full");
    PackedCopies.settle();
    assertThat(
            JavaSparkContext.fromSparkContext(SparkSessions.shared().sparkContext())
                .getPersistentRDDs())
        .isEmpty();
  }

  /** Folds of our own are no feature; a column of the user's is one, as with CrossValidator. */
  @Test
  void noStageSeesTheFolds() {
    Dataset<Row> rows =
        rows()
            .withColumn("x", vector_to_array(col("features"), "float64"))
            .select(col("label"), col("x").getItem(0).as("a"), col("x").getItem(1).as("b"));
    MLPClassifier mlp = mlp();
    mlp.clear(mlp.hiddenLayers()); // layers say how many features there are
    Pipeline pipeline =
        new Pipeline().setStages(new PipelineStage[] {new RFormula().setFormula("label ~ ."), mlp});
    HalvingGridSearch search =
        new HalvingGridSearch()
            .setEstimator(pipeline)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(
                Grids.grid().add(mlp.layers(), new int[] {2, 8, 4}, new int[] {2, 3, 4}).build())
            .setNumFolds(2);
    SearchModel model = search.fit(rows);
    assertThat(model.records()).hasSize(4).allMatch(record -> record.error() == null);
    assertThat(model.transform(rows).columns()).noneMatch(name -> name.contains("fold"));
    search
        .setFoldCol("mine")
        .setEstimatorParamMaps(Grids.grid().add(mlp.layers(), new int[] {3, 8, 4}).build());
    Dataset<Row> own = rows.withColumn("mine", RowHash.fold(rows, 2, 9).cast("double"));
    assertThat(search.fit(own).records()).allMatch(record -> record.error() == null);
  }

  @Test
  void pipelinesAndOtherEstimatorsAreSearchedToo() {
    MLPClassifier mlp = mlp().setFeaturesCol("scaled");
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new MinMaxScaler().setInputCol("features").setOutputCol("scaled"), mlp
                });
    SearchModel model =
        new HalvingGridSearch()
            .setEstimator(pipeline)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(Grids.grid().add(mlp.stepSize(), 1e-5, 0.02, 1e-6).build())
            .setNumFolds(2)
            .fit(rows());
    assertThat(((PipelineModel) model.bestModel()).stages()).hasSize(2);
    assertThat(model.records()).hasSize(8).allMatch(record -> record.training() != null);
    assertThat(CellResult.best(model.results()).cell().number()).isEqualTo(2);
    LogisticRegression regression = new LogisticRegression().setMaxIter(9);
    SearchModel other =
        new HalvingGridSearch()
            .setEstimator(regression)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(
                new ParamGridBuilder()
                    .addGrid(regression.regParam(), new double[] {0.01, 5, 10})
                    .build())
            .setNumFolds(2)
            .fit(rows());
    assertThat(CellResult.best(other.results()).cell().params().get("regParam")).isEqualTo(0.01);
    assertThat(other.records()).allMatch(record -> record.training() == null);
  }

  @Test
  void randomCellsAreDrawnTrainedAndSaved() throws IOException {
    MLPClassifier mlp = mlp();
    RandomSearch search =
        new RandomSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(
                Grids.grid().add(mlp.hiddenLayers(), new int[] {4}, new int[] {5, 3}).build())
            .setDistributions("stepSize = logUniform(1e-4, 0.1)", "batchSize = choice(8, 16)")
            .setNumIter(5)
            .setNumFolds(2)
            .setSeed(4)
            .setParallelism(2);
    String path = folder.resolve("random").toString();
    search.write().save(path);
    SearchModel model = RandomSearch.load(path).fit(rows());
    assertThat(model.getEstimatorParamMaps()).hasSize(5);
    assertThat(model.avgMetrics()).isEqualTo(search.fit(rows()).avgMetrics());
    List<CellResult> results = model.results();
    assertThat(results.stream().map(r -> r.cell().params().get("stepSize")).distinct()).hasSize(5);
    assertThat(results)
        .allMatch(r -> r.cell().params().keySet().size() == 3)
        .allMatch(r -> List.of(8, 16).contains(r.cell().params().get("batchSize")));
    assertThat(
            results.stream().filter(r -> r.cell().params().get("hiddenLayers").equals(List.of(4))))
        .hasSizeBetween(2, 3);
    String saved = folder.resolve("model").toString();
    model.write().save(saved);
    SearchModel loaded = SearchModel.load(saved);
    assertThat(loaded.records()).isEqualTo(model.records());
    assertThat(loaded.avgMetrics()).isEqualTo(model.avgMetrics());
    // halving and brackets over the same draws
    SearchModel halved = search.copy(ParamMap.empty()).setFactor(2).setBrackets(0).fit(rows());
    assertThat(halved.records()).anyMatch(record -> record.resource() < 1);
    assertThat(CellResult.best(halved.results()).resource()).isEqualTo(1);
  }

  @Test
  void whatIsMissingOrWrongIsSaid() {
    assertThatThrownBy(() -> new HalvingGridSearch().fit(rows()))
        .hasMessage("estimator is not set; a search needs one");
    MLPClassifier mlp = mlp();
    HalvingGridSearch search =
        new HalvingGridSearch()
            .setEstimator(mlp)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(Grids.grid().add(mlp.maxIter(), 1, 2).build());
    assertThatThrownBy(() -> search.setFactor(0)).hasMessage("factor must be at least 1, got 0");
    assertThatThrownBy(() -> search.setResource("row"))
        .hasMessageContaining("resource must be one of auto, rows, maxIter, got 'row'");
    assertThatThrownBy(() -> search.setMinResources(1.5)).hasMessageContaining("got 1.5");
    assertThatThrownBy(() -> search.setBrackets(-1)).hasMessageContaining("got -1");
    assertThatThrownBy(() -> search.copy(ParamMap.empty()).setFoldCol("nothing").fit(rows()))
        .hasMessageContaining("foldCol = nothing is no column; the columns are label, features");
    assertThatThrownBy(() -> search.copy(ParamMap.empty()).setFoldCol("label").fit(rows()))
        .hasMessageContaining("from 0 to numFolds - 1 = 2, but has 0.0 to 3.0");
    Map<String, Column> foldColumns =
        Map.of(
            "must be a column of whole numbers, but its type is string",
            lit("0"),
            "is null in 240 of 240 rows; every row needs a fold, from 0 to numFolds - 1 = 2",
            lit(null).cast("int"),
            "but has fractions, from 0.0 to 1.5",
            col("label").divide(2),
            "but has -1 to 2",
            col("label").minus(1).cast("int"),
            "but has NaN to NaN",
            lit(Double.NaN),
            "has rows in 2 of the folds 0 to numFolds - 1 = 2 only",
            col("label").divide(2).cast("int"),
            "has rows in 1 of the folds",
            lit(1).cast("long"));
    foldColumns.forEach(
        (message, column) ->
            assertThatThrownBy(
                    () ->
                        search
                            .copy(ParamMap.empty())
                            .setFoldCol("fold `of` mine")
                            .fit(rows().withColumn("fold `of` mine", column)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("foldCol = fold `of` mine ")
                .hasMessageContaining(message));
    assertThatThrownBy(
            () -> search.copy(ParamMap.empty()).setFoldCol("label").fit(rows().where("false")))
        .hasMessage("there are no rows, so foldCol = label has no folds");
    assertThatThrownBy(() -> search.copy(ParamMap.empty()).setFactor(1).setBrackets(2).fit(rows()))
        .hasMessage(
            "brackets has no meaning with factor = 1, where every cell gets everything; set factor to 2 or more");
    assertThatThrownBy(
            () ->
                search
                    .copy(ParamMap.empty())
                    .setFactor(3)
                    .setBrackets(2)
                    .setEvaluateBest(false)
                    .fit(rows()))
        .hasMessageStartingWith("evaluateBest = false goes with one bracket, got brackets = 2");
    Dataset<Row> equalRows = rows().limit(1).union(rows().limit(1));
    assertThatThrownBy(() -> search.copy(ParamMap.empty()).fit(equalRows))
        .hasMessageContaining("has no rows; equal rows are in the same fold");
    assertThatThrownBy(
            () ->
                new RandomSearch()
                    .setEstimator(mlp)
                    .setEvaluator(accuracy())
                    .setEstimatorParamMaps(new ParamMap().put(mlp.stepSize().w(0.1)))
                    .setDistributions("stepSize = uniform(1, 2)")
                    .fit(rows()))
        .hasMessageStartingWith("stepSize is drawn from distributions, so the values in");
    mlp.setFeaturesCol("nothing");
    assertThatThrownBy(() -> search.fit(rows())).hasMessageContaining("nothing");
    assertThat(Arrays.stream(search.params()).map(p -> p.name()))
        .contains(
            "numFolds", "foldCol", "parallelism", "seed", "factor", "brackets", "evaluateBest");
  }
}
