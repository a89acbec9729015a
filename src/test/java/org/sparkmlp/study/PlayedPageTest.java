package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Browser;

/**
 * The page of gradient descent in a real browser, of the records in docs. Without chromium it is
 * skipped with a line; {@code -Dchromium.required=true} makes that a failure. Screenshots are left
 * in target/screenshots.
 */
class PlayedPageTest {
  private static final String FIRST = "document.querySelector('.played')";
  private static final String SLIDER = FIRST + ".querySelector('input')";
  private static final String PLAY = FIRST + ".querySelector('[data-do=play]')";

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

  @BeforeEach
  void show() throws Exception {
    JsonNode records =
        Records.parse(
            Files.readString(Path.of("docs/studies/gradient-descent.json")), "gradient-descent");
    Path file = Files.createTempDirectory(folder, "page").resolve("gradient-descent.html");
    browser.show(file, StudyRun.of("gradient-descent").html(records).orElseThrow());
  }

  private static void motion(String wish) throws Exception {
    browser.call(
        "Emulation.setEmulatedMedia",
        "{\"features\": [{\"name\": \"prefers-reduced-motion\", \"value\": \"" + wish + "\"}]}");
  }

  private static void picture(String name) throws Exception {
    Path pictures = Files.createDirectories(Path.of("target/screenshots"));
    Files.write(pictures.resolve(name), browser.screenshot(true));
  }

  private static int step() throws Exception {
    return browser.eval("Number(" + SLIDER + ".value)").asInt();
  }

  /** Points that all lines of the first two charts show, but those of the ground. */
  private static int points(int chart) throws Exception {
    return browser
        .eval(
            "sparkMlpReport.charts.chart"
                + chart
                + ".instance.getOption().series.filter(s => s.type === 'line' && s.name !== 'x²')"
                + ".map(s => s.data.filter(p => typeof p[1] === 'number').length).reduce((a, b) => a + b)")
        .asInt();
  }

  /** What is drawn of the first chart, without the numbers that ECharts gives it. */
  private static String drawn() throws Exception {
    return browser
        .eval("document.getElementById('chart1').innerHTML.replace(/zr\\d+-\\w+/g, 'zr')")
        .asText();
  }

  @Test
  void allChartsAreDrawnInLightAndDark() throws Exception {
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
          .isEqualTo(6);
      picture(dark ? "descent-dark.png" : "descent-light.png");
    }
    browser.look(420, 900, false);
    browser.await("document.documentElement.scrollWidth <= 420");
    picture("descent-phone.png");
    assertThat(browser.errors()).isEmpty();
    assertThat(browser.requests())
        .allMatch(url -> url.startsWith("file:") || url.startsWith("data:"));
  }

  @Test
  void steppingGrowsTheLines() throws Exception {
    int last = step();
    int lines = browser.eval("sparkMlpReport.charts.chart2.spec.series.length").asInt();
    assertThat(points(2)).as("all at first").isEqualTo(lines * (last + 1));
    String whole = drawn();
    browser.eval(SLIDER + ".value = 3");
    browser.eval(SLIDER + ".dispatchEvent(new Event('input', {bubbles: true}))");
    assertThat(points(2)).isEqualTo(lines * 4);
    String third = drawn();
    assertThat(third).isNotEqualTo(whole);
    assertThat(browser.eval(SLIDER + ".getAttribute('aria-valuetext')").asText())
        .isEqualTo("update 3 of " + last)
        .isEqualTo(browser.eval(FIRST + ".querySelector('output').textContent").asText());
    picture("descent-step.png");
    browser.eval(FIRST + ".querySelector('[data-do=on]').click()");
    assertThat(points(2)).isEqualTo(lines * 5);
    assertThat(drawn()).isNotEqualTo(third);
    browser.eval(FIRST + ".querySelector('[data-do=back]').click()");
    assertThat(drawn()).as("back where it was").isEqualTo(third);
    // the ground is always whole, the other players are where they were
    assertThat(
            browser
                .eval("sparkMlpReport.charts.chart1.instance.getOption().series.at(-1).data.length")
                .asInt())
        .isEqualTo(97);
    assertThat(browser.eval("document.querySelectorAll('.played input')[1].value").asText())
        .isEqualTo(browser.eval("document.querySelectorAll('.played input')[1].max").asText());
    // a theme that changes draws the same step
    browser.look(1280, 900, true);
    browser.await("getComputedStyle(document.body).backgroundColor === 'rgb(21, 24, 29)'");
    assertThat(points(2)).isEqualTo(lines * 4);
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void keysPlayPauseAndStep() throws Exception {
    motion("no-preference");
    int last = step();
    browser.eval("document.getElementById('chart1').focus()");
    browser.press(" ", " "); // at the end: from the start
    assertThat(browser.eval(PLAY + ".textContent").asText()).isEqualTo("Pause");
    browser.await("Number(" + SLIDER + ".value) > 2 && Number(" + SLIDER + ".value) < " + last);
    browser.press(" ", " ");
    assertThat(browser.eval(PLAY + ".textContent").asText()).isEqualTo("Play");
    int paused = step();
    browser.press(".", ".");
    assertThat(step()).isEqualTo(paused + 1);
    browser.press(",", ",");
    browser.press(",", ",");
    assertThat(step()).isEqualTo(paused - 1);
    // the button has the focus: space is its own
    browser.eval(PLAY + ".focus()");
    browser.press(" ", " ");
    assertThat(browser.eval(PLAY + ".textContent").asText()).isEqualTo("Pause");
    browser.await(PLAY + ".textContent === 'Play' && Number(" + SLIDER + ".value) === " + last);
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void whoWantsNoMotionGetsAFewPictures() throws Exception {
    motion("reduce");
    int last = step();
    browser.eval("window.seen = new Set()");
    browser.eval(PLAY + ".click()");
    browser.await(
        "(seen.add("
            + SLIDER
            + ".value), Number("
            + SLIDER
            + ".value) === "
            + last
            + " && "
            + PLAY
            + ".textContent === 'Play')");
    assertThat(browser.eval("seen.size").asInt()).isBetween(3, 9);
    motion("no-preference");
    assertThat(browser.errors()).isEmpty();
  }
}
