package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.List;

/**
 * A row of the textbook's table, and what was measured.
 *
 * @param textbook what it says of small and of large batches
 * @param verdict the claim's words, with those of its parts where they differ
 */
record TextbookRow(String what, String textbook, Claim claim, String verdict, String figures) {
  /** All parts must agree; else what each says. */
  static TextbookRow of(
      String what, String textbook, List<Claim> claims, List<String> parts, List<String> figures) {
    Claim claim = Claim.together(claims);
    boolean differ = claims.stream().distinct().count() > 1;
    String verdict = claim.words();
    if (differ) {
      List<String> each = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        each.add(parts.get(i) + ": " + claims.get(i).words());
      }
      verdict += " (" + String.join("; ", each) + ")";
    }
    return new TextbookRow(what, textbook, claim, verdict, String.join("; ", figures));
  }
}
