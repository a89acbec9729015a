package org.sparkmlp.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ChartTest {
  private static final Axis EPOCH = Axis.linear("epoch");

  @Test
  void aChartIsPlainJson() {
    Chart chart =
        Chart.of("Loss", EPOCH, Axis.log("loss"))
            .line("a", null, new double[] {1.23456789, Double.NaN, 3})
            .add(
                Series.scatter("b", new double[] {1}, new double[] {1e-9})
                    .withErrors(new double[] {0.5})
                    .withColour(9)
                    .withDash(5));
    assertThat(chart.spec())
        .hasToString(
            """
            {"title":"Loss","x":{"name":"epoch","scale":"linear"},"y":{"name":"loss","scale":"log"},"stacked":false,\
            "series":[{"name":"a","kind":"line","colour":0,"dash":0,"weight":"normal","y":[1.23457,null,3]},\
            {"name":"b","kind":"scatter","colour":1,"dash":1,"weight":"normal","x":[1],"y":[1.0E-9],"errors":[0.5]}]}\
            """);
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    assertThatThrownBy(() -> Series.line("a", new double[2], new double[3]))
        .hasMessage("the series 'a' has 2 values of x and 3 of y");
    assertThatThrownBy(
            () ->
                Chart.of("t", EPOCH, EPOCH)
                    .line("a", null, new double[1])
                    .line("a", null, new double[1]))
        .hasMessage("the chart 't' has a series 'a' already; names must differ");
    Axis two = Axis.categories("c", List.of("1", "2"));
    assertThatThrownBy(() -> Chart.heat("h", two, two, new double[2][3], new String[2][3], 0, 1))
        .hasMessage("row 1 of the heat map 'h' has 3 values, but there are 2 columns");
    assertThatThrownBy(() -> EPOCH.between(2, 1)).hasMessageContaining("must end above 2.0");
  }

  /** Without a browser nobody tells ECharts how wide texts are. */
  @Test
  void namesOfALegendDoNotOverlap() {
    String wide = "m".repeat(20); // 0.974 of 12 pixels each in DejaVu Sans
    Chart chart = Chart.of("t", EPOCH, EPOCH);
    for (String end : List.of("1", "2", "3", "&")) {
      chart.line(wide + end, null, new double[] {1, 2});
    }
    Matcher names =
        Pattern.compile("<text[^>]* transform=\"translate\\(([\\d.]+) ([\\d.]+)\\)\"[^>]*>m{20}")
            .matcher(new ChartRenderer().svg(chart, 960, 420));
    double[][] places =
        names
            .results()
            .map(
                name ->
                    new double[] {
                      Double.parseDouble(name.group(1)), Double.parseDouble(name.group(2))
                    })
            .toArray(double[][]::new);
    assertThat(places.length).isEqualTo(4);
    double mark = 26;
    assertThat(places[1][0] - places[0][0]).isBetween(21 * 0.974 * 12 + mark - 12, 320.0);
    assertThat(places[2][0] - places[1][0]).isBetween(21 * 0.974 * 12 + mark - 12, 320.0);
    assertThat(places[3][1]).as("the fourth in a row of its own").isGreaterThan(places[0][1] + 12);
  }

  @Test
  void chartsAreDrawnAsPicturesWithoutABrowser() throws Exception {
    ChartRenderer renderer = new ChartRenderer();
    Chart lines =
        Chart.of("Loss of <b>both</b> & all", EPOCH, Axis.log("loss"))
            .line("sgd", null, new double[] {1, 0.1, 0.01})
            .add(
                Series.line("adam </svg>", null, new double[] {2, 0.2, 0})
                    .withColour(1)
                    .withDash(1)
                    .withErrors(new double[] {0.1, 0.1, 0.1}));
    String svg = renderer.svg(lines, 640, 360);
    Element root = parse(svg);
    assertThat(root.getAttribute("viewBox")).isEqualTo("0 0 640 360");
    assertThat(root.getTextContent())
        .contains("Loss of <b>both</b> & all", "sgd", "adam </svg>", "epoch");
    assertThat(svg).contains("stroke=\"#0072b2\"").contains("stroke-dasharray");
    assertThat(renderer.svg(lines, 640, 360)).as("a pure function").isEqualTo(svg);
    Chart bars =
        Chart.of("Seconds", Axis.linear("seconds"), Axis.categories("cell", List.of("x", "y")))
            .stacked()
            .bar("computing", new double[] {1, 2})
            .bar("packing", new double[] {0.5, 0.1});
    assertThat(parse(renderer.svg(bars, 500, 300)).getTextContent()).contains("computing");
    Axis columns = Axis.categories("batch size", List.of("4", "8"));
    Axis rows = Axis.categories("schedule", List.of("cosine"));
    Chart heat =
        Chart.heat(
            "Accuracy",
            columns,
            rows,
            new double[][] {{0.9, Double.NaN}},
            new String[][] {{"90.0", null}},
            0.8,
            0.9);
    String cells = renderer.svg(heat, 400, 200);
    assertThat(parse(cells).getTextContent()).contains("90.0", "cosine");
    assertThat(Pattern.compile("fill=\"#0b4f8a\"").matcher(cells).results()).hasSize(1);
  }

  /** The smallest and largest number written along the y axis. */
  private static double[] ends(String svg) throws Exception {
    double[] numbers =
        Pattern.compile(">(-?[\\d.]+)</text>")
            .matcher(svg)
            .results()
            .mapToDouble(number -> Double.parseDouble(number.group(1)))
            .toArray();
    return new double[] {
      Arrays.stream(numbers).min().orElseThrow(), Arrays.stream(numbers).max().orElseThrow()
    };
  }

  private static Chart whiskers(Axis y, double[] values, double[] errors) {
    return Chart.of("t", Axis.categories("", List.of("a", "b")), y)
        .add(Series.scatter("s", new double[] {0, 1}, values).withErrors(errors));
  }

  @Test
  void axesReachAsFarAsWhiskers() throws Exception {
    ChartRenderer renderer = new ChartRenderer();
    double[] values = {98, 98.5};
    Axis free = Axis.linear("");
    assertThat(ends(renderer.svg(whiskers(free, values, new double[2]), 640, 300)))
        .containsExactly(98, 98.5);
    double[] wide = {3, 1};
    double[] reached = ends(renderer.svg(whiskers(free, values, wide), 640, 300));
    assertThat(reached[0]).isBetween(90.0, 95.0);
    assertThat(reached[1]).isBetween(101.0, 104.0);
    Axis percent = Axis.linear("").within(0, 100);
    reached = ends(renderer.svg(whiskers(percent, values, wide), 640, 300));
    assertThat(reached[0]).isBetween(90.0, 95.0);
    assertThat(reached[1]).isEqualTo(100);
    reached = ends(renderer.svg(whiskers(percent, new double[] {2, 1}, wide), 640, 300));
    assertThat(reached[0]).isZero();
    assertThat(reached[1]).isBetween(5.0, 6.0);
    // whiskers that aren't known, and a logarithm that there isn't
    assertThat(
            ends(renderer.svg(whiskers(percent, values, new double[] {Double.NaN, 0}), 640, 300)))
        .containsExactly(98, 98.5);
    assertThat(renderer.svg(whiskers(Axis.log(""), values, new double[] {99, 1}), 640, 300))
        .doesNotContain("NaN");
    // of bars that lie along the other axis
    Chart flat =
        Chart.of("t", percent, Axis.categories("", List.of("a", "b")))
            .add(
                Series.scatter("s", new double[] {0, 1}, new double[] {98, 98.5}).withErrors(wide));
    reached = ends(renderer.svg(flat, 640, 300));
    assertThat(reached[0]).isBetween(90.0, 95.0);
    assertThat(reached[1]).isEqualTo(100);
  }

  @Test
  void equalNumbersLieOnANarrowAxis() throws Exception {
    ChartRenderer renderer = new ChartRenderer();
    for (double value : List.of(98.0, 98.5, 100.0)) {
      double[] reached =
          ends(
              renderer.svg(
                  whiskers(
                      Axis.linear("").within(0, 100), new double[] {value, value}, new double[2]),
                  640,
                  300));
      assertThat(reached[0]).isBetween(value - 3, value - 0.5);
      assertThat(reached[1]).isBetween(value, Math.min(100, value + 3));
    }
    double[] shares =
        ends(
            renderer.svg(
                Chart.of("t", EPOCH, Axis.linear("").between(0.5, 0.6))
                    .line("a", null, new double[] {0.5, 0.5}),
                640,
                300));
    assertThat(shares[0]).isEqualTo(0.5);
  }

  @Test
  void everyCategoryHasItsName() throws Exception {
    ChartRenderer renderer = new ChartRenderer();
    for (String form : List.of("c%d", "with %d of some words", "longWithoutAnySpace%d")) {
      for (int count : List.of(3, 8, 20, 40)) {
        List<String> names = IntStream.range(0, count).mapToObj(form::formatted).toList();
        Chart chart =
            Chart.of("t", Axis.categories("what", names), Axis.linear("y"))
                .bar("s", new double[count]);
        String words = String.join(" ", written(renderer.svg(chart, 800, 360))) + " ";
        assertThat(names).as("%s of %s", count, form).allMatch(name -> words.contains(name + " "));
      }
    }
  }

  /** Texts of a picture, from the first to the last. */
  private static List<String> written(String svg) throws Exception {
    NodeList texts = parse(svg).getElementsByTagName("text");
    return IntStream.range(0, texts.getLength())
        .mapToObj(i -> texts.item(i).getTextContent().strip())
        .toList();
  }

  private static Element parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
        .getDocumentElement();
  }

  @Test
  void pagesTakeChartsTablesAndWords() {
    Page page = new Page("A study", "of two things");
    page.section("Results")
        .text("One is better: 1 < 2.")
        .chart(
            Chart.of("C", EPOCH, EPOCH)
                .line("a", null, new double[2])
                .line("b", null, new double[2]))
        .table(
            new DataTable("Numbers.", List.of("name", "value"))
                .add(List.of(DataTable.Entry.of("x<y"), DataTable.Entry.of("%.1f", 2.55)))
                .add(List.of(DataTable.Entry.of("z"), DataTable.Entry.of("%.1f", Double.NaN))));
    assertThat(page.html())
        .contains("<h1>A study</h1>", "One is better: 1 &lt; 2.", "x&lt;y")
        .contains("data-v=\"2.55\"", "data-v=\"\"")
        .contains("data-series=\"b\"");
  }
}
