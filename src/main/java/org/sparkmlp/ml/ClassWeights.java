package org.sparkmlp.ml;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.sparkmlp.util.Check;

/**
 * What the param classWeights says: {@code class:weight} pairs, or {@code balanced}.
 *
 * @param given weight by class; null for balanced
 */
record ClassWeights(SortedMap<Integer, Double> given) {
  private static final String BALANCED = "balanced";

  /** Within these, products with row weights are floats, and so are their sums. */
  private static final double LEAST = 1e-6;

  private static final double MOST = 1e6;

  /** Reads the text of the param; explains what is wrong with it. */
  static ClassWeights parse(String text) {
    if (text.trim().equals(BALANCED)) {
      return new ClassWeights(null);
    }
    SortedMap<Integer, Double> weights = new TreeMap<>();
    for (String pair : text.split(",", -1)) {
      String[] parts = pair.split(":", -1);
      int label;
      double weight;
      try {
        Check.that(parts.length == 2, "no pair");
        label = Integer.parseInt(parts[0].trim());
        weight = Double.parseDouble(parts[1].trim());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            String.format(
                "classWeights must be balanced, or pairs class:weight as in 0:1, 1:5.5; got '%s' in '%s'",
                pair.trim(), text),
            e);
      }
      Check.that(label >= 0, "classWeights: classes are 0, 1, 2, ..., got %d in '%s'", label, text);
      Check.that(
          weight >= LEAST && weight <= MOST,
          "classWeights: the weight of class %d must lie between %s and %s, got %s; filter rows to leave a class out",
          label,
          LEAST,
          MOST,
          weight);
      Check.that(
          weights.put(label, weight) == null,
          "classWeights: class %d is twice in '%s'",
          label,
          text);
    }
    return new ClassWeights(weights);
  }

  boolean isBalanced() {
    return given == null;
  }

  /**
   * The weight of each class.
   *
   * @param weightOfClass the weight sum of its training rows, for balanced
   */
  List<Double> resolve(int numClasses, IntToDoubleFunction weightOfClass) {
    return isBalanced() ? balanced(numClasses, weightOfClass) : named(numClasses);
  }

  private List<Double> named(int numClasses) {
    Check.that(
        given.lastKey() < numClasses,
        "classWeights names class %d, but there are %d classes, 0 to %d",
        given.lastKey(),
        numClasses,
        numClasses - 1);
    List<Double> weights = new ArrayList<>();
    for (int c = 0; c < numClasses; c++) {
      weights.add(given.getOrDefault(c, 1.0));
    }
    return List.copyOf(weights);
  }

  /** n / (k · n_c), of the k classes that have rows; as scikit-learn's compute_class_weight. */
  private static List<Double> balanced(int numClasses, IntToDoubleFunction weightOfClass) {
    double all = 0;
    int classes = 0;
    for (int c = 0; c < numClasses; c++) {
      double ofClass = weightOfClass.applyAsDouble(c);
      all += ofClass;
      classes += ofClass > 0 ? 1 : 0;
    }
    List<Double> weights = new ArrayList<>();
    for (int c = 0; c < numClasses; c++) {
      double ofClass = weightOfClass.applyAsDouble(c);
      double weight = ofClass > 0 ? all / (classes * ofClass) : 1;
      Check.that(
          weight >= LEAST && weight <= MOST,
          "classWeights = balanced gives class %d the weight %s, but weights must lie between %s and %s; give them by"
              + " hand, as in 0:1, 1:1e6",
          c,
          weight,
          LEAST,
          MOST);
      weights.add(weight);
    }
    return List.copyOf(weights);
  }
}
