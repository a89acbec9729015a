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

  private static final String DRAW =
      """
      function draw(spec, width, height) {
        var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
        chart.setOption(sparkMlpCharts.picture(JSON.parse(spec)));
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
