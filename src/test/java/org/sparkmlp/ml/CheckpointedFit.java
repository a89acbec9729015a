package org.sparkmlp.ml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.train.TrainingListener;

/** A program for tests to kill: it trains with checkpoints and writes the weights to a file. */
public final class CheckpointedFit {
  private CheckpointedFit() {}

  static Dataset<Row> data(SparkSession spark, int partitions) {
    return Frames.of(spark, Frames.clouds(new Random(3), 400, 8, 4), Frames.LABELED, partitions);
  }

  /**
   * @param localSteps 0 for l-bfgs
   */
  static MLPClassifier classifier(String solver, int localSteps) {
    MLPClassifier classifier =
        new MLPClassifier()
            .setSolver(solver)
            .setHiddenLayers(16)
            .setNumShards(3)
            .setMaxIter(60)
            .setCheckpointInterval(2)
            .setSeed(4);
    return localSteps == 0
        ? classifier
        : classifier
            .setLocalSteps(localSteps)
            .setBatchSize(localSteps == 1 ? 100 : 16)
            .setOnDivergence("backoff")
            .setLearningRateSchedule("warmup(3ep).then(cosine)");
  }

  /** Weights as text, to the bit. */
  static String text(Vector weights) {
    StringBuilder text = new StringBuilder();
    for (double weight : weights.toArray()) {
      text.append(Double.toHexString(weight)).append('\n');
    }
    return text.toString();
  }

  /** Arguments: solver, local steps, checkpointDir, file for the weights, file for the log. */
  public static void main(String[] args) throws IOException {
    SparkSession spark = SparkSessions.open("local[2]", "to be killed");
    TrainingListener slow =
        new TrainingListener() {
          @Override
          public void onRound(double epoch, int epochs, double loss, long rows) {
            try {
              Thread.sleep(30);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    try (CapturedLog log = new CapturedLog("org.sparkmlp.train.Checkpoints")) {
      Vector weights =
          classifier(args[0], Integer.parseInt(args[1]))
              .setCheckpointDir(args[2])
              .setListener(slow)
              .fit(data(spark, 5))
              .weights();
      Files.write(Path.of(args[4]), log.lines());
      Files.writeString(Path.of(args[3]), text(weights));
    }
    spark.stop();
  }
}
