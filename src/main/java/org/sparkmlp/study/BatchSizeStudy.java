package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.util.Check;

/**
 * Small batches against large ones: time of an update and of an epoch, noise of the gradient,
 * training loss and test accuracy after equal epochs and after equal updates.
 */
final class BatchSizeStudy implements Study {
  /** Step sizes are chosen by a seed that the comparison hasn't. */
  private static final int TUNING_SEED = 0;

  /** Most rows that go through the network together. */
  private static final int ROWS_AT_ONCE = 512;

  @Override
  public String name() {
    return "batch-size";
  }

  /** What the conf file says. */
  private record Setup(
      Topology topology,
      Optimizer optimizer,
      int[] batchSizes,
      double[] stepSizes,
      double commonStepSize,
      int epochs,
      int updates,
      double trainingLoss,
      int seeds,
      int noiseDraws,
      List<String> networks,
      int timedRows,
      int repeats) {}

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    int[] hidden = settings.counts("hiddenLayers");
    Setup setup =
        new Setup(
            DigitFits.topology(
                hidden, Activations.forLayers(settings.text("activation"), hidden.length)),
            DigitFits.optimizer(settings.text("solver")),
            settings.counts("batchSizes"),
            settings.positives("stepSizes"),
            settings.positive("commonStepSize"),
            settings.count("epochs", 1),
            settings.count("updates", 1),
            settings.positive("trainingLoss"),
            settings.count("seeds", 1),
            settings.count("noiseDraws", 1),
            settings.texts("timing.networks"),
            settings.count("timing.rows", 2),
            settings.count("timing.repeats", 1));
    setup.networks.forEach(UpdateTimes::topology);
    int most = Math.min(setup.timedRows, Digits.trainingRows());
    for (int i = 0; i < setup.batchSizes.length; i++) {
      int size = setup.batchSizes[i];
      Check.that(
          size < most && (i == 0 || size > setup.batchSizes[i - 1]),
          "batchSizes must rise and be below %s, the smaller of timing.rows and the %s training rows, got %s",
          most,
          Digits.trainingRows(),
          Arrays.toString(setup.batchSizes));
    }
    return () -> new Measurement(setup).found();
  }

  /** The batch sizes and that of all rows. */
  private static int[] withAll(int[] batchSizes, int rows) {
    int[] all = Arrays.copyOf(batchSizes, batchSizes.length + 1);
    all[batchSizes.length] = rows;
    return all;
  }

  private static final class Measurement {
    private final Setup setup;
    private final int[] batchSizes;
    private final BatchFits fits;
    private final BatchFits tuning;
    private final ClassRows trainingRows;
    private final ClassRows testRows;

    /** Records by batch size, step size and epochs: the chosen step size may be the common one. */
    private final Map<List<Object>, ArrayNode> done = new HashMap<>();

    /** Where the fits in the smallest batches ended after equal epochs, by seed. */
    private final Map<Integer, float[]> trained = new HashMap<>();

    Measurement(Setup setup) {
      this.setup = setup;
      Digits digits = new Digits();
      this.fits = BatchFits.onTrainingRows(setup.topology, setup.optimizer, digits);
      this.tuning = BatchFits.forTuning(setup.topology, setup.optimizer, digits);
      this.trainingRows = digits.training();
      this.testRows = digits.test();
      this.batchSizes = withAll(setup.batchSizes, fits.rows());
    }

    ObjectNode found() {
      ObjectNode found = Records.object();
      ArrayNode times = found.putArray("times");
      setup.networks.forEach(network -> time(network, times));
      ArrayNode results = found.putArray("results");
      for (int batchSize : batchSizes) {
        measure("epochs", batchSize, setup.epochs, tuningEpochs(batchSize, "epochs"), results);
        measure(
            "updates",
            batchSize,
            fits.epochs(batchSize, setup.updates),
            tuningEpochs(batchSize, "updates"),
            results);
      }
      found.set("noise", noise());
      return found;
    }

    private int tuningEpochs(int batchSize, String equal) {
      return equal.equals("epochs") ? setup.epochs : tuning.epochs(batchSize, setup.updates);
    }

    private void time(String network, ArrayNode times) {
      int[] sizes = withAll(setup.batchSizes, setup.timedRows);
      List<Map<UpdateTimes.Way, double[]>> seconds =
          new UpdateTimes(network, setup.optimizer, setup.timedRows).measure(sizes, setup.repeats);
      for (int b = 0; b < sizes.length; b++) {
        ObjectNode one =
            times
                .addObject()
                .put("network", network)
                .put("batchSize", sizes[b])
                .put("updates", UpdateTimes.updates(setup.timedRows, sizes[b]));
        for (UpdateTimes.Way way : UpdateTimes.Way.values()) {
          one.set(way.member(), Records.numbers(seconds.get(b).get(way)));
        }
      }
    }

    /** Chooses a step size on rows held out, then fits with it and with the common one. */
    private void measure(
        String equal, int batchSize, int epochs, int tuningEpochs, ArrayNode results) {
      double[] losses = new double[setup.stepSizes.length];
      int best = 0;
      for (int i = 0; i < losses.length; i++) {
        losses[i] =
            tuning.fit(batchSize, setup.stepSizes[i], tuningEpochs, TUNING_SEED).validationLoss();
        best = losses[i] < losses[best] ? i : best;
      }
      boolean first = equal.equals("epochs") && batchSize == batchSizes[0];
      for (boolean own : new boolean[] {true, false}) {
        double stepSize = own ? setup.stepSizes[best] : setup.commonStepSize;
        ObjectNode result =
            results
                .addObject()
                .put("equal", equal)
                .put("step", own ? "own" : "common")
                .put("batchSize", batchSize)
                .put("stepSize", stepSize)
                .put("updates", epochs * fits.updatesPerEpoch(batchSize));
        if (own) {
          result.set("heldOutLosses", Records.numbers(losses));
        }
        result.set(
            "epochs",
            Records.numbers(Arrays.stream(BatchFits.kept(epochs)).asDoubleStream().toArray()));
        result.set("fits", fits(batchSize, stepSize, epochs, first && own));
      }
    }

    private ArrayNode fits(int batchSize, double stepSize, int epochs, boolean keepWeights) {
      return done.computeIfAbsent(
          List.of(batchSize, stepSize, epochs),
          key -> {
            ArrayNode records = Records.object().putArray("fits");
            for (int seed = 1; seed <= setup.seeds; seed++) {
              BatchFits.Fit fit = fits.fit(batchSize, stepSize, epochs, seed);
              records.add(fits.record(fit, epochs, setup.trainingLoss, trainingRows, testRows));
              if (keepWeights && fit.weights() != null) {
                trained.put(seed, fit.weights());
              }
            }
            return records;
          });
    }

    private ObjectNode noise() {
      ObjectNode noise = Records.object();
      ArrayNode before = noise.putArray("before");
      ArrayNode after = noise.putArray("after");
      for (int seed = 1; seed <= setup.seeds; seed++) {
        before.add(noise(BatchFits.start(setup.topology, seed), seed));
        if (trained.containsKey(seed)) {
          after.add(noise(trained.get(seed), seed));
        }
      }
      return noise;
    }

    private ObjectNode noise(float[] weights, int seed) {
      GradientNoise noise =
          new GradientNoise(
              new RowPass(setup.topology, trainingRows.block(), ROWS_AT_ONCE), weights);
      ObjectNode node = Records.object().put("seed", seed);
      node.set(
          "fullSquareAndRowVariance",
          Records.numbers(new double[] {noise.fullSquare(), noise.ofRows()}));
      node.set(
          "variance",
          Records.numbers(
              Arrays.stream(batchSizes)
                  .mapToDouble(size -> noise.of(size, setup.noiseDraws, seed))
                  .toArray()));
      return node;
    }
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    return BatchSizePage.of(settings, found);
  }
}
