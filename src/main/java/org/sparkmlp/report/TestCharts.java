package org.sparkmlp.report;

import static j2html.TagCreator.b;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.li;
import static j2html.TagCreator.text;
import static j2html.TagCreator.ul;

import com.fasterxml.jackson.databind.JsonNode;
import j2html.tags.DomContent;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.sparkmlp.report.DataTable.Entry;

/** What a model did on held-out rows. */
final class TestCharts {
  /** Classes of a confusion matrix; of more, those with the most errors. */
  private static final int CLASSES = 40;

  private final JsonNode details;
  private final JsonNode image;
  private final List<String> labels = new ArrayList<>();

  TestCharts(RunData run) {
    details = run.details();
    image = run.data().path("image");
    details.path("labels").forEach(label -> labels.add(Words.brief(label.asText(), 40)));
  }

  private String label(int index) {
    return index >= 0 && index < labels.size() ? labels.get(index) : String.valueOf(index);
  }

  /** Null if it wasn't recorded. */
  Chart confusion() {
    if (labels.isEmpty() || details.path("confusion").isEmpty()) {
      return null;
    }
    int n = labels.size();
    long[] wrong = new long[n];
    for (JsonNode one : details.path("confusion")) {
      int label = one.path("label").asInt(-1);
      int prediction = one.path("prediction").asInt(-1);
      if (within(label, n) && within(prediction, n) && label != prediction) {
        wrong[label] += one.path("rows").asLong();
        wrong[prediction] += one.path("rows").asLong();
      }
    }
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      shown.add(i);
    }
    if (n > CLASSES) {
      shown.sort((a, b) -> Long.compare(wrong[b], wrong[a]));
      shown = new ArrayList<>(shown.subList(0, CLASSES));
      shown.sort(null);
    }
    return matrix(shown, n);
  }

  private static boolean within(int index, int n) {
    return index >= 0 && index < n;
  }

  private Chart matrix(List<Integer> shown, int n) {
    int size = shown.size();
    long[][] counts = new long[size][size];
    long[] rows = new long[n];
    for (JsonNode one : details.path("confusion")) {
      int label = one.path("label").asInt(-1);
      if (within(label, n)) {
        rows[label] += one.path("rows").asLong();
      }
      int i = shown.indexOf(label);
      int j = shown.indexOf(one.path("prediction").asInt(-1));
      if (i >= 0 && j >= 0) {
        counts[i][j] = one.path("rows").asLong();
      }
    }
    double[][] values = new double[size][size];
    String[][] texts = new String[size][size];
    double most = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        values[i][j] =
            i == j ? Double.NaN : counts[i][j] / (double) Math.max(1, rows[shown.get(i)]);
        texts[i][j] = counts[i][j] == 0 ? null : String.valueOf(counts[i][j]);
        most = i == j ? most : Math.max(most, values[i][j]);
      }
    }
    List<String> names = shown.stream().map(this::label).toList();
    String which = size < n ? " The " + size + " of " + n + " classes with the most errors." : "";
    return Chart.heat(
            "Confusion matrix",
            Axis.categories("predicted", names),
            Axis.categories("true class", names),
            values,
            texts,
            0,
            Math.max(most, 0.01))
        .describe(
            "Rows of each true class by what was predicted. Blue is wrong: the stronger, the larger the share of the class."
                + which);
  }

  /** Null if it wasn't recorded. */
  Chart calibration() {
    JsonNode bins = details.path("calibration");
    if (bins.isEmpty()) {
      return null;
    }
    double[] x = new double[bins.size()];
    double[] y = new double[bins.size()];
    double[] errors = new double[bins.size()];
    for (int i = 0; i < x.length; i++) {
      JsonNode bin = bins.path(i);
      long rows = bin.path("rows").asLong();
      x[i] = bin.path("meanConfidence").asDouble(Double.NaN);
      y[i] = rows == 0 ? Double.NaN : bin.path("accuracy").asDouble(Double.NaN);
      errors[i] = Math.sqrt(Math.max(0, y[i] * (1 - y[i])) / Math.max(1, rows));
    }
    double ece = details.path("expectedCalibrationError").asDouble(Double.NaN);
    return Chart.of(
            "Calibration",
            Axis.linear("probability of the predicted class").between(0, 1),
            Axis.linear("share that is right").between(0, 1))
        .add(
            Series.line("as it should be", new double[] {0, 1}, new double[] {0, 1})
                .withWeight(Series.Weight.FAINT))
        .add(Series.line("this model", x, y).withErrors(errors).withColour(0))
        .describe(
            "On the straight line, a prediction of 80 % is right in 80 of 100 cases; below it, the model is too sure of"
                + " itself."
                + (Double.isNaN(ece)
                    ? ""
                    : String.format(
                        java.util.Locale.ROOT,
                        " Expected calibration error: %.1f points.",
                        100 * ece)));
  }

  /** Null if it wasn't recorded. */
  DataTable classes() {
    JsonNode classes = details.path("classes");
    if (classes.isEmpty()) {
      return null;
    }
    DataTable table =
        new DataTable(
            "Precision: share of its predictions that are right. Recall: share of its rows that are found.",
            List.of("class", "precision %", "recall %", "F1 %", "rows"));
    for (JsonNode one : classes) {
      table.add(
          List.of(
              Entry.of(Words.brief(one.path("label").asText(), 60)),
              share(one, "precision"),
              share(one, "recall"),
              share(one, "f1"),
              Entry.of("%,.0f", one.path("rows").asDouble(Double.NaN))));
    }
    return table;
  }

  private static Entry share(JsonNode node, String name) {
    return Entry.of("%.1f", 100 * node.path(name).asDouble(Double.NaN));
  }

  /** Rows that were predicted wrong, as pictures if they are; null if there are none. */
  DomContent misclassified() {
    JsonNode wrong = details.path("misclassified");
    if (wrong.isEmpty()) {
      return null;
    }
    List<JsonNode> rows = new ArrayList<>();
    wrong.forEach(rows::add);
    if (rows.stream().allMatch(row -> picture(row) != null)) {
      return ul(each(rows, this::pictured)).withClass("pictures");
    }
    DataTable table =
        new DataTable(
            "The predictions that were surest of themselves, and wrong.",
            List.of("true class", "predicted", "probability %"));
    for (JsonNode row : rows) {
      table.add(
          List.of(
              Entry.of(label(row.path("label").asInt(-1))),
              Entry.of(label(row.path("prediction").asInt(-1))),
              share(row, "probability")));
    }
    return div(table.html()).withClass("scroll");
  }

  private DomContent pictured(JsonNode row) {
    String truth = label(row.path("label").asInt(-1));
    String prediction = label(row.path("prediction").asInt(-1));
    double probability = row.path("probability").asDouble(Double.NaN);
    return li(
        img()
            .withSrc("data:image/png;base64," + picture(row))
            .withAlt("a " + truth + " that was taken for a " + prediction),
        div(b(truth), text(", taken for "), b(prediction)),
        iff(
            Double.isFinite(probability),
            div(Math.round(100 * probability) + " % sure").withClass("soft")));
  }

  /** PNG in base 64: dark where numbers are large. Null if the record has no picture. */
  private String picture(JsonNode row) {
    int width = image.path("width").asInt();
    int height = image.path("height").asInt();
    byte[] pixels;
    try {
      pixels = Base64.getDecoder().decode(row.path("pixels").asText(""));
    } catch (IllegalArgumentException e) {
      return null; // no base 64
    }
    if (width < 1 || height < 1 || pixels.length != (long) width * height) {
      return null;
    }
    BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < pixels.length; i++) {
      drawn.getRaster().setSample(i % width, i / width, 0, 255 - (pixels[i] & 0xff));
    }
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(drawn, "png", out);
      return Base64.getEncoder().encodeToString(out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory
    }
  }
}
