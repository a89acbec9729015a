package org.sparkmlp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkmlp.experiment.Outcome;
import org.sparkmlp.search.CellResult;
import org.sparkmlp.search.PairedTest;

/** The cells of a search, the best first, and which of them may be as good. */
final class SearchTable {
  private SearchTable() {}

  static String of(Outcome outcome) {
    List<String> head = new ArrayList<>(List.of("rank", outcome.metric(), "±", "best?"));
    if (outcome.halved()) {
      head.add("share");
    }
    head.addAll(List.of("seconds", "params"));
    Table table = new Table(head.toArray(String[]::new));
    for (CellResult cell : outcome.ranking()) {
      boolean failed = cell.error() != null;
      List<String> row = new ArrayList<>();
      row.add(failed ? "-" : String.valueOf(cell.rank()));
      row.add(failed ? "failed" : number("%.4f", cell.mean()));
      row.add(failed ? "" : number("%.4f", cell.standardError()));
      row.add(failed ? "" : mark(cell));
      if (outcome.halved()) {
        row.add(number("%.3g", cell.resource()));
      }
      row.add(failed ? "" : number("%.1f", cell.seconds()));
      row.add(failed ? cell.cell().text() + ": " + cell.error() : cell.cell().text());
      table.add(row.toArray(String[]::new));
    }
    return table
        + "± is the standard error over folds; = marks cells that can't be told from the best (paired over folds, p >= "
        + PairedTest.LEVEL
        + ")\n";
  }

  private static String mark(CellResult cell) {
    if (cell.isBest()) {
      return "best";
    }
    return Boolean.FALSE.equals(cell.distinguishable()) ? "=" : "";
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
