package org.sparkmlp.ui;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.sparkmlp.events.FitEnded;

/** The fits that have begun and of whose end nothing was heard, by when they were heard of last. */
final class RunningFits {
  private final Map<String, FitRow> rows = new LinkedHashMap<>();

  FitRow begin(String fit, FitRow row) {
    rows.remove(fit);
    rows.put(fit, row);
    return row;
  }

  /** Changes a fit; null if it isn't here. */
  FitRow heard(String fit, UnaryOperator<FitRow> change) {
    FitRow before = rows.remove(fit);
    return before == null ? null : begin(fit, change.apply(before));
  }

  /** Takes a fit out; null if it isn't here. */
  FitRow end(FitEnded end) {
    FitRow before = rows.remove(end.fit());
    return before == null ? null : before.with(end);
  }

  /** Takes out the one that was heard of the longest ago. */
  FitRow forgetStalest() {
    Iterator<FitRow> all = rows.values().iterator();
    FitRow stalest = all.next();
    all.remove();
    return stalest;
  }

  /** Those that are here; the one heard of last comes last. */
  List<FitRow> all() {
    return List.copyOf(rows.values());
  }

  /** Takes all out. */
  List<FitRow> clear() {
    List<FitRow> all = all();
    rows.clear();
    return all;
  }

  int size() {
    return rows.size();
  }
}
