package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;

/** How long updates and epochs take by batch size, in words and figures. */
final class BatchTimes {
  /** Times that differ by less are not said to differ. */
  static final double DIFFERENT = 1.1;

  /** Times within this factor are the same for the textbook's "same". */
  static final double SAME = 1.5;

  /** Batches so many times as large must take the same time for it. */
  static final int RANGE = 4;

  private static final double MILLI = 1e-3;

  private final JsonNode settings;
  private final JsonNode found;
  private final List<String> networks = new ArrayList<>();
  private final int small;
  private final int last;

  BatchTimes(JsonNode settings, JsonNode found) {
    this.settings = settings;
    this.found = found;
    settings.get("timing").get("networks").forEach(one -> networks.add(one.asText()));
    List<JsonNode> first = times(networks.get(0));
    this.small = first.get(0).get("batchSize").asInt();
    this.last = first.size() - 1;
  }

  private List<JsonNode> times(String network) {
    return Records.list(found.get("times")).stream()
        .filter(one -> one.get("network").asText().equals(network))
        .toList();
  }

  private static double[] epochSeconds(JsonNode one, UpdateTimes.Way way) {
    return Records.numbers(one.get(way.member()));
  }

  private static double[] updateSeconds(JsonNode one, UpdateTimes.Way way) {
    int updates = one.get("updates").asInt();
    return Arrays.stream(epochSeconds(one, way)).map(s -> s / updates).toArray();
  }

  private static double median(double[] values) {
    return Claim.quartile(values, 2);
  }

  /** a/b, repeat by repeat. */
  private static double[] ratios(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] / b[i]).toArray();
  }

  private static String time(double seconds) {
    if (seconds < MILLI) {
      return number(seconds / MILLI / MILLI) + " µs";
    }
    return seconds < 1 ? number(seconds / MILLI) + " ms" : number(seconds) + " s";
  }

  TextbookRow sequential() {
    List<Claim> claims = new ArrayList<>();
    List<String> figures = new ArrayList<>();
    for (String network : networks) {
      List<JsonNode> times = times(network);
      double[] few = updateSeconds(times.get(0), UpdateTimes.Way.SEQUENTIAL);
      double[] many = updateSeconds(times.get(last), UpdateTimes.Way.SEQUENTIAL);
      claims.add(Claim.moreThan(DIFFERENT, ratios(many, few)));
      figures.add(network + ": " + time(median(few)) + " / " + time(median(many)));
    }
    return TextbookRow.of(
        "time of an update without parallelism", "faster / slower", claims, networks, figures);
  }

  /** The largest batch up to which all take the time of the smallest one. */
  private int sameUpTo(List<JsonNode> times, UpdateTimes.Way way) {
    double[] few = updateSeconds(times.get(0), way);
    int same = small;
    for (JsonNode one : times.subList(1, times.size())) {
      if (Claim.quartile(ratios(updateSeconds(one, way), few), 3) > SAME) {
        break;
      }
      same = one.get("batchSize").asInt();
    }
    return same;
  }

  TextbookRow parallel() {
    List<Claim> claims = new ArrayList<>();
    List<String> figures = new ArrayList<>();
    for (String network : networks) {
      List<JsonNode> times = times(network);
      double[] few = updateSeconds(times.get(0), UpdateTimes.Way.TWO_CORES);
      double[] many = updateSeconds(times.get(last), UpdateTimes.Way.TWO_CORES);
      int same = sameUpTo(times, UpdateTimes.Way.TWO_CORES);
      claims.add(
          same >= RANGE * small
              ? Claim.CONFIRMED
              : same == small ? Claim.REFUTED : Claim.NOT_CLEAR);
      figures.add(
          String.format(
              "%s: %s / %s; %s",
              network,
              time(median(few)),
              time(median(many)),
              same == small
                  ? "already " + times.get(1).get("batchSize").asText() + " rows take longer"
                  : "the same up to " + same + " rows"));
    }
    return TextbookRow.of(
        "time of an update with parallelism",
        "same / same, if the batch isn't too large",
        claims,
        networks,
        figures);
  }

  TextbookRow epoch() {
    List<Claim> claims = new ArrayList<>();
    List<String> figures = new ArrayList<>();
    for (String network : networks) {
      List<JsonNode> times = times(network);
      double[] few = epochSeconds(times.get(0), UpdateTimes.Way.TWO_CORES);
      double[] many = epochSeconds(times.get(last), UpdateTimes.Way.TWO_CORES);
      claims.add(Claim.moreThan(DIFFERENT, ratios(few, many)));
      figures.add(network + ": " + time(median(few)) + " / " + time(median(many)));
    }
    return TextbookRow.of("time of an epoch", "slower / faster", claims, networks, figures);
  }

  void section(StudyPage page) {
    page.section("Time of an update and of an epoch")
        .text(
            String.format(
                Locale.ROOT,
                "Networks with these units by layer (relu, %s), on %s random rows. An epoch of updates is timed with the"
                    + " classes that training uses, and divided by the number of updates. Sequential: one row after the"
                    + " other goes through the network and back, gradients add up, then the weights are updated. 1 core:"
                    + " up to 512 rows go through together, as matrices, on one core. 2 cores: one thread for each half of"
                    + " the batch; their gradients are added for one update, so weights and gradients are copied between"
                    + " them, as machines of a cluster would. Medians of %s repeats that take turns.",
                settings.get("solver").asText(),
                settings.get("timing").get("rows").asText(),
                settings.get("timing").get("repeats").asText()));
    for (int n = 0; n < networks.size(); n++) {
      String network = networks.get(n);
      List<JsonNode> times = times(network);
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode one : times) {
        List<String> row = new ArrayList<>(List.of(one.get("batchSize").asText()));
        for (UpdateTimes.Way way : UpdateTimes.Way.values()) {
          row.add(time(median(updateSeconds(one, way))));
        }
        for (UpdateTimes.Way way : UpdateTimes.Way.values()) {
          row.add(time(median(epochSeconds(one, way))));
        }
        rows.add(row);
      }
      page.text(parallelWords(network, times));
      page.table(
          List.of(
              "batch size, " + network,
              "update, sequential",
              "update, 1 core",
              "update, 2 cores",
              "epoch, sequential",
              "epoch, 1 core",
              "epoch, 2 cores"),
          rows);
      page.figure("update-" + (n + 1), timeChart(network, times, "update", true))
          .figure("epoch-" + (n + 1), timeChart(network, times, "epoch", false));
    }
  }

  /** What parallelism is worth. */
  private String parallelWords(String network, List<JsonNode> times) {
    List<String> faster = new ArrayList<>();
    for (JsonNode one : times) {
      double[] ratios =
          ratios(
              epochSeconds(one, UpdateTimes.Way.ONE_CORE),
              epochSeconds(one, UpdateTimes.Way.TWO_CORES));
      if (Claim.quartile(ratios, 1) >= DIFFERENT) {
        faster.add(one.get("batchSize").asText());
      }
    }
    JsonNode one = times.get(last);
    return String.format(
        Locale.ROOT,
        "%s: rows that go through together on 1 core make an epoch in batches of %s %s times as fast as one after the"
            + " other. %s. With 2 cores, %s.",
        network,
        one.get("batchSize").asText(),
        number(
            median(
                ratios(
                    epochSeconds(one, UpdateTimes.Way.SEQUENTIAL),
                    epochSeconds(one, UpdateTimes.Way.ONE_CORE)))),
        growth(times),
        faster.isEmpty()
            ? "no batch size is faster than with 1"
            : "batches of " + list(faster) + " are faster than with 1");
  }

  private String growth(List<JsonNode> times) {
    List<String> words = new ArrayList<>();
    for (UpdateTimes.Way way : UpdateTimes.Way.values()) {
      double[] few = updateSeconds(times.get(0), way);
      words.add(
          number(median(ratios(updateSeconds(times.get(last), way), few)))
              + (way == UpdateTimes.Way.SEQUENTIAL
                  ? " times one after another"
                  : way == UpdateTimes.Way.ONE_CORE ? " times on 1 core" : " times on 2 cores"));
    }
    return String.format(
        Locale.ROOT,
        "From %d rows to %s, %s times as many, the time of an update grows %s",
        small,
        times.get(last).get("batchSize").asText(),
        number(times.get(last).get("batchSize").asDouble() / small),
        list(words));
  }

  private Chart timeChart(String network, List<JsonNode> times, String what, boolean update) {
    Chart chart =
        Chart.of(
                "Time of one " + what + ", " + network,
                Axis.log("rows of a batch"),
                Axis.log("seconds"))
            .describe(
                "Time of one "
                    + what
                    + " by batch size: sequential, on one core and on two, network "
                    + network);
    double[] sizes = times.stream().mapToDouble(one -> one.get("batchSize").asInt()).toArray();
    Map<UpdateTimes.Way, String> names = new LinkedHashMap<>();
    names.put(UpdateTimes.Way.SEQUENTIAL, "one row after another");
    names.put(UpdateTimes.Way.ONE_CORE, "1 core, rows together");
    names.put(UpdateTimes.Way.TWO_CORES, "2 cores");
    names.forEach(
        (way, name) ->
            chart.line(
                name,
                sizes,
                times.stream()
                    .mapToDouble(
                        one -> median(update ? updateSeconds(one, way) : epochSeconds(one, way)))
                    .toArray()));
    return chart;
  }
}
