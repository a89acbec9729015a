package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.function.Activations;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.ml.TrainingSummary;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.util.Check;

/** Accuracy and time of fits on Spark by the number of updates between two aggregations. */
final class LocalStepsStudy implements Study {
  /** Of {@code localSteps} in the settings: one aggregation an epoch. */
  static final String EPOCH = "epoch";

  /** As the product chooses. */
  static final String AUTO = "auto";

  /** More than any epoch has: a round ends with its epoch. */
  private static final int WHOLE_EPOCH = 1 << 20;

  private static final int MOST = 1 << 20;

  @Override
  public String name() {
    return "local-steps";
  }

  /** What the conf file says. */
  private record Setup(
      TeacherRows rows,
      int[] hiddenLayers,
      String activation,
      String solver,
      double stepSize,
      int batchSize,
      int epochs,
      int seeds,
      int[] shards,
      List<String> localSteps,
      double[] outerMomentum) {}

  /** One line of the table. */
  private record Variant(int shards, String localSteps, double outerMomentum) {
    int param() {
      return switch (localSteps) {
        case EPOCH -> WHOLE_EPOCH;
        case AUTO -> 0;
        default -> Integer.parseInt(localSteps);
      };
    }
  }

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    Setup setup =
        new Setup(
            new TeacherRows(
                settings.count("data.training", 1),
                settings.count("data.test", 1),
                settings.count("data.features", 1),
                settings.count("data.classes", 2),
                settings.count("data.units", 1)),
            settings.counts("hiddenLayers"),
            settings.text("activation"),
            settings.text("solver"),
            settings.positive("stepSize"),
            settings.count("batchSize", 1),
            settings.count("epochs", 1),
            settings.count("seeds", 1),
            settings.counts("shards"),
            settings.texts("localSteps"),
            settings.numbers("outerMomentum"));
    settings.positive("accuracy");
    Activations.forLayers(setup.activation, setup.hiddenLayers.length);
    DigitFits.optimizer(setup.solver);
    for (String steps : setup.localSteps) {
      Check.that(
          steps.equals(EPOCH) || steps.equals(AUTO) || isCount(steps),
          "localSteps must be numbers from 1 to %s, '%s' or '%s', got %s",
          MOST,
          EPOCH,
          AUTO,
          steps);
    }
    Check.that(
        setup.localSteps.get(0).equals("1"),
        "localSteps must begin with 1, which the others are compared with, got %s",
        setup.localSteps);
    for (double momentum : setup.outerMomentum) {
      Check.that(
          momentum >= 0 && momentum < 1,
          "outerMomentum must be numbers of at least 0 and below 1, got %s",
          momentum);
    }
    Check.that(
        Arrays.stream(setup.shards).min().getAsInt() > 1,
        "shards must be at least 2, since one shard has nothing to average, got %s",
        Arrays.toString(setup.shards));
    return () -> found(setup);
  }

  private static boolean isCount(String text) {
    return text.matches("[1-9][0-9]{0,6}") && Integer.parseInt(text) <= MOST;
  }

  private static ObjectNode found(Setup setup) {
    boolean mine = SparkSession.getDefaultSession().isEmpty();
    SparkSession spark =
        SparkSession.builder()
            .appName("spark-mlp study local-steps")
            .master(System.getProperty("spark.master", "local[2]"))
            .getOrCreate();
    try {
      Dataset<Row> frame = setup.rows.frame(spark).cache();
      try {
        return found(setup, frame);
      } finally {
        frame.unpersist();
      }
    } finally {
      if (mine) {
        spark.stop();
      }
    }
  }

  /** Without momentum where nothing is averaged. */
  private static List<Variant> variants(Setup setup) {
    List<Variant> variants = new ArrayList<>();
    for (int shards : setup.shards) {
      for (String steps : setup.localSteps) {
        if (steps.equals("1")) {
          variants.add(new Variant(shards, steps, 0));
          continue;
        }
        for (double momentum : setup.outerMomentum) {
          variants.add(new Variant(shards, steps, momentum));
        }
      }
    }
    return variants;
  }

  /** Turn by turn, so that whatever else the machine does hits all alike; a turn is a seed. */
  private static ObjectNode found(Setup setup, Dataset<Row> frame) {
    List<Variant> variants = variants(setup);
    List<ObjectNode> results = new ArrayList<>();
    ObjectNode found = Records.object();
    found.put("master", frame.sparkSession().sparkContext().master());
    ArrayNode all = found.putArray("results");
    for (Variant variant : variants) {
      fit(setup, variant, 0, 1, frame, Records.object()); // warm
      ObjectNode result =
          all.addObject()
              .put("shards", variant.shards)
              .put("localSteps", variant.localSteps)
              .put("outerMomentum", variant.outerMomentum);
      result.putArray("epochSeconds");
      result.putArray("fits");
      results.add(result);
    }
    for (int seed = 1; seed <= setup.seeds; seed++) {
      for (int i = 0; i < variants.size(); i++) {
        fit(setup, variants.get(i), seed, setup.epochs, frame, results.get(i));
      }
    }
    return found;
  }

  /** Adds what a fit was like to the result of its variant. */
  private static void fit(
      Setup setup, Variant variant, long seed, int epochs, Dataset<Row> frame, ObjectNode result) {
    int[] rounds = {0};
    MLPClassifier classifier =
        new MLPClassifier()
            .setListener(
                new TrainingListener() {
                  @Override
                  public void onRound(double epoch, int ofEpochs, double loss, long rows) {
                    rounds[0]++;
                  }
                })
            .setHiddenLayers(setup.hiddenLayers)
            .setActivation(setup.activation)
            .setSolver(setup.solver)
            .setStepSize(setup.stepSize)
            .setBatchSize(setup.batchSize)
            .setMaxIter(epochs)
            .setSeed(seed)
            .setNumShards(variant.shards)
            .setLocalSteps(variant.param())
            .setNumClasses(setup.rows.classes())
            .setValidationIndicatorCol(TeacherRows.TEST);
    if (!variant.localSteps.equals("1")) {
      classifier.setOuterMomentum(variant.outerMomentum);
    }
    TrainingSummary summary = classifier.fit(frame, ParamMap.empty()).summary();
    result.put("rounds", rounds[0]);
    result.put("reason", summary.localStepsReason());
    result.withArray("epochSeconds").add(Records.numbers(summary.epochSeconds()));
    ObjectNode fit = result.withArray("fits").addObject().put("seed", seed);
    fit.set("loss", Records.numbers(summary.objectiveHistory()));
    fit.set(
        "accuracy",
        Records.numbers(
            summary.epochs().stream().mapToDouble(EpochRecord::validationAccuracy).toArray()));
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    return new LocalStepsPage(settings, found).page();
  }
}
