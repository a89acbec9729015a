package org.sparkmlp.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Records of runs that never were, in the format of docs/records.md. */
final class SampleRuns {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** What a name in somebody's data may be. */
  static final String EVIL =
      "</script><script>window.hacked=1</script><img src=x onerror=\"window.hacked=2\">' & \u2028";

  private SampleRuns() {}

  /**
   * A grid of schedules and batch sizes over three folds; the first schedule with the first batch
   * size is the best, and the first four cells are as good.
   *
   * @param schedules their values
   * @param batches how many batch sizes: 4, 8, 16, ...
   */
  static RunFiles grid(String name, List<String> schedules, int batches, int epochs) {
    Random random = new Random(7);
    List<ObjectNode> cells = new ArrayList<>();
    List<String> files = new ArrayList<>();
    for (String schedule : schedules) {
      for (int b = 0; b < batches; b++) {
        int number = cells.size() + 1;
        ObjectNode params = MAPPER.createObjectNode();
        params.put("learningRateSchedule", schedule);
        params.put("batchSize", 4 << b);
        cells.add(cell(number, params, 0.98 - 0.002 * number));
        files.add(fits(number, params, epochs, random));
      }
    }
    ObjectNode results = results(name, cells, epochs, List.of("0", "1", "2"));
    return new RunFiles(
        name, results.toString(), run(name, cells), files, "model { maxIter = 40 }");
  }

  private static ObjectNode cell(int number, ObjectNode params, double mean) {
    ObjectNode cell = MAPPER.createObjectNode();
    cell.put("number", number);
    cell.set("params", params);
    cell.put("rank", number);
    cell.put("mean", mean);
    cell.put("std", 0.004);
    cell.put("standardError", 0.0023);
    ArrayNode folds = cell.putArray("folds");
    folds.add(mean - 0.004).add(mean).add(mean + 0.004);
    cell.put("seconds", 3.0 + number);
    cell.put("distinguishable", number > 4);
    cell.put("difference", 0.002 * (number - 1));
    return cell;
  }

  private static String fits(int number, ObjectNode params, int epochs, Random random) {
    ObjectNode file = MAPPER.createObjectNode();
    file.put("recordVersion", 1);
    file.put("number", number);
    file.set("params", params);
    ArrayNode fits = file.putArray("fits");
    for (int fold = 1; fold <= 3; fold++) {
      ObjectNode fit = fits.addObject();
      fit.put("rung", 0);
      fit.put("fold", fold);
      fit.put("resource", 1.0);
      fit.put("metric", 0.9);
      fit.put("seconds", 1.0);
      fit.set("training", training(epochs, 0.05 + 0.002 * number, random));
    }
    return file.toString();
  }

  private static ObjectNode training(int epochs, double rate, Random random) {
    ObjectNode training = MAPPER.createObjectNode();
    ArrayNode all = training.putArray("epochs");
    for (int e = 1; e <= epochs; e++) {
      ObjectNode epoch = all.addObject();
      double loss = 2.3 * Math.exp(-rate * e) * (1 + 0.05 * random.nextGaussian()) + 0.01;
      epoch.put("epoch", e);
      epoch.put("loss", loss);
      epoch.put("accuracy", Math.max(0.1, 1 - loss / 2.5));
      epoch.put("learningRate", 0.005 * (1 + Math.cos(Math.PI * e / epochs)) / 2 + 1e-6);
      epoch.putNull("validationLoss");
    }
    training.put("stopReason", "all epochs were done");
    training.put("seconds", 4.5);
    training.put("rowsPerSecond", 21000.0);
    training.put("computeSeconds", 3.2);
    training.put("aggregationSeconds", 1.3);
    training.put("packingSeconds", 0.4);
    training.put("rounds", epochs);
    training.put("numShards", 4);
    training.put("localSteps", 12);
    training.put("bytesAggregated", 4_000_000);
    return training;
  }

  private static String run(String name, List<ObjectNode> cells) {
    ObjectNode run = MAPPER.createObjectNode();
    run.put("recordVersion", 1);
    run.put("experiment", name);
    run.put("command", "bin/spark-mlp run conf/" + name + ".conf");
    run.put("started", "2026-01-02T03:04:05Z");
    run.put("metric", "accuracy");
    run.put("largerIsBetter", true);
    ArrayNode all = run.putArray("cells");
    for (ObjectNode cell : cells) {
      ObjectNode one = all.addObject();
      one.set("number", cell.get("number"));
      one.set("params", cell.get("params"));
    }
    return run.toString();
  }

  static ObjectNode results(String name, List<ObjectNode> cells, int epochs, List<String> labels) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("recordVersion", 1);
    root.put("experiment", name);
    root.put("seed", 1);
    root.putObject("versions").put("spark", "4.1.0");
    root.put("metric", "accuracy");
    root.put("largerIsBetter", true);
    root.putObject("search").put("kind", "grid");
    root.putArray("cells").addAll(cells);
    ObjectNode best = root.putObject("best");
    best.put("number", 1);
    best.set("params", cells.get(0).get("params"));
    best.set("mean", cells.get(0).get("mean"));
    root.putObject("test").put("accuracy", 0.975).put("logLoss", 0.081);
    root.set("training", training(epochs, 0.2, new Random(1)));
    root.put("seconds", 95.5);
    root.putObject("environment").put("master", "local[2]");
    ObjectNode data = root.putObject("data");
    data.put("format", "digits").put("path", "");
    data.put("trainingRows", 1400).put("testRows", 400).put("numFeatures", 64);
    data.put("numClasses", labels.size());
    data.putObject("image").put("width", 8).put("height", 8);
    root.set("testDetails", details(labels));
    return root;
  }

  private static ObjectNode details(List<String> labels) {
    ObjectNode details = MAPPER.createObjectNode();
    ArrayNode names = details.putArray("labels");
    ArrayNode confusion = details.putArray("confusion");
    ArrayNode classes = details.putArray("classes");
    for (int i = 0; i < labels.size(); i++) {
      names.add(labels.get(i));
      confusion.addObject().put("label", i).put("prediction", i).put("rows", 130);
      confusion
          .addObject()
          .put("label", i)
          .put("prediction", (i + 1) % labels.size())
          .put("rows", 3);
      classes
          .addObject()
          .put("label", labels.get(i))
          .put("precision", 0.977)
          .put("recall", 0.977)
          .put("f1", 0.977)
          .put("rows", 133);
    }
    ArrayNode bins = details.putArray("calibration");
    bins.addObject()
        .put("from", 0.8)
        .put("to", 0.9)
        .put("rows", 20)
        .put("meanConfidence", 0.86)
        .put("accuracy", 0.8);
    bins.addObject()
        .put("from", 0.9)
        .put("to", 1.0)
        .put("rows", 380)
        .put("meanConfidence", 0.99)
        .put("accuracy", 0.985);
    details.put("expectedCalibrationError", 0.0078);
    byte[] pixels = new byte[64];
    for (int i = 0; i < 64; i++) {
      pixels[i] = (byte) (4 * i);
    }
    ArrayNode wrong = details.putArray("misclassified");
    wrong
        .addObject()
        .put("label", 1)
        .put("prediction", 0)
        .put("probability", 0.93)
        .put("pixels", pixels);
    return details;
  }

  /** A run whose every name and label is {@link #EVIL}. */
  static RunFiles evil() {
    ObjectNode one =
        MAPPER.createObjectNode().put("learningRateSchedule", EVIL).put("batchSize", 4);
    ObjectNode two =
        MAPPER.createObjectNode().put("learningRateSchedule", "x" + EVIL).put("batchSize", 8);
    ObjectNode three = MAPPER.createObjectNode().put(EVIL, EVIL).put("batchSize", 16);
    ObjectNode failed = cell(3, three, 0.9);
    failed.put("error", EVIL);
    failed.putNull("mean");
    List<ObjectNode> cells = List.of(cell(1, one, 0.97), cell(2, two, 0.96), failed);
    ObjectNode results = results(EVIL, cells, 5, List.of("a" + EVIL, "b" + EVIL, "c" + EVIL));
    results.put("metric", "accuracy");
    ((ObjectNode) results.get("environment")).put(EVIL, EVIL);
    List<String> files = List.of(fits(1, one, 5, new Random(1)), fits(2, two, 5, new Random(2)));
    return new RunFiles(EVIL, results.toString(), run(EVIL, cells), files, EVIL);
  }

  /** The same with a member of results.json changed. */
  static RunFiles with(RunFiles files, String results) {
    return new RunFiles(files.folder(), results, files.run(), files.cells(), files.config());
  }
}
