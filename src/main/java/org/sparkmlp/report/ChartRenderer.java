package org.sparkmlp.report;

import javax.script.Invocable;
import javax.script.ScriptContext;
import javax.script.ScriptEngine;
import javax.script.ScriptException;
import org.openjdk.nashorn.api.scripting.NashornScriptEngineFactory;
import org.sparkmlp.util.Check;

/**
 * Draws charts as static SVG, by ECharts' server-side rendering in a JavaScript engine of the JVM:
 * what a page shows, for documents. Takes seconds to make, so one serves for many charts.
 */
public final class ChartRenderer {
  private static final String PREPARE =
      """
      var window = this, self = this;
      var console = {log: function () {}, warn: function () {}, error: function () {}};
      function setTimeout() {}
      function clearTimeout() {}
      """;

  /**
   * How wide texts are, which browsers know: in hundredths of the font's size, about as in DejaVu
   * Sans, which is wider than other fonts that a page may be read in, so that nothing overlaps.
   */
  private static final String MEASURE =
      """
      var WIDTHS = {
        28: "ijlI'J", 33: ' .,:;|/', 41: 'frt!()[]-', 54: 'csz*_`"?\\\\', 61: 'aekvxyFLPTY', 70: 'ABCKRVXZUHN', 78: 'DGOQ&',
        84: 'wM+=<>~^#\u2212\u00d7\u00b1', 98: 'mW%@'
      };
      var WIDTH_OF = {};
      Object.keys(WIDTHS).forEach(function (width) {
        WIDTHS[width].split('').forEach(function (letter) { WIDTH_OF[letter] = Number(width) / 100; });
      });
      function measure(text, font) {
        var size = parseFloat((/([0-9.]+)px/.exec(font) || [0, 12])[1]);
        var letters = String(text).replace(/&(amp|lt|gt|quot);/g, '&'); // charts.js escapes
        var width = 0;
        for (var i = 0; i < letters.length; i++) {
          // digits and most small letters; scripts from \u2e80 on are square
          width += WIDTH_OF[letters[i]] || (letters.charCodeAt(i) < 0x2e80 ? 0.64 : 1);
        }
        return width * size * (/bold|[6-9]00 /.test(font) ? 1.1 : 1);
      }
      echarts.setPlatformAPI({measureText: function (text, font) { return {width: measure(text, font)}; }});
      """;

  private static final String DRAW =
      """
      function draw(spec, width, height) {
        var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
        var size = {width: width, height: height, measure: function (text, pixels) { return measure(text, pixels + 'px'); }};
        chart.setOption(sparkMlpCharts.picture(JSON.parse(spec), size));
        var svg = chart.renderToSVGString();
        chart.dispose();
        return svg;
      }
      """;

  private final ScriptEngine engine;

  public ChartRenderer() {
    engine = new NashornScriptEngineFactory().getScriptEngine("--language=es6", "--no-java");
    engine.getBindings(ScriptContext.ENGINE_SCOPE).remove("load");
    try {
      engine.eval(PREPARE);
      engine.eval(Resources.echarts());
      engine.eval(MEASURE);
      engine.eval(Resources.own("charts.js"));
      engine.eval(DRAW);
    } catch (ScriptException e) {
      throw new IllegalStateException(e); // a damaged jar
    }
  }

  /**
   * The chart with its title and a legend, on white.
   *
   * @param width in pixels
   * @param height in pixels
   */
  public synchronized String svg(Chart chart, int width, int height) {
    Check.that(width >= 100 && height >= 100, "a picture of %s x %s is too small", width, height);
    try {
      Object svg =
          ((Invocable) engine).invokeFunction("draw", chart.spec().toString(), width, height);
      // ECharts numbers what it draws from the first chart on; the picture depends on its own only
      return svg.toString().replaceAll("\\bzr\\d+-", "zr-") + "\n";
    } catch (ScriptException | NoSuchMethodException e) {
      throw new IllegalStateException("the chart '" + chart.title() + "' can't be drawn", e);
    }
  }
}
