package org.sparkmlp.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Browser;

/**
 * A report in a real browser. Without chromium it is skipped with a line; {@code
 * -Dchromium.required=true} makes that a failure. Screenshots are left in target/screenshots.
 */
class ReportBrowserTest {
  private static final List<String> SCHEDULES =
      List.of("constant", "invsqrt", "linear", "exponential(k=0.1)", "cosine");

  private static Browser browser;

  @TempDir Path folder;

  @BeforeAll
  static void open() throws Exception {
    browser = Browser.open();
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  private void show(String html) throws Exception {
    Path file = Files.createTempDirectory(folder, "page").resolve("report.html");
    browser.show(file, html);
  }

  private static void picture(String name, byte[] png) throws Exception {
    Path pictures = Files.createDirectories(Path.of("target/screenshots"));
    Files.write(pictures.resolve(name), png);
  }

  private static int id(String title) throws Exception {
    return browser
        .eval(
            "Number(Object.keys(sparkMlpReport.charts).find(id => sparkMlpReport.charts[id].spec.title === '"
                + title
                + "').slice(5))")
        .asInt();
  }

  /** How many lines a chart shows. */
  private static int lines(int id) throws Exception {
    return browser
        .eval(
            "Object.values(sparkMlpReport.charts.chart"
                + id
                + ".instance.getOption().legend[0].selected).filter(Boolean).length")
        .asInt();
  }

  private static List<String> column(int number) throws Exception {
    List<String> texts = new ArrayList<>();
    for (JsonNode text :
        browser.eval(
            "[...document.querySelector('table.sortable').tBodies[0].rows].map(r => r.cells["
                + number
                + "].textContent)")) {
      texts.add(text.asText());
    }
    return texts;
  }

  @Test
  void everyChartIsDrawnAndNothingGoesWrong() throws Exception {
    show(RunReport.html(SampleRuns.grid("digits", SCHEDULES, 3, 40)));
    for (boolean dark : List.of(false, true)) {
      browser.look(1280, 900, dark);
      browser.await(
          "getComputedStyle(document.body).backgroundColor === '"
              + (dark ? "rgb(21, 24, 29)" : "rgb(255, 255, 255)")
              + "'");
      assertThat(
              browser
                  .eval(
                      "[...document.querySelectorAll('.chart')].filter(c => c.dataset.drawn"
                          + " && c.querySelector('svg, canvas') && c.getBoundingClientRect().height > 100).length")
                  .asInt())
          .isEqualTo(10)
          .isEqualTo(browser.eval("document.querySelectorAll('.chart').length").asInt());
      picture(dark ? "dark.png" : "light.png", browser.screenshot(false));
      picture(dark ? "dark-whole.png" : "light-whole.png", browser.screenshot(true));
    }
    // the answer is in sight without scrolling
    assertThat(
            browser
                .eval("document.querySelector('.lead').getBoundingClientRect().bottom < 400")
                .asBoolean())
        .isTrue();
    browser.look(420, 900, false);
    // nothing is wider than a phone
    browser.await("document.documentElement.scrollWidth <= 420");
    picture("phone.png", browser.screenshot(false));
    browser.look(1280, 900, false);
    assertThat(new String(browser.pdf(), 0, 5)).isEqualTo("%PDF-");
    assertThat(browser.errors()).isEmpty();
    assertThat(browser.requests())
        .allMatch(url -> url.startsWith("file:") || url.startsWith("data:"));
  }

  private static final String OVERLAPPING =
      """
      (boxes => boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length)(
        [...document.querySelectorAll('figure')].map(f => f.getBoundingClientRect()))
      """;

  private static final String OUTSIDE_THEIR_FIGURE =
      """
      [...document.querySelectorAll('.chart svg, .chart canvas')].filter(drawn => {
        const inner = drawn.getBoundingClientRect();
        const outer = drawn.closest('figure').getBoundingClientRect();
        return inner.width < 200 || inner.left < outer.left - 1 || inner.right > outer.right + 1
          || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
      }).map(drawn => drawn.closest('figure').querySelector('h3').textContent).join()
      """;

  /** Upright A4 and Letter, A4 on its side. Two columns, whatever the window was. */
  @Test
  void chartsFitIntoTheirColumnsOnPaper() throws Exception {
    show(RunReport.html(SampleRuns.grid("digits", SCHEDULES, 10, 40)));
    for (int width : List.of(688, 710, 1017)) {
      browser.look(1280, 900, false);
      browser.paper(width, true);
      browser.await("document.querySelectorAll('.chart svg').length === 10");
      picture("paper-" + width + ".png", browser.screenshot(true));
      assertThat(browser.eval(OUTSIDE_THEIR_FIGURE).asText()).as("%s", width).isEmpty();
      assertThat(browser.eval(OVERLAPPING).asInt()).as("%s", width).isZero();
      // else browsers print everything smaller
      assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(width);
      browser.paper(1280, false);
      assertThat(browser.eval(OUTSIDE_THEIR_FIGURE).asText()).as("after %s", width).isEmpty();
    }
    assertThat(browser.errors()).isEmpty();
  }

  /** How many numbers in cells of a heat map overlap another cell's. */
  private static int crowded(int id) throws Exception {
    return browser
        .eval(
            """
            (boxes => boxes.filter((a, i) => boxes.some((b, j) => i !== j
              && a.left < b.right + 2 && b.left < a.right + 2 && a.top < b.bottom && b.top < a.bottom)).length)(
              [...document.querySelectorAll('#chart%d svg text')]
                .filter(t => /^[★●]? ?\\d\\d\\.\\d/.test(t.textContent)).map(t => t.getBoundingClientRect()))
            """
                .formatted(id))
        .asInt();
  }

  private static String texts(int id) throws Exception {
    return browser
        .eval(
            "[...document.querySelectorAll('#chart"
                + id
                + " svg text')].map(t => t.textContent).join('|')")
        .asText();
  }

  @Test
  void cellsOfAHeatMapAreReadableOrEmpty() throws Exception {
    show(
        RunReport.html(
            SampleRuns.grid(
                "digits", List.of("constant", "linear", "warmup(1ep).then(cosine)"), 10, 5)));
    int heat = id("Accuracy (%) by schedule and batch size");
    for (int width : List.of(1900, 1280, 700, 390)) {
      browser.look(width, 900, false);
      browser.await(
          "Math.abs(document.querySelector('#chart%1$d svg').getBoundingClientRect().width - document.getElementById('chart%1$d').clientWidth) < 2"
              .formatted(heat));
      picture("heat-" + width + ".png", browser.screenshot(true));
      assertThat(crowded(heat)).as("%s", width).isZero();
      // every column has its name, and the best is marked
      assertThat(("|" + texts(heat) + "|").split("\\|"))
          .as("%s", width)
          .contains("4", "8", "16", "32", "64", "128", "256", "512", "1024", "2048")
          .anyMatch(text -> text.startsWith("\u2605"));
      if (width > 1000) {
        assertThat(texts(heat)).as("%s", width).containsPattern("\\d\\d\\.\\d");
      }
    }
    // a phone has the numbers in a table
    browser.eval(
        "document.getElementById('chart"
            + heat
            + "').closest('figure').querySelector('details').open = true");
    browser.await(
        "document.getElementById('chart"
            + heat
            + "').closest('figure').querySelectorAll('tbody tr').length === 3");
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void tablesAreSorted() throws Exception {
    show(RunReport.html(SampleRuns.grid("digits", SCHEDULES, 3, 5)));
    assertThat(column(0)).first().isEqualTo("1");
    String button = "document.querySelectorAll('table.sortable th button')";
    browser.eval(button + "[3].click()"); // accuracy, the worst first
    assertThat(column(0)).startsWith("15", "14").endsWith("1");
    assertThat(browser.eval(button + "[3].closest('th').getAttribute('aria-sort')").asText())
        .isEqualTo("ascending");
    // by keyboard
    browser.eval(button + "[1].focus()");
    browser.press("Enter", "\r");
    browser.await(
        "document.querySelectorAll('th[aria-sort]').length === 1 && "
            + button
            + "[1].closest('th').getAttribute('aria-sort') === 'ascending'");
    assertThat(column(1)).isSorted();
    assertThat(browser.eval("document.getElementById('said').textContent").asText())
        .isEqualTo("sorted by schedule, ascending");
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void seriesComeAndGo() throws Exception {
    show(RunReport.html(SampleRuns.grid("digits", SCHEDULES, 3, 10)));
    int loss = id("Training loss");
    int rate = id("Learning rate");
    assertThat(lines(loss)).isEqualTo(15);
    String button = "document.querySelector('.legend [data-series=\"#1 constant \u00b7 4\"]')";
    browser.eval(button + ".click()");
    assertThat(lines(loss)).isEqualTo(14);
    assertThat(lines(rate)).as("linked").isEqualTo(14);
    assertThat(browser.eval(button + ".getAttribute('aria-pressed')").asText()).isEqualTo("false");
    browser.eval("document.querySelector('[data-first=\"10\"]').click()");
    assertThat(lines(loss)).isEqualTo(10);
    browser.eval("document.querySelector('[data-first=\"0\"]').click()");
    assertThat(lines(rate)).isZero();
    browser.eval("document.querySelector('[data-first=\"15\"]').click()");
    assertThat(lines(rate)).isEqualTo(15);
    assertThat(browser.errors()).isEmpty();
  }

  private static double[] zoom(int id) throws Exception {
    JsonNode zoom =
        browser.eval(
            "(z => [z.start, z.end])(sparkMlpReport.charts.chart"
                + id
                + ".instance.getOption().dataZoom[0])");
    return new double[] {zoom.get(0).asDouble(), zoom.get(1).asDouble()};
  }

  /** How much of the y axis is seen, in its own numbers. */
  private static double height(int id) throws Exception {
    return browser
        .eval(
            "(e => e[1] - e[0])(sparkMlpReport.charts.chart"
                + id
                + ".instance.getModel().getComponent('yAxis', 0).axis.scale.getExtent())")
        .asDouble();
  }

  @Test
  void chartsAreZoomedByButtonsKeysAndMouse() throws Exception {
    show(RunReport.html(SampleRuns.grid("digits", SCHEDULES, 3, 40)));
    int loss = id("Training accuracy");
    String figure = "document.getElementById('chart" + loss + "').closest('figure')";
    browser.eval(figure + ".querySelector('[data-act=in]').click()");
    assertThat(zoom(loss)).containsExactly(25, 75);
    browser.eval("document.getElementById('chart" + loss + "').focus()");
    browser.press("ArrowRight", null);
    assertThat(zoom(loss)).containsExactly(37.5, 87.5);
    browser.press("0", "0");
    assertThat(zoom(loss)).containsExactly(0, 100);
    double all = height(loss);
    // a rectangle by mouse
    browser.eval(
        "document.getElementById('chart"
            + loss
            + "').scrollIntoView({block: 'center', behavior: 'instant'})");
    JsonNode box =
        browser.eval(
            "(r => [r.left, r.top, r.width, r.height])(document.getElementById('chart"
                + loss
                + "').getBoundingClientRect())");
    double x = box.get(0).asDouble();
    double y = box.get(1).asDouble();
    double width = box.get(2).asDouble();
    double height = box.get(3).asDouble();
    browser.mouse("mouseMoved", x + 0.4 * width, y + 0.3 * height);
    browser.await("document.getElementById('chart" + loss + "').textContent.includes('epoch ')");
    picture("hover.png", browser.screenshot(false));
    browser.mouse("mousePressed", x + 0.4 * width, y + 0.3 * height);
    browser.mouse("mouseMoved", x + 0.5 * width, y + 0.5 * height);
    browser.mouse("mouseMoved", x + 0.8 * width, y + 0.8 * height);
    browser.mouse("mouseReleased", x + 0.8 * width, y + 0.8 * height);
    browser.await(
        "sparkMlpReport.charts.chart" + loss + ".instance.getOption().dataZoom[0].start > 20");
    double[] zoomed = zoom(loss);
    assertThat(zoomed[1]).isBetween(60.0, 95.0);
    assertThat(height(loss)).as("y fits itself to what is left").isLessThan(0.9 * all);
    browser.eval(figure + ".querySelector('[data-act=reset]').click()");
    assertThat(zoom(loss)).containsExactly(0, 100);
    assertThat(height(loss)).isEqualTo(all);
    // logarithmic or not
    loss = id("Training loss");
    browser.eval(
        "document.getElementById('chart"
            + loss
            + "').closest('figure').querySelector('[data-act=log]').click()");
    assertThat(
            browser
                .eval("sparkMlpReport.charts.chart" + loss + ".instance.getOption().yAxis[0].type")
                .asText())
        .isEqualTo("value");
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void theNumbersOfAChartAreATableForThoseWhoAsk() throws Exception {
    show(RunReport.html(SampleRuns.grid("digits", SCHEDULES, 3, 10)));
    int loss = id("Training loss");
    String details =
        "document.getElementById('chart" + loss + "').closest('figure').querySelector('details')";
    browser.eval(details + ".open = true");
    browser.await(details + ".querySelectorAll('tbody tr').length === 150");
    assertThat(browser.eval(details + ".querySelector('thead').textContent").asText())
        .isEqualTo("seriesepochloss");
    // everything has words
    for (String mute :
        List.of(
            "'.chart', c => c.getAttribute('aria-label').length > 15",
            "'button', b => b.textContent.trim().length > 0",
            "'img', i => i.alt.length > 5",
            "'th', t => t.scope")) {
      assertThat(
              browser
                  .eval(
                      "((s, ok) => [...document.querySelectorAll(s)].filter(e => !ok(e)).map(e => e.outerHTML).join())("
                          + mute
                          + ")")
                  .asText())
          .as(mute)
          .isEmpty();
    }
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void namesThatAreMarkupDoNoHarm() throws Exception {
    show(RunReport.html(SampleRuns.evil()));
    int heat = id("Confusion matrix");
    browser.eval(
        "document.getElementById('chart"
            + heat
            + "').scrollIntoView({block: 'center', behavior: 'instant'})");
    // tooltips too
    for (String title : List.of("Confusion matrix", "Training loss")) {
      browser.eval(
          "sparkMlpReport.charts.chart"
              + id(title)
              + ".instance.dispatchAction({type: 'showTip', seriesIndex: 0, dataIndex: 1})");
    }
    browser.await(
        "document.getElementById('chart" + heat + "').textContent.includes('window.hacked')");
    browser.eval("document.querySelectorAll('details').forEach(d => d.open = true)");
    browser.await("document.querySelectorAll('details table').length > 3");
    assertThat(browser.eval("typeof window.hacked").asText()).isEqualTo("undefined");
    assertThat(browser.eval("document.querySelectorAll('img[src=\"x\"]').length").asInt()).isZero();
    picture("evil.png", browser.screenshot(true));
    assertThat(browser.errors()).isEmpty();
    show(Comparison.html(List.of(SampleRuns.evil(), SampleRuns.evil())));
    assertThat(browser.eval("typeof window.hacked").asText()).isEqualTo("undefined");
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void unfinishedRunsAndComparisonsAreDrawnToo() throws Exception {
    RunFiles files = SampleRuns.grid("digits", SCHEDULES, 3, 10);
    show(
        RunReport.html(
            new RunFiles("x", null, files.run(), files.cells().subList(0, 7), "name = x")));
    picture("unfinished.png", browser.screenshot(true));
    show(Comparison.html(List.of(files, SampleRuns.grid("other", SCHEDULES, 2, 20))));
    picture("comparison.png", browser.screenshot(true));
    assertThat(browser.errors()).isEmpty();
  }

  /** The time is printed, not judged: it is for whoever reads the log. */
  @Test
  void twoHundredCellsOfAHundredEpochs() throws Exception {
    List<String> schedules = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      schedules.add("exponential(k=" + i + ")");
    }
    String html = RunReport.html(SampleRuns.grid("large", schedules, 10, 100));
    show(html);
    int loss = id("Training loss");
    assertThat(lines(loss)).isEqualTo(200);
    assertThat(column(0)).hasSize(200);
    assertThat(
            browser
                .eval("[...document.querySelectorAll('.chart')].every(c => c.dataset.drawn)")
                .asBoolean())
        .isTrue();
    System.out.printf(
        "report of 200 cells x 100 epochs: %s ms until everything was drawn, %d KB%n",
        browser.eval("document.documentElement.dataset.millis").asText(), html.length() / 1024);
    picture("large.png", browser.screenshot(true));
    assertThat(browser.errors()).isEmpty();
  }
}
