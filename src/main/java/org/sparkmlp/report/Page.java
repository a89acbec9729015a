package org.sparkmlp.report;

import static j2html.TagCreator.a;
import static j2html.TagCreator.body;
import static j2html.TagCreator.button;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.footer;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.head;
import static j2html.TagCreator.header;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.input;
import static j2html.TagCreator.li;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.output;
import static j2html.TagCreator.p;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.span;
import static j2html.TagCreator.style;
import static j2html.TagCreator.tag;
import static j2html.TagCreator.text;
import static j2html.TagCreator.title;
import static j2html.TagCreator.ul;

import com.fasterxml.jackson.databind.node.ObjectNode;
import j2html.TagCreator;
import j2html.tags.DomContent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * One self-contained file of HTML: charts, tables and words, with ECharts and our own script and
 * style inside. It loads nothing, and runs no script but those two (a Content-Security-Policy with
 * their hashes); all text is escaped where it is put in.
 */
public final class Page {
  private static final int SHOWN_OF_MANY = 10;

  private final String title;
  private final String subtitle;
  private final List<Section> sections = new ArrayList<>();
  private final ObjectNode specs = Json.object();
  private int groups;
  private boolean isPlayed;

  /**
   * An empty page.
   *
   * @param subtitle a line under the title
   */
  public Page(String title, String subtitle) {
    this.title = title;
    this.subtitle = subtitle;
  }

  /** Adds a section. */
  public Section section(String heading) {
    Section section = new Section("part" + (sections.size() + 1), heading);
    sections.add(section);
    return section;
  }

  /** The section at the top, whose heading is for screen readers only. */
  Section opening(String heading) {
    Section section = new Section("summary", heading);
    sections.add(section);
    return section;
  }

  /** A part of the page with a heading. */
  public final class Section {
    private final String id;
    private final String heading;
    private final List<DomContent> contents = new ArrayList<>();

    private Section(String id, String heading) {
      this.id = id;
      this.heading = heading;
    }

    /** Adds a paragraph. */
    public Section text(String words) {
      return add(p(words));
    }

    /** Adds a chart over the whole width, with a legend if it has several series. */
    public Section chart(Chart chart) {
      String group = newGroup();
      contents.add(legend(List.of(chart), group));
      contents.add(figureOf(chart, group));
      return this;
    }

    /** Adds charts beside each other. */
    public Section charts(List<Chart> charts) {
      contents.add(
          div(each(
                  charts,
                  chart -> {
                    String group = newGroup();
                    return div(legend(List.of(chart), group), figureOf(chart, group));
                  }))
              .withClass("grid"));
      return this;
    }

    /** Adds charts beside each other that have the same series, with one legend for all. */
    public Section linkedCharts(List<Chart> charts) {
      String group = newGroup();
      contents.add(legend(charts, group));
      contents.add(div(each(charts, chart -> figureOf(chart, group))).withClass("grid"));
      return this;
    }

    /**
     * Adds charts of lines that are played together: each shows its lines up to a step, which
     * buttons, a slider and keys choose; at first all of them. Faint lines are always whole.
     *
     * @param step what one more point of a line is, as in "update"
     */
    public Section played(List<Chart> charts, String step) {
      int last =
          charts.stream()
              .flatMap(chart -> chart.series().stream())
              .filter(series -> series.weight() != Series.Weight.FAINT)
              .mapToInt(series -> series.y().length - 1)
              .max()
              .orElse(0);
      String group = newGroup();
      isPlayed = true;
      contents.add(
          div(
                  legend(charts, group),
                  div(
                          button("Play").attr("type", "button").withData("do", "play"),
                          playButton("back", "\u2039", "one " + step + " back"),
                          playButton("on", "\u203a", "one " + step + " on"),
                          input()
                              .withType("range")
                              .withMin("0")
                              .withMax(String.valueOf(last))
                              .withValue(String.valueOf(last))
                              .attr("aria-label", step),
                          output())
                      .withClass("player")
                      .withData("step", step),
                  p("Space plays and pauses; comma and full stop go one " + step + " back and on.")
                      .withClass("soft small"),
                  div(each(charts, chart -> figureOf(chart, group))).withClass("grid"))
              .withClass("played"));
      return this;
    }

    public Section table(DataTable table) {
      return add(div(table.html()).withClass("scroll"));
    }

    Section add(DomContent content) {
      contents.add(content);
      return this;
    }

    private DomContent html() {
      return TagCreator.section(
              h2(heading).withId(id + "-heading"), each(contents, content -> content))
          .withId(id)
          .attr("aria-labelledby", id + "-heading");
    }
  }

  private String newGroup() {
    return "g" + ++groups;
  }

  /** A chart with its buttons. */
  DomContent figureOf(Chart chart) {
    return figureOf(chart, newGroup());
  }

  private DomContent figureOf(Chart chart, String group) {
    String id = "chart" + (specs.size() + 1);
    specs.set(id, chart.spec());
    boolean zoom = chart.hasZoom();
    String words = chart.description();
    return figure(
        figcaption(
            h3(chart.title()),
            iff(
                zoom,
                div(
                        tool("in", "+", "zoom in", chart),
                        tool("out", "\u2212", "zoom out", chart),
                        tool("reset", "All", "show all", chart),
                        iff(
                            chart.offersLog(),
                            tool("log", "log", "logarithmic scale", chart)
                                .attr(
                                    "aria-pressed",
                                    String.valueOf(chart.y().scale() == Axis.Scale.LOG))))
                    .withClass("tools"))),
        iff(!words.isEmpty(), p(words)),
        div()
            .withId(id)
            .withClass("chart")
            .withData("group", group)
            .withCondData(zoom, "zoom", "x")
            .withStyle("height: " + height(chart) + "px")
            .attr("role", "img")
            .attr("tabindex", "0")
            .attr("aria-label", chart.title() + ". " + words)
            .condAttr(zoom, "aria-keyshortcuts", "+ - ArrowLeft ArrowRight 0"),
        details(TagCreator.summary("Numbers")).withClass("numbers"));
  }

  private static j2html.tags.specialized.ButtonTag tool(
      String action, String sign, String words, Chart chart) {
    return button(sign)
        .attr("type", "button")
        .withData("act", action)
        .withTitle(words)
        .attr("aria-label", words + ": " + chart.title());
  }

  private static DomContent playButton(String action, String sign, String words) {
    return button(sign)
        .attr("type", "button")
        .withData("do", action)
        .withTitle(words)
        .attr("aria-label", words);
  }

  private static int height(Chart chart) {
    int rows = chart.y().isOfCategories() ? chart.y().categories().size() : 0;
    if (chart.isHeat()) {
      return 74 + rows * Math.max(18, Math.min(46, 520 / rows));
    }
    return rows > 0 ? 80 + rows * 24 : 300;
  }

  /** Buttons that show and hide the series of charts; nothing if there is but one. */
  private static DomContent legend(List<Chart> charts, String group) {
    List<Series> series = new ArrayList<>();
    for (Chart chart : charts) {
      for (Series one : chart.series()) {
        if (series.stream().noneMatch(other -> other.name().equals(one.name()))) {
          series.add(one);
        }
      }
    }
    if (series.size() < 2) {
      return text("");
    }
    boolean many = series.size() > SHOWN_OF_MANY;
    return div(
            iff(
                many,
                div(
                        span("Show"),
                        choice(SHOWN_OF_MANY, "the first " + SHOWN_OF_MANY),
                        choice(series.size(), "all " + series.size()),
                        choice(0, "none"))
                    .withClass("choices")),
            ul(each(series, one -> li(toggle(one)))).withClass("legend").withData("group", group))
        .withCondClass(many, "many");
  }

  private static DomContent choice(int first, String words) {
    return button(words).attr("type", "button").withData("first", String.valueOf(first));
  }

  private static DomContent toggle(Series series) {
    return button(swatch(series), text(series.name()))
        .attr("type", "button")
        .attr("aria-pressed", "true")
        .withData("series", series.name());
  }

  /** A piece of the line of a series. */
  static DomContent swatch(Series series) {
    String look =
        switch (series.weight()) {
          case FAINT -> "";
          case NORMAL -> "c" + series.colour() + " d" + series.dash();
          case STRONG -> "c" + series.colour() + " d" + series.dash() + " strong";
        };
    return tag("svg")
        .with(
            tag("line")
                .attr("x1", "0")
                .attr("y1", "5")
                .attr("x2", "28")
                .attr("y2", "5")
                .withCondClass(!look.isEmpty(), look))
        .withClass("swatch")
        .attr("viewBox", "0 0 28 10")
        .attr("aria-hidden", "true");
  }

  /** The whole file. */
  public String html() {
    String echarts = Resources.echarts();
    String own =
        Resources.own("charts.js")
            + Resources.own("report.js")
            + (isPlayed ? Resources.own("player.js") : "");
    String policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
            + hash(echarts)
            + " "
            + hash(own);
    return "<!DOCTYPE html>\n"
        + TagCreator.html(
                head(
                    meta().attr("charset", "utf-8"),
                    meta().attr("http-equiv", "Content-Security-Policy").attr("content", policy),
                    meta()
                        .withName("viewport")
                        .attr("content", "width=device-width, initial-scale=1"),
                    title(title),
                    style(rawHtml(Resources.own("report.css")))),
                body(
                    a("Skip to the results").withHref("#main").withClass("skip"),
                    header(
                        h1(title),
                        span(subtitle).withClass("soft"),
                        nav(ul(each(sections, s -> li(a(s.heading).withHref("#" + s.id)))))
                            .attr("aria-label", "Parts of this page")),
                    main(each(sections, Section::html)).withId("main"),
                    footer(
                        p(
                            "Charts: drag to zoom, double-click to see all. With the keyboard on a chart: + and \u2212"
                                + " zoom, arrows move, 0 shows all. Drawn by Apache ECharts (Apache License 2.0), which"
                                + " is part of this file; it loads nothing from the network.")),
                    div().withId("said").attr("role", "status").attr("aria-live", "polite"),
                    script(rawHtml(Json.forScript(specs)))
                        .withType("application/json")
                        .withId("charts"),
                    script(rawHtml(echarts)),
                    script(rawHtml(own))))
            .withLang("en")
            .render()
        + "\n";
  }

  /** What a Content-Security-Policy knows a script by. */
  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
