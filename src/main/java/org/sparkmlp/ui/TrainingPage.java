package org.sparkmlp.ui;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.spark.ui.UIUtils;
import org.apache.spark.ui.WebUIPage;
import org.json4s.JValue;
import org.json4s.jackson.JsonMethods$;
import org.sparkmlp.events.FitEpoch;
import org.sparkmlp.events.FitStarted;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.xml.Node;
import scala.xml.Unparsed;

/**
 * Curves of some fits and a table of all. It is drawn on the server; a script only asks for it
 * again while fits are running. {@code ?fit=3&fit=5} chooses fits; otherwise they are those that
 * run and the newest ones, {@value #CHOSEN_BY_ITSELF} in all.
 */
final class TrainingPage extends WebUIPage {
  private static final int CHOSEN_BY_ITSELF = 8;

  /** Told apart by people who see colors differently, too. */
  private static final List<String> COLORS =
      List.of(
          "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7a5195");

  private static final String REFRESH =
      """
      <script>
      (function () {
        let touched = false;
        const part = id => document.getElementById(id);
        part('mlp-fits').addEventListener('click', () => { touched = true; });
        const timer = setInterval(async () => {
          try {
            const text = await (await fetch(location.href)).text();
            const page = new DOMParser().parseFromString(text, 'text/html');
            part('mlp-live').innerHTML = page.getElementById('mlp-live').innerHTML;
            if (!touched) part('mlp-fits').innerHTML = page.getElementById('mlp-fits').innerHTML;
          } catch (e) { clearInterval(timer); }
        }, 3000);
      })();
      </script>
      """;

  private final TrainingTab tab;
  private final Fits fits;
  private final boolean live;

  TrainingPage(TrainingTab tab, Fits fits, boolean live) {
    super("");
    this.tab = tab;
    this.fits = fits;
    this.live = live;
  }

  @Override
  public Seq<Node> render(HttpServletRequest request) {
    List<FitRow> all = fits.all();
    Map<Integer, String> colors = colors(chosen(all, request));
    String html =
        "<div id=\"mlp-live\">"
            + summary(all)
            + charts(all, colors)
            + "</div><div id=\"mlp-fits\">"
            + table(all, colors)
            + "</div>"
            + (live ? REFRESH : "");
    return UIUtils.headerSparkPage(
        request, tab.name(), () -> new Unparsed(html), tab, Option.empty(), false, false);
  }

  /** All fits, those that are chosen with their epochs. */
  @Override
  public JValue renderJson(HttpServletRequest request) {
    List<FitRow> all = fits.all();
    List<FitRow> chosen = chosen(all, request);
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (FitRow row : all) {
      ObjectNode fit = array.addObject();
      FitStarted started = row.started();
      fit.put("fit", row.number())
          .put("estimator", started.estimator())
          .put("network", started.network())
          .put("solver", started.solver())
          .put("epochs", started.epochs())
          .put("rows", started.rows())
          .put("validationRows", started.validationRows())
          .put("shards", started.shards())
          .put("localSteps", started.localSteps())
          .put("backend", started.backend())
          .put("state", state(row));
      ObjectNode params = fit.putObject("params");
      started.params().forEach(params::put);
      FitRow.Position position = row.position();
      put(fit, "epoch", position.epoch());
      put(fit, "loss", position.loss());
      put(fit, "rowsPerSecond", position.rowsPerSecond());
      put(fit, "aggregationShare", position.aggregationShare());
      put(fit, "seconds", position.seconds());
      if (row.ended() != null) {
        fit.put("reason", row.ended().reason()).put("bestEpoch", row.ended().bestEpoch());
      }
      if (chosen.contains(row)) {
        ArrayNode history = fit.putArray("history");
        for (FitEpoch epoch : fits.epochs(row.number())) {
          ObjectNode point = history.addObject().put("epoch", epoch.epoch());
          put(point, "loss", epoch.loss());
          put(point, "accuracy", epoch.accuracy());
          put(point, "learningRate", epoch.learningRate());
          put(point, "validationLoss", epoch.validationLoss());
          put(point, "validationAccuracy", epoch.validationAccuracy());
          put(point, "validationMetric", epoch.validationMetric());
          put(point, "seconds", epoch.seconds());
        }
      }
    }
    return JsonMethods$.MODULE$.fromJsonNode(array);
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  private String state(FitRow row) {
    if (row.ended() == null) {
      return live ? "running" : "unfinished";
    }
    return row.ended().failed() ? "failed" : "done";
  }

  private static List<FitRow> chosen(List<FitRow> all, HttpServletRequest request) {
    String[] asked = request.getParameterValues("fit");
    if (asked != null) {
      List<String> numbers = List.of(asked);
      return all.stream().filter(row -> numbers.contains(String.valueOf(row.number()))).toList();
    }
    List<FitRow> chosen = new ArrayList<>();
    for (boolean running : new boolean[] {true, false}) {
      for (int i = all.size() - 1; i >= 0 && chosen.size() < CHOSEN_BY_ITSELF; i--) {
        if ((all.get(i).ended() == null) == running) {
          chosen.add(all.get(i));
        }
      }
    }
    return chosen;
  }

  /**
   * Of each fit that is chosen: by its number, so that it seldom changes when others begin, or the
   * next that is free.
   */
  private static Map<Integer, String> colors(List<FitRow> chosen) {
    Map<Integer, String> colors = new LinkedHashMap<>();
    for (FitRow row : chosen) {
      int color = (row.number() - 1) % COLORS.size();
      while (colors.size() < COLORS.size() && colors.containsValue(COLORS.get(color))) {
        color = (color + 1) % COLORS.size();
      }
      colors.put(row.number(), COLORS.get(color));
    }
    return colors;
  }

  private String summary(List<FitRow> all) {
    Map<String, Long> counts =
        all.stream().collect(Collectors.groupingBy(this::state, Collectors.counting()));
    List<String> words = new ArrayList<>();
    for (String state : List.of("running", "unfinished", "done", "failed")) {
      if (counts.containsKey(state)) {
        words.add(counts.get(state) + " " + state);
      }
    }
    return "<p>"
        + (all.isEmpty() ? "No fit has begun to train yet." : "Fits: " + String.join(", ", words))
        + "</p>";
  }

  private String charts(List<FitRow> all, Map<Integer, String> colors) {
    List<LineChart.Curve> losses = new ArrayList<>();
    List<LineChart.Curve> accuracies = new ArrayList<>();
    List<LineChart.Curve> rates = new ArrayList<>();
    double mostEpochs = 1;
    for (FitRow row : all) {
      if (!colors.containsKey(row.number())) {
        continue;
      }
      List<FitEpoch> epochs = fits.epochs(row.number());
      String color = colors.get(row.number());
      String name = "fit " + row.number();
      mostEpochs = Math.max(mostEpochs, epochs.stream().mapToInt(FitEpoch::epoch).max().orElse(1));
      losses.add(curve(name + " training", color, false, epochs, FitEpoch::loss));
      losses.add(curve(name + " validation", color, true, epochs, FitEpoch::validationLoss));
      accuracies.add(curve(name + " training", color, false, epochs, FitEpoch::accuracy));
      accuracies.add(
          curve(name + " validation", color, true, epochs, FitEpoch::validationAccuracy));
      rates.add(curve(name, color, false, epochs, FitEpoch::learningRate));
    }
    StringBuilder html = new StringBuilder("<div class=\"row\">");
    for (LineChart chart :
        List.of(
            new LineChart("Loss", "epoch", mostEpochs, losses, true),
            new LineChart("Accuracy", "epoch", mostEpochs, accuracies, false),
            new LineChart("Learning rate", "epoch", mostEpochs, rates, false))) {
      if (chart.hasPoints()) {
        html.append("<div class=\"col-12 col-lg-6 col-xl-4\"><h4>")
            .append(chart.title())
            .append("</h4>")
            .append(chart.svg())
            .append("</div>");
      }
    }
    return html.append("</div><p><small>Solid lines: training rows, dashed: validation rows.")
        .append(" Rest the mouse on a curve for its name and values.</small></p>")
        .toString();
  }

  private static LineChart.Curve curve(
      String name,
      String color,
      boolean dashed,
      List<FitEpoch> epochs,
      ToDoubleFunction<FitEpoch> value) {
    return new LineChart.Curve(
        name,
        color,
        dashed,
        epochs.stream().mapToDouble(FitEpoch::epoch).toArray(),
        epochs.stream().mapToDouble(value).toArray());
  }

  /** Newest first; columns that would be empty are left out. */
  private String table(List<FitRow> all, Map<Integer, String> colors) {
    Map<String, String> common = common(all);
    List<Column> columns =
        List.of(
            new Column("Fit", row -> choice(row, colors.get(row.number()))),
            new Column("Estimator", row -> Html.text(row.started().estimator())),
            new Column("Params", row -> "<small>" + params(settings(row), common) + "</small>"),
            new Column("Rows", row -> String.valueOf(row.started().rows())),
            new Column("State", this::stateAndReason),
            new Column("Epoch", TrainingPage::epochOf),
            new Column("Loss", row -> Html.number("%.4f", row.position().loss())),
            ofEpoch("Accuracy", "%.4f", FitEpoch::accuracy),
            ofEpoch("Validation loss", "%.4f", FitEpoch::validationLoss),
            ofEpoch("Validation accuracy", "%.4f", FitEpoch::validationAccuracy),
            ofEpoch("Validation metric", "%.4f", FitEpoch::validationMetric),
            ofEpoch("Learning rate", "%.3g", FitEpoch::learningRate),
            new Column("Rows/s", row -> Html.number("%.0f", row.position().rowsPerSecond())),
            new Column(
                "Aggregation",
                row -> Html.number("%.0f %%", 100 * row.position().aggregationShare())),
            new Column("Seconds", row -> Html.number("%.1f", row.position().seconds())));
    List<Column> filled =
        columns.stream()
            .filter(column -> all.stream().anyMatch(row -> !column.cell().apply(row).isEmpty()))
            .toList();
    StringBuilder html = new StringBuilder("<form>");
    if (!common.isEmpty()) {
      html.append("<p><small>All fits: ").append(params(common, Map.of())).append("</small></p>");
    }
    html.append("<table class=\"").append(UIUtils.TABLE_CLASS_STRIPED_SORTABLE()).append("\">");
    html.append("<thead><tr>");
    filled.forEach(column -> html.append("<th>").append(column.heading()).append("</th>"));
    html.append("</tr></thead><tbody>");
    for (int i = all.size() - 1; i >= 0; i--) {
      html.append("<tr>");
      for (Column column : filled) {
        html.append("<td>").append(column.cell().apply(all.get(i))).append("</td>");
      }
      html.append("</tr>");
    }
    html.append("</tbody></table>");
    if (!all.isEmpty()) {
      html.append("<button class=\"btn btn-spark\">Show the chosen fits</button>");
    }
    return html.append("</form>").toString();
  }

  /**
   * A column of the table.
   *
   * @param cell its HTML
   */
  private record Column(String heading, Function<FitRow, String> cell) {}

  private static Column ofEpoch(String heading, String format, ToDoubleFunction<FitEpoch> value) {
    return new Column(
        heading,
        row -> row.epoch() == null ? "" : Html.number(format, value.applyAsDouble(row.epoch())));
  }

  private static String choice(FitRow row, String color) {
    return String.format(
        "<label><span hidden>%010d</span><input type=\"checkbox\" name=\"fit\" value=\"%d\"%s> <span"
            + " style=\"color:%s\">&#9632;</span> %d</label>",
        row.number(), // by which the table is sorted
        row.number(),
        color == null ? "" : " checked",
        color == null ? "transparent" : color,
        row.number());
  }

  private String stateAndReason(FitRow row) {
    return state(row)
        + (row.ended() == null ? "" : "<br><small>" + Html.text(row.ended().reason()) + "</small>");
  }

  private static String epochOf(FitRow row) {
    return Html.number(row.ended() == null ? "%.1f" : "%.0f", row.position().epoch())
        + " of "
        + row.started().epochs();
  }

  /** Params that were set, and what came of data and cluster. */
  private static Map<String, String> settings(FitRow row) {
    FitStarted started = row.started();
    Map<String, String> settings = new LinkedHashMap<>(started.params());
    settings.put("solver", started.solver());
    settings.put("network", started.network());
    settings.put("validation rows", String.valueOf(started.validationRows()));
    settings.put("shards", String.valueOf(started.shards()));
    settings.put("local steps", String.valueOf(started.localSteps()));
    settings.put("backend", started.backend());
    return settings;
  }

  /** The settings that all fits have, if there are several. */
  private static Map<String, String> common(List<FitRow> all) {
    if (all.size() < 2) {
      return Map.of();
    }
    Map<String, String> common = settings(all.get(0));
    for (FitRow row : all) {
      common.entrySet().retainAll(settings(row).entrySet());
    }
    return common;
  }

  private static String params(Map<String, String> settings, Map<String, String> known) {
    return settings.entrySet().stream()
        .filter(setting -> !known.containsKey(setting.getKey()))
        .map(setting -> Html.text(setting.getKey() + "=" + setting.getValue()))
        .collect(Collectors.joining(", "));
  }
}
