package org.sparkmlp.report;

import static j2html.TagCreator.button;
import static j2html.TagCreator.caption;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.text;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

import j2html.tags.DomContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkmlp.util.Check;

/**
 * A table of a {@link Page}, sorted by a click on a column's name. The first column names the row.
 */
public final class DataTable {
  /**
   * What stands in a row and a column.
   *
   * @param content to be seen
   * @param value to sort by; null to sort by the text
   */
  public record Entry(DomContent content, Double value) {
    public static Entry of(String words) {
      return new Entry(text(words), null);
    }

    /** A number, shown as {@code format} of String.format tells; nothing if it isn't finite. */
    public static Entry of(String format, double number) {
      return new Entry(
          text(Double.isFinite(number) ? String.format(Locale.ROOT, format, number) : ""), number);
    }
  }

  private record Line(String mark, List<Entry> entries) {}

  private final String caption;
  private final List<String> columns;
  private final List<Line> lines = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param caption what it shows, in a sentence
   * @param columns their names
   */
  public DataTable(String caption, List<String> columns) {
    this.caption = caption;
    this.columns = List.copyOf(columns);
  }

  /** Adds a row. */
  public DataTable add(List<Entry> entries) {
    return add("", entries);
  }

  /** Adds a row that is {@code best}, {@code failed} or nothing in particular. */
  DataTable add(String mark, List<Entry> entries) {
    Check.that(
        entries.size() == columns.size(),
        "a row of %s entries in a table of %s columns",
        entries.size(),
        columns.size());
    lines.add(new Line(mark, List.copyOf(entries)));
    return this;
  }

  DomContent html() {
    return table(
            caption(div(caption)),
            thead(tr(each(columns, (i, name) -> head(i, name)))),
            tbody(each(lines, DataTable::row)))
        .withClass("sortable");
  }

  private DomContent head(int column, String name) {
    return th(button(name).attr("type", "button"))
        .attr("scope", "col")
        .withCondClass(isOfNumbers(column), "n");
  }

  private boolean isOfNumbers(int column) {
    return !lines.isEmpty() && lines.stream().allMatch(l -> l.entries.get(column).value != null);
  }

  private static DomContent row(Line line) {
    return tr(each(
            line.entries,
            (i, entry) ->
                i == 0
                    ? cell(th(entry.content).attr("scope", "row"), entry)
                    : cell(td(entry.content), entry)))
        .withCondClass(!line.mark.isEmpty(), line.mark);
  }

  private static <T extends j2html.tags.Tag<T>> DomContent cell(T tag, Entry entry) {
    if (entry.value == null) {
      return tag;
    }
    boolean known = Double.isFinite(entry.value);
    return tag.withClass("n").attr("data-v", known ? entry.value.toString() : "");
  }
}
