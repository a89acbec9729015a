package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sparkmlp.report.Chart;
import org.sparkmlp.util.Check;

/** A page in Markdown with figures beside it. */
final class StudyPage {
  /** Stands where the folder of the figures will be named. */
  private static final String PREFIX = "\u0001";

  private final StringBuilder text = new StringBuilder();
  private final Map<String, Chart> figures = new LinkedHashMap<>();

  StudyPage(String title) {
    text.append("# ").append(title).append("\n");
  }

  StudyPage section(String heading) {
    text.append("\n## ").append(heading).append("\n");
    return this;
  }

  StudyPage text(String sentences) {
    text.append("\n").append(escape(sentences)).append("\n");
    return this;
  }

  /**
   * Adds a figure.
   *
   * @param name of its file, unique on the page
   */
  StudyPage figure(String name, Chart chart) {
    Check.that(figures.put(name, chart) == null, "two figures are named '%s'", name);
    text.append("\n![%s](%s%s.svg)\n".formatted(escape(chart.description()), PREFIX, name));
    return this;
  }

  StudyPage table(List<String> columns, List<List<String>> rows) {
    text.append("\n");
    line(columns);
    text.append("|").append("---|".repeat(columns.size())).append("\n");
    rows.forEach(this::line);
    return this;
  }

  private void line(List<String> cells) {
    text.append("|");
    cells.forEach(cell -> text.append(" ").append(escape(cell).replace("|", "\\|")).append(" |"));
    text.append("\n");
  }

  /** Names may come from a conf file: they are no tags. */
  private static String escape(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(PREFIX, "");
  }

  /**
   * The page.
   *
   * @param prefix of the figures' files
   */
  String markdown(String prefix) {
    return text.toString().replace(PREFIX, prefix);
  }

  Map<String, Chart> figures() {
    return figures;
  }

  /** Three digits, as people write them. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return "not finite";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e5)) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    return size >= 100 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : new java.math.BigDecimal(value)
            .round(new java.math.MathContext(3))
            .stripTrailingZeros()
            .toPlainString();
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  /** As in "a, b and c". */
  static String list(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /** Likewise, of what a setting lists. */
  static String list(JsonNode array) {
    return list(Records.list(array).stream().map(JsonNode::asText).toList());
  }
}
