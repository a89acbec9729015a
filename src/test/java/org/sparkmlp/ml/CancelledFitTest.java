package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.Footprint;
import org.sparkmlp.Frames;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.train.TrainingListener;

/**
 * Fits that are ended at any moment, by an interrupt or a cancelled job group: nothing of theirs is
 * freed while a task needs it, and all of it is in the end.
 */
class CancelledFitTest {
  private static final int FITS = 12;

  /** What would tell of a missing broadcast; other tests may have silenced the first three. */
  private static final List<String> LOGGERS =
      List.of(
          "org.apache.spark.executor.Executor",
          "org.apache.spark.scheduler.TaskSetManager",
          "org.apache.spark.TaskContextImpl",
          "org.apache.spark");

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(30)
        .setMaxIter(2)
        .setBatchSize(8)
        .setLocalSteps(4)
        .setNumShards(6)
        .setSeed(3);
  }

  /** Fits for ever, from the third round on to be ended. */
  private static final class Doomed extends Thread {
    final CountDownLatch training = new CountDownLatch(3);
    final SparkContext spark;
    final Dataset<Row> rows;
    Throwable end;
    boolean interruptedAfterwards;

    Doomed(SparkContext spark, Dataset<Row> rows) {
      this.spark = spark;
      this.rows = rows;
      setDaemon(true);
    }

    @Override
    public void run() {
      spark.setJobGroup("doomed", "to be cancelled", false);
      try {
        classifier()
            .setMaxIter(1_000_000)
            .setListener(
                new TrainingListener() {
                  @Override
                  public void onRound(double epoch, int epochs, double loss, long all) {
                    training.countDown();
                  }
                })
            .fit(rows);
      } catch (Throwable e) { // Spark throws what it doesn't declare
        end = e;
      }
      interruptedAfterwards = isInterrupted();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingComplainsAndNothingIsLeft(boolean interrupt) throws Exception {
    Random random = Seeds.random("CancelledFitTest");
    SparkSession session =
        SparkSessions.open("local[2]", "cancelled", "spark.default.parallelism", "6");
    SparkContext spark = session.sparkContext();
    Dataset<Row> rows = Frames.clouds(session, 240, 5, 3);
    Vector expected = classifier().fit(rows).weights();
    List<CapturedLog> logs = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    try {
      LOGGERS.forEach(name -> logs.add(new CapturedLog(name)));
      for (int i = 0; i < FITS; i++) {
        Doomed fit = new Doomed(spark, rows);
        fit.start();
        assertThat(fit.training.await(60, TimeUnit.SECONDS)).isTrue();
        TimeUnit.MICROSECONDS.sleep(random.nextInt(25_000));
        if (interrupt) {
          fit.interrupt();
        }
        while (!interrupt && fit.isAlive()) { // it may be between two jobs
          spark.cancelJobGroup("doomed");
          fit.join(1 + random.nextInt(10));
        }
        fit.join(60_000);
        assertThat(fit.isAlive()).isFalse();
        assertThat(fit.interruptedAfterwards).isEqualTo(interrupt);
        assertThat(fit.end)
            .isInstanceOf(interrupt ? CancellationException.class : SparkException.class)
            .hasMessageContaining(interrupt ? "was interrupted" : "cancelled job group doomed");
      }
      assertThat(classifier().fit(rows).weights()).as("the next fit").isEqualTo(expected);
    } finally {
      logs.forEach(log -> complaints.addAll(log.complaints()));
      logs.forEach(CapturedLog::close);
    }
    assertThat(complaints).noneMatch(line -> line.contains("roadcast"));
    assertThat(JavaSparkContext.fromSparkContext(spark).getPersistentRDDs()).isEmpty();
    assertThat(Footprint.eventually(() -> spark.statusTracker().getActiveJobIds().length == 0))
        .as("no job runs on")
        .isTrue();
    assertThat(Footprint.after(session, 0).broadcasts()).isZero();
  }
}
