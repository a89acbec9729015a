package org.sparkmlp.function;

/** What losses say of targets that they can't take. */
final class TargetRange {
  private TargetRange() {}

  static String between0And1(String loss, double y) {
    return y >= 0 && y <= 1 ? null : loss + " needs targets from 0 to 1, got " + y;
  }

  static String nonNegative(String loss, double y) {
    return y >= 0 ? null : loss + " needs targets >= 0, got " + y;
  }

  static String positive(String loss, double y) {
    return y > 0 ? null : loss + " needs targets > 0, got " + y;
  }
}
