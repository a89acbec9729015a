package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Footprint;
import org.sparkmlp.Frames;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.TaskEvents;

/** Two hundred fits of all kinds, a third of them on failing tasks: nothing piles up. */
@Tag("slow")
class SoakTest {
  private static final int FITS = 200;

  /** Fits after which classes are loaded, code is compiled and pools are full. */
  private static final int WARM = 60;

  /** Growth of the live heap over the other 140 fits that is no leak: 60 kB a fit. */
  private static final long HEAP_TOLERANCE = 8 << 20;

  /**
   * Likewise of memory outside of it, where Spark SQL's generated classes and the JIT compiler's
   * code still come and go: 460 kB a fit.
   */
  private static final long NATIVE_TOLERANCE = 64 << 20;

  @TempDir Path folder;

  private SparkSession spark;
  private Random random;

  @Test
  void twoHundredFitsLeaveNothingBehind() throws Exception {
    random = Seeds.random("soak");
    FaultPlugin.quiet();
    Path faults = Files.createDirectory(folder.resolve("faults"));
    spark =
        SparkSessions.open(
            "local[2,4]",
            "soak",
            "spark.default.parallelism",
            "4",
            "spark.plugins",
            FaultPlugin.class.getName(),
            FaultPlugin.FOLDER,
            faults.toString(),
            "spark.local.dir",
            Files.createDirectory(folder.resolve("local")).toString(),
            // so little that some results need a tree
            "spark.driver.maxResultSize",
            "500k",
            // what Spark keeps for its web UI grows up to these numbers
            "spark.ui.retainedJobs",
            "20",
            "spark.ui.retainedStages",
            "20",
            "spark.ui.retainedTasks",
            "200",
            "spark.sql.ui.retainedExecutions",
            "10");
    Footprint early = null;
    int failed = 0;
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      for (int i = 0; i < FITS; i++) {
        if (i == WARM) {
          early = measure();
        }
        boolean faulty = random.nextInt(3) == 0;
        if (faulty) {
          FaultPlugin.on(faults, FaultPlugin.FAIL);
        }
        failed += fit() ? 0 : 1;
        FaultPlugin.off(faults, FaultPlugin.FAIL);
      }
      events.settle();
      Footprint late = measure();
      System.out.printf(
          "soak: %d tasks failed, %d fits failed, %d jobs with trees, %s, then %s%n",
          events.injected.get(), failed, events.jobsWithTrees.get(), early, late);
      assertThat(events.injected.get()).isGreaterThan(50);
      assertThat(events.jobsWithTrees.get()).isPositive();
      assertThat(failed).isPositive();
      assertThat(JavaSparkContext.fromSparkContext(spark.sparkContext()).getPersistentRDDs())
          .isEmpty();
      assertThat(late.broadcasts()).isZero();
      assertThat(late.shuffles()).isZero();
      assertThat(late.threads()).isLessThanOrEqualTo(early.threads() + 8);
      assertThat(late.heapBytes()).isLessThan(early.heapBytes() + HEAP_TOLERANCE);
      assertThat(late.nativeBytes()).isLessThan(early.nativeBytes() + NATIVE_TOLERANCE);
    } finally {
      spark.stop();
    }
  }

  private Footprint measure() {
    Footprint.eventually(
        () -> {
          System.gc(); // the rows' own shuffles go with their last reference
          return Footprint.countShuffles() == 0;
        });
    return Footprint.after(spark, 0);
  }

  /** A fit of random params on random data, some of which no fit can be made of. */
  private boolean fit() {
    int columns = 1 + random.nextInt(30);
    boolean bad = random.nextInt(20) == 0;
    Dataset<Row> data = data(columns, bad);
    try {
      MLPClassificationModel model = classifier().fit(data);
      assertThat(model.weights().toArray()).doesNotContain(Double.NaN);
      assertThat(bad).isFalse();
      return true;
    } catch (IllegalArgumentException e) {
      assertThat(bad).as(e.getMessage()).isTrue();
      assertThat(e).hasMessageContaining("must be finite floats");
      return false;
    } catch (Exception e) {
      assertThat(e).isInstanceOf(SparkException.class);
      throw e;
    }
  }

  private Dataset<Row> data(int columns, boolean bad) {
    List<Row> rows = new ArrayList<>();
    int n = 40 + random.nextInt(200);
    for (Row row : Frames.clouds(random, n, columns, 2 + random.nextInt(3))) {
      boolean check = rows.size() > 8 && random.nextInt(6) == 0;
      rows.add(RowFactory.create(row.get(0), row.get(1), 0.5 + random.nextInt(3), check));
    }
    if (bad) {
      double[] x = new double[columns];
      x[random.nextInt(columns)] = Double.NaN;
      rows.set(
          random.nextInt(n),
          RowFactory.create(0.0, org.apache.spark.ml.linalg.Vectors.dense(x), 1.0, false));
    }
    return Frames.of(
        spark,
        rows,
        Frames.LABELED.add("w", DataTypes.DoubleType).add("check", DataTypes.BooleanType),
        1 + random.nextInt(7));
  }

  private MLPClassifier classifier() {
    String[] solvers = {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "radam"};
    MLPClassifier classifier =
        new MLPClassifier()
            .setHiddenLayers(1 + random.nextInt(120))
            .setMaxIter(1 + random.nextInt(2))
            .setSeed(random.nextLong());
    if (random.nextInt(6) == 0) {
      classifier.setSolver("l-bfgs");
    } else {
      classifier
          .setSolver(solvers[random.nextInt(solvers.length)])
          .setStepSize(0.001)
          .setBatchSize(16 + random.nextInt(80))
          .setLocalSteps(random.nextInt(4));
    }
    if (random.nextInt(3) == 0) {
      classifier.setShardBy("partition");
    } else {
      classifier.setNumShards(random.nextInt(8));
    }
    if (random.nextBoolean()) {
      classifier.setWeightCol("w");
    }
    if (random.nextBoolean()) {
      classifier.setValidationIndicatorCol("check");
    }
    return classifier;
  }
}
