package org.sparkmlp.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.sparkmlp.util.Sample;

/**
 * What the records of a run say. Nothing in a record can make it fail: what is missing, of another
 * version or no JSON at all becomes a sentence in {@link #problems}.
 */
final class RunData {
  /** The newest version of records that is known here. */
  static final int VERSION = 1;

  private static final Pattern SHARDS_SET =
      Pattern.compile("numShards\"?\\s*[=:]\\s*+\"?+(?!0\\b)");

  private final RunFiles files;
  private final JsonNode results;
  private final JsonNode run;
  private final List<String> problems = new ArrayList<>();
  private final List<CellData> cells = new ArrayList<>();

  /** What {@code cells/*.json} tell of a cell, by its number. */
  private final Map<Integer, JsonNode> fits = new TreeMap<>();

  RunData(RunFiles files) {
    this.files = files;
    results = parse(files.results(), "The file results.json");
    run = parse(files.run(), "The file run.json");
    for (String text : files.cells()) {
      JsonNode cell = parse(text, "A file in cells/");
      if (cell.path("number").isInt()) {
        fits.put(cell.get("number").asInt(), cell);
      }
    }
    int version =
        Math.max(results.path("recordVersion").asInt(), run.path("recordVersion").asInt());
    if (version > VERSION) {
      problems.add(
          "These records are of version "
              + version
              + ", and this report knows version "
              + VERSION
              + ": what is new in them is left out.");
    }
    if (results.isMissingNode()) {
      problems.add(
          "This run has not finished: there is no results.json, so this page shows what its fits have told so far.");
      readUnfinished();
    } else {
      results.path("cells").forEach(node -> cells.add(finished(node)));
    }
    cells.sort(ranking());
  }

  private JsonNode parse(String text, String name) {
    if (text == null) {
      return MissingNode.getInstance();
    }
    try {
      JsonNode node = Json.MAPPER.readTree(text);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // said below
    }
    problems.add(name + " is not whole, so it is left out.");
    return MissingNode.getInstance();
  }

  private CellData finished(JsonNode node) {
    int number = node.path("number").asInt(cells.size() + 1);
    double[] folds = numbers(node.path("folds"));
    double error = node.path("std").asDouble(Double.NaN) / Math.sqrt(folds.length);
    List<JsonNode> last = lastFits(number);
    return new CellData(
        number,
        params(node.path("params")),
        node.path("mean").asDouble(Double.NaN),
        node.path("standardError").asDouble(error),
        folds,
        node.path("seconds").asDouble(Double.NaN),
        fitSeconds(last),
        node.path("resource").asDouble(1),
        node.path("distinguishable").isBoolean() ? node.get("distinguishable").asBoolean() : null,
        Math.abs(node.path("difference").asDouble(Double.NaN)),
        node.path("rank").asInt(),
        node.hasNonNull("error") ? node.get("error").asText() : null,
        curve(last),
        times(last));
  }

  /** Cells of a run without results: their means as far as they are known. */
  private void readUnfinished() {
    Map<Integer, JsonNode> announced = new TreeMap<>(fits);
    run.path("cells").forEach(cell -> announced.putIfAbsent(cell.path("number").asInt(), cell));
    announced.forEach(
        (number, cell) -> {
          List<JsonNode> last = lastFits(number);
          double[] folds =
              last.stream().mapToDouble(f -> f.path("metric").asDouble(Double.NaN)).toArray();
          double seconds = 0;
          String error = null;
          for (JsonNode fit : cell.path("fits")) {
            seconds += fit.path("seconds").asDouble(0);
            error = error == null && fit.hasNonNull("error") ? fit.get("error").asText() : error;
          }
          cells.add(
              new CellData(
                  number,
                  params(cell.path("params")),
                  Sample.mean(folds),
                  folds.length > 1 ? Sample.standardError(folds) : Double.NaN,
                  folds,
                  seconds,
                  fitSeconds(last),
                  last.isEmpty() ? Double.NaN : last.get(0).path("resource").asDouble(1),
                  null,
                  Double.NaN,
                  0,
                  error,
                  curve(last),
                  times(last)));
        });
  }

  /** The fits of a cell's last rung. */
  private List<JsonNode> lastFits(int number) {
    List<JsonNode> last = new ArrayList<>();
    int rung = -1;
    for (JsonNode fit : fits.getOrDefault(number, MissingNode.getInstance()).path("fits")) {
      int own = fit.path("rung").asInt();
      if (own > rung) {
        rung = own;
        last.clear();
      }
      if (own == rung) {
        last.add(fit);
      }
    }
    return last;
  }

  private static Curve curve(List<JsonNode> fits) {
    List<Curve> curves = new ArrayList<>();
    for (JsonNode fit : fits) {
      Curve curve = Curve.of(fit.path("training").path("epochs"));
      if (curve.epochs() > 0) {
        curves.add(curve);
      }
    }
    return curves.isEmpty() ? Curve.NONE : Curve.mean(curves);
  }

  private static Times times(List<JsonNode> fits) {
    return Times.mean(
        fits.stream().map(fit -> Times.of(fit.path("training"))).filter(Times::known).toList());
  }

  /** The median, since the first fit of a run waits for a cold JVM. */
  private static double fitSeconds(List<JsonNode> fits) {
    double[] seconds =
        fits.stream()
            .mapToDouble(fit -> fit.path("seconds").asDouble(Double.NaN))
            .sorted()
            .toArray();
    return seconds.length == 0 ? Double.NaN : seconds[(seconds.length - 1) / 2];
  }

  private static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.path(i).asDouble(Double.NaN);
    }
    return values;
  }

  private static Map<String, String> params(JsonNode node) {
    Map<String, String> params = new LinkedHashMap<>();
    node.properties()
        .forEach(
            field ->
                params.put(
                    field.getKey(),
                    field.getValue().isValueNode()
                        ? field.getValue().asText()
                        : field.getValue().toString()));
    return params;
  }

  /**
   * As the records rank them, else those that had more of the rows first, then by the metric; what
   * has failed last.
   */
  private Comparator<CellData> ranking() {
    Comparator<CellData> byMean =
        Comparator.comparingDouble(
            c -> Double.isNaN(c.mean()) ? Double.MAX_VALUE : larger() ? -c.mean() : c.mean());
    return Comparator.comparing(CellData::failed)
        .thenComparingInt(c -> c.rank() > 0 ? c.rank() : Integer.MAX_VALUE)
        .thenComparing(c -> Double.isNaN(c.resource()) ? 0 : -c.resource())
        .thenComparing(c -> -c.folds().length) // of a run that has not finished
        .thenComparing(byMean);
  }

  List<String> problems() {
    return problems;
  }

  boolean isFinished() {
    return !results.isMissingNode();
  }

  String folder() {
    return files.folder();
  }

  String name() {
    String folder = files.folder().replaceFirst("/+$", "");
    return first("experiment").asText(folder.substring(folder.lastIndexOf('/') + 1));
  }

  String metric() {
    String metric = first("metric").asText();
    return metric.isEmpty() ? "accuracy" : metric;
  }

  boolean larger() {
    return first("largerIsBetter").asBoolean(!Words.isLoss(metric()));
  }

  /** A member of results.json, or of run.json if it is not there. */
  private JsonNode first(String member) {
    return results.hasNonNull(member) ? results.get(member) : run.path(member);
  }

  /** How cells were searched: grid, halving, random; empty if not known. */
  String searchKind() {
    return first("search").path("kind").asText("");
  }

  /** Whether cells were given up before they had everything. */
  boolean isHalved() {
    return cells.stream().anyMatch(cell -> cell.resource() < 1);
  }

  /** A share of what a whole fit has, in words: a rung's share of rows is of rows and epochs. */
  String share(double resource) {
    String what = first("search").path("resource").asText();
    if (what.equals("maxIter")) {
      return Words.format("%.0f %% of the epochs", 100 * resource);
    }
    if (what.equals("rows")) {
      String part = Words.format("%.0f %%", 100 * Math.sqrt(resource));
      return part + " of the rows for " + part + " of the epochs";
    }
    return Words.format("%.0f %% of a whole fit", 100 * resource);
  }

  /** Cells, the best first. */
  List<CellData> cells() {
    return cells;
  }

  /** The best cell; null if there was no search or all have failed. */
  CellData best() {
    JsonNode best = results.path("best");
    for (CellData cell : cells) {
      boolean named =
          best.hasNonNull("number")
              ? best.get("number").asInt() == cell.number()
              : params(best.path("params")).equals(cell.params());
      if (isFinished() && named && !cell.failed()) {
        return cell;
      }
    }
    return cells.isEmpty() || cells.get(0).failed() || Double.isNaN(cells.get(0).mean())
        ? null
        : cells.get(0);
  }

  List<CellData> leading() {
    return cells.stream().filter(CellData::leads).toList();
  }

  /** Whether cells were compared with the best at all. */
  boolean isCompared() {
    return !compared().isEmpty();
  }

  /** Cells that were compared with the best: not those that failed or were given up before. */
  List<CellData> compared() {
    CellData best = best();
    return cells.stream().filter(c -> !c.is(best) && c.distinguishable() != null).toList();
  }

  /** Folds of the search; 0 if not known. */
  int folds() {
    return cells.stream()
        .mapToInt(c -> c.folds().length)
        .reduce(first("search").path("folds").asInt(), Math::max);
  }

  /** Names of params that differ between cells, in the order of the records. */
  List<String> varied() {
    Map<String, Set<String>> values = new LinkedHashMap<>();
    for (CellData cell : cells) {
      cell.params()
          .forEach((name, v) -> values.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(v));
    }
    return values.entrySet().stream()
        .filter(e -> e.getValue().size() > 1)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Values of a param over all cells: numbers by size, others in the grid's order. */
  List<String> values(String param) {
    Set<String> values = new LinkedHashSet<>();
    cells.stream()
        .sorted(Comparator.comparingInt(CellData::number))
        .filter(c -> c.params().containsKey(param))
        .forEach(c -> values.add(c.params().get(param)));
    List<String> list = new ArrayList<>(values);
    if (list.stream().allMatch(v -> Double.isFinite(asNumber(v)))) {
      list.sort(Comparator.comparingDouble(RunData::asNumber));
    }
    return list;
  }

  /** NaN if it is none. */
  static double asNumber(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Metrics of the held-out rows. */
  Map<String, Double> test() {
    Map<String, Double> test = new LinkedHashMap<>();
    results
        .path("test")
        .properties()
        .forEach(f -> test.put(f.getKey(), f.getValue().asDouble(Double.NaN)));
    return test;
  }

  JsonNode details() {
    return results.path("testDetails");
  }

  JsonNode data() {
    return results.path("data");
  }

  /** Of the final fit, on all training rows. */
  JsonNode training() {
    return results.path("training");
  }

  Curve finalCurve() {
    return Curve.of(training().path("epochs"));
  }

  /** The whole run, in seconds; NaN if not known. */
  double seconds() {
    return results.path("seconds").asDouble(Double.NaN);
  }

  String started() {
    return run.path("started").asText("");
  }

  /**
   * The command, with what it left to the machine: where Spark ran, and the number of shards that
   * bits depend on.
   */
  String command() {
    String command = run.path("command").asText("");
    int shards = training().path("numShards").asInt();
    if (command.isEmpty()) {
      return "";
    }
    if (shards > 0 && !SHARDS_SET.matcher(config()).find()) {
      command += " model.numShards=" + shards;
    }
    String master = results.path("environment").path("master").asText("");
    return master.isEmpty() || master.equals("local[*]")
        ? command
        : command + " -- --master '" + master.replace("'", "'\\''") + "'";
  }

  /** The resolved config; empty if it isn't there. */
  String config() {
    return files.config() != null ? files.config() : run.path("config").asText("");
  }

  /** Facts of the machine and of versions, by name. */
  Map<String, String> environment() {
    Map<String, String> facts = new LinkedHashMap<>();
    for (String member : List.of("versions", "environment")) {
      results
          .path(member)
          .properties()
          .forEach(
              f ->
                  facts.put(
                      f.getKey(),
                      f.getValue().isValueNode()
                          ? f.getValue().asText()
                          : f.getValue().toString()));
    }
    if (results.hasNonNull("seed")) {
      facts.put("seed", results.get("seed").asText());
    }
    return facts;
  }
}
