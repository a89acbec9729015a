package org.sparkmlp.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class LineChartTest {
  private static LineChart chart(double mostX, double... y) {
    double[] x = new double[y.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = i + 1;
    }
    return new LineChart(
        "Loss",
        "epoch",
        mostX,
        List.of(new LineChart.Curve("a <b> & \"c\" ε", "#123456", false, x, y)),
        true);
  }

  /** Parses, so that markup in names would show. */
  private static Document svg(LineChart chart) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(chart.svg())));
  }

  private static List<String> texts(Document svg, String tag) {
    return java.util.stream.IntStream.range(0, svg.getElementsByTagName(tag).getLength())
        .mapToObj(i -> svg.getElementsByTagName(tag).item(i).getTextContent())
        .toList();
  }

  @Test
  void pointsLieWhereTheAxesSay() throws Exception {
    Document svg = svg(chart(4, 3, 2, 1, 2));
    assertThat(texts(svg, "text"))
        .containsExactly("1", "1.5", "2", "2.5", "3", "0", "1", "2", "3", "4", "epoch");
    assertThat(texts(svg, "title")).contains("a <b> & \"c\" ε", "a <b> & \"c\" ε, epoch 3: 1");
    // x from 58 to 548, y from 226 up to 12 with a margin of a twentieth
    assertThat(
            svg.getElementsByTagName("polyline")
                .item(0)
                .getAttributes()
                .getNamedItem("points")
                .getNodeValue())
        .isEqualTo("180.5,21.7 303.0,119.0 425.5,216.3 548.0,119.0");
  }

  @Test
  void valuesOfManyMagnitudesAreLogarithmic() throws Exception {
    LineChart chart = chart(3, 100, 1, 0.01);
    assertThat(chart.title()).isEqualTo("Loss (logarithmic)");
    assertThat(texts(svg(chart), "text")).startsWith("0.01", "0.1", "1", "10", "100");
  }

  @Test
  void pointsThatAreNotFiniteInterruptACurve() throws Exception {
    LineChart chart = chart(5, 1, 2, Double.NaN, Double.POSITIVE_INFINITY, 3);
    assertThat(svg(chart).getElementsByTagName("polyline").getLength()).isEqualTo(2);
    assertThat(svg(chart).getElementsByTagName("circle").getLength()).isEqualTo(3);
    assertThat(chart(5, Double.NaN).hasPoints()).isFalse();
    assertThat(chart(5).hasPoints()).isFalse();
  }

  @Test
  void anyValuesMakeAChart() throws Exception {
    for (double[] y :
        new double[][] {{0}, {5, 5}, {-1, 1}, {1e-300, 1e300}, {1e9, 1e9 + 1}, {-1e-9, 0}}) {
      Document svg = svg(chart(1e5, y));
      assertThat(svg.getElementsByTagName("text").getLength()).isBetween(6, 40);
      assertThat(chart(1e5, y).svg()).doesNotContain("NaN").doesNotContain("Infinity");
    }
  }
}
