package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.percent;

import java.util.Arrays;
import java.util.Locale;
import org.sparkmlp.util.Sample;

/** Numbers of several seeds in words; NaN is a seed whose training diverged. */
final class Seeds {
  private Seeds() {}

  static double mean(double[] values) {
    return Sample.mean(values);
  }

  /** Standard error of the mean; NaN with one seed. */
  static double error(double[] values) {
    return values.length < 2 ? Double.NaN : Sample.standardError(values);
  }

  /** As in "97.10 % ± 0.20 %". */
  static String percents(double[] shares) {
    double mean = mean(shares);
    if (Double.isNaN(mean)) {
      return "diverged";
    }
    return shares.length < 2 ? percent(mean) : percent(mean) + " ± " + percent(error(shares));
  }

  /** As in "0.0123 ± 0.0004". */
  static String numbers(double[] values) {
    double mean = mean(values);
    if (Double.isNaN(mean)) {
      return "diverged";
    }
    if (values.length < 2) {
      return StudyPage.number(mean);
    }
    // the mean of equal values is rounded, so that they would seem to differ
    boolean equal = Arrays.stream(values).distinct().count() == 1;
    return StudyPage.number(mean) + " ± " + StudyPage.number(equal ? 0 : error(values));
  }

  /** How much larger the shares a are than b, and whether that may be chance. */
  static String compared(double[] a, double[] b) {
    Paired difference = Paired.of(a, b);
    if (Double.isNaN(difference.difference())) {
      return "They can't be compared, since training diverged.";
    }
    return String.format(
        Locale.ROOT,
        "The difference is %s%s.",
        difference.words(value -> String.format(Locale.ROOT, "%.2f points", 100 * value)),
        a.length < 2 ? ", of one seed" : difference.isToldApart() ? "" : ", which may be chance");
  }
}
