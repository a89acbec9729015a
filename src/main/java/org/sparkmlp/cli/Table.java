package org.sparkmlp.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text in columns. */
final class Table {
  private final List<String[]> rows = new ArrayList<>();

  Table(String... head) {
    rows.add(head);
  }

  void add(String... row) {
    rows.add(row);
  }

  @Override
  public String toString() {
    int columns = rows.get(0).length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      Arrays.setAll(widths, j -> Math.max(widths[j], row[j].length()));
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < columns; j++) {
        line.append(row[j]).append(" ".repeat(widths[j] - row[j].length() + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
