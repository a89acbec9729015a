package org.sparkmlp.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The answer of a run in words: what is best, how good it is, and how sure that is. */
final class Verdict {
  private final RunData run;

  Verdict(RunData run) {
    this.run = run;
  }

  /** As in "schedule" to "cosine"; empty without a search. */
  Map<String, String> best() {
    Map<String, String> best = new LinkedHashMap<>();
    CellData cell = run.best();
    if (cell != null) {
      for (String name : run.varied()) {
        if (cell.params().containsKey(name)) {
          best.put(Words.name(name), cell.params().get(name));
        }
      }
    }
    return best;
  }

  /** Test rows; 0 if not known. */
  long testRows() {
    long rows = run.data().path("testRows").asLong();
    if (rows == 0) {
      for (var one : run.details().path("classes")) {
        rows += one.path("rows").asLong();
      }
    }
    return rows;
  }

  /**
   * The interval that a share of {@code rows} independent rows is in with 95 % certainty (E. B.
   * Wilson, Probable inference, the law of succession, and statistical inference, 1927):
   *
   * <pre>(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.96</pre>
   */
  static double[] interval(double share, long rows) {
    double z = 1.959964;
    double n = rows;
    double centre = share + z * z / (2 * n);
    double half = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    double all = 1 + z * z / n;
    return new double[] {(centre - half) / all, (centre + half) / all};
  }

  /** How good it is; empty if it wasn't tested. */
  String quality() {
    Double accuracy = run.test().get("accuracy");
    if (accuracy == null || accuracy.isNaN()) {
      return "";
    }
    String words = Words.percent(accuracy) + " of the held-out rows are classified right";
    long rows = testRows();
    if (rows == 0) {
      return words + ".";
    }
    double[] interval = interval(accuracy, rows);
    return words
        + String.format(
            java.util.Locale.ROOT,
            " (95 %% sure: %.1f to %.1f %%; %,d rows).",
            100 * interval[0],
            100 * interval[1],
            rows);
  }

  /** How sure it is that the best is the best; sentences. */
  List<String> certainty() {
    List<String> words = new ArrayList<>();
    CellData best = run.best();
    if (best == null) {
      return words;
    }
    long good = run.cells().stream().filter(c -> !c.failed()).count();
    if (good == 1) {
      words.add("It is the only combination that did not fail.");
      return words;
    }
    if (!run.isCompared()) {
      words.add("These records don't say which combinations are surely worse than the best.");
      return words;
    }
    List<CellData> compared = run.compared();
    long others = good - 1 - compared.size();
    List<CellData> leading = run.leading();
    String folds = Words.count(run.folds(), "fold");
    if (leading.size() <= 1) {
      CellData next = compared.get(0);
      words.add(
          "It stands out: over "
              + folds
              + (others == 0 ? " every other combination" : " each of those that came as far (")
              + (others == 0 ? "" : compared.size() + ")")
              + " is worse by more than chance (p < 0.05 each). The next, "
              + next.words(run.varied())
              + ", is behind by "
              + Words.difference(run.metric(), behind(next, best))
              + ".");
      addCaveats(words, others, compared.get(0).resource());
      return words;
    }
    words.add(
        "Is it surely the best? No: of "
            + (compared.size() + 1)
            + (others == 0 ? " combinations, " : " combinations that came as far, ")
            + (leading.size() - 1)
            + (leading.size() == 2 ? " other" : " others")
            + " can't be told from it by "
            + folds
            + ".");
    addCaveats(words, others, compared.get(0).resource());
    List<String> ruledOut = new ArrayList<>();
    List<String> open = new ArrayList<>();
    for (String name : run.varied()) {
      List<String> out = ruledOut(name);
      if (!out.isEmpty()) {
        ruledOut.add(Words.param(name, Words.list(out)));
      }
      if (run.values(name).stream().allMatch(value -> isAmongLeading(name, value))) {
        open.add(Words.name(name));
      }
    }
    if (!ruledOut.isEmpty()) {
      words.add("Ruled out, whatever it is combined with: " + String.join("; ", ruledOut) + ".");
    }
    if (!open.isEmpty()) {
      words.add(
          "Every "
              + String.join(" and every ", open)
              + " that was tried has a combination among the best: this search doesn't decide between them.");
    }
    return words;
  }

  /** What the comparison leaves out, in one paragraph; nothing if it is of all, on everything. */
  private void addCaveats(List<String> words, long givenUp, double share) {
    List<String> caveats = new ArrayList<>();
    if (givenUp > 0) {
      caveats.add(
          Words.count(givenUp, "other")
              + (givenUp == 1 ? " was" : " were")
              + " given up earlier and not compared with it.");
    }
    if (share < 1) {
      caveats.add("The comparison is of fits with " + run.share(share) + ".");
    }
    if (!caveats.isEmpty()) {
      words.add(String.join(" ", caveats));
    }
  }

  /** Where they were compared; records of old versions don't say. */
  static double behind(CellData cell, CellData best) {
    return Double.isFinite(cell.behind()) ? cell.behind() : Math.abs(best.mean() - cell.mean());
  }

  private boolean isAmongLeading(String param, String value) {
    return run.leading().stream().anyMatch(c -> value.equals(c.params().get(param)));
  }

  /** Values of a param that no leading cell has, though they were compared. */
  private List<String> ruledOut(String param) {
    return run.values(param).stream()
        .filter(
            value ->
                run.cells().stream()
                    .filter(c -> value.equals(c.params().get(param)))
                    .allMatch(c -> Boolean.TRUE.equals(c.distinguishable())))
        .toList();
  }
}
