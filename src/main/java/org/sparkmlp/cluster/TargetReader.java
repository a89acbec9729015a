package org.sparkmlp.cluster;

import java.util.Arrays;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.sparkmlp.cluster.Targets.Kind;
import org.sparkmlp.data.Scaling;

/** Reads the labels of rows, one at a time. For one thread. */
final class TargetReader {
  private final String column;
  private final String noun;
  private final Targets targets;

  /** The numbers of the row at hand: its class, its values or its ids. */
  private double[] values;

  TargetReader(Columns columns, Targets targets) {
    this.column = columns.label();
    this.noun = columns.label().equals(columns.features()) ? "value" : "label";
    this.targets = targets;
    this.values = new double[1];
  }

  /**
   * Reads the label of a row.
   *
   * @return null if all is well, else a sentence that says what isn't
   */
  String read(InternalRow row) {
    if (row.isNullAt(Columns.LABEL)) {
      return "column '"
          + column
          + "' has a null "
          + noun
          + "; drop such rows (na().drop) or fill them before training";
    }
    switch (targets.kind()) {
      case CLASS, VALUE -> values[0] = row.getDouble(Columns.LABEL);
      case VECTOR -> values = FeatureReader.values(row, Columns.LABEL);
      case ARRAY, IDS -> {
        ArrayData array = row.getArray(Columns.LABEL);
        for (int i = 0; i < array.numElements(); i++) {
          if (array.isNullAt(i)) {
            return "column '" + column + "' has an array with a null; fill or drop such rows";
          }
        }
        values = array.toDoubleArray();
      }
    }
    return switch (targets.kind()) {
      case CLASS -> classProblem();
      case IDS -> idProblem();
      default -> valueProblem();
    };
  }

  private boolean isIndex(double label) {
    return label >= 0
        && label == Math.rint(label)
        && !Double.isInfinite(label)
        && (targets.size() == 0 || label < targets.size());
  }

  private String allowed() {
    return targets.size() > 0 ? "0 to " + (targets.size() - 1) : "0, 1, 2, ...";
  }

  private String classProblem() {
    double label = values[0];
    if (isIndex(label)) {
      return null;
    }
    return "column '"
        + column
        + "' has the label "
        + label
        + ", but class labels must be whole numbers "
        + allowed()
        + "; StringIndexer makes such labels of any values"
        + (label >= targets.size() && targets.size() > 0
            ? ", or raise numClasses (or the last of layers)"
            : "");
  }

  private String idProblem() {
    for (double id : values) {
      if (!isIndex(id)) {
        return "column '"
            + column
            + "' has the label id "
            + id
            + ", but label ids must be whole numbers "
            + allowed()
            + (id >= targets.size() && targets.size() > 0
                ? "; raise numLabels (or the last of layers)"
                : "");
      }
    }
    return null;
  }

  private String valueProblem() {
    if (values.length != targets.size()) {
      return "column '"
          + column
          + "' has "
          + values.length
          + " values where "
          + targets.size()
          + " are expected; all rows need the same number";
    }
    for (double value : values) {
      if (!(Math.abs(value) <= Float.MAX_VALUE)) {
        return "column '"
            + column
            + "' has the "
            + noun
            + " "
            + value
            + ", but finite numbers of at most 3.4e38 are needed; fill (Imputer), drop or scale such values";
      }
      String unfit = targets.loss() == null ? null : targets.loss().problem(value);
      if (unfit != null) {
        return "column '"
            + column
            + "' has the "
            + noun
            + " "
            + value
            + ": loss = "
            + unfit
            + "; drop such rows, or take another loss";
      }
    }
    return null;
  }

  /** Of the row at hand: its values, in an array that is its own until the next row is read. */
  double[] values() {
    return values;
  }

  /** The largest class or id of the row at hand, -1 if it has none. */
  double largest() {
    double largest = -1;
    for (double value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /**
   * Writes the targets of the row at hand.
   *
   * @return null if all is well, else a sentence that says what isn't
   */
  String write(float[] into) {
    if (targets.kind() == Kind.IDS) {
      Arrays.fill(into, 0);
      for (double id : values) {
        into[(int) id] = 1;
      }
      return null;
    }
    for (int k = 0; k < into.length; k++) {
      Scaling scaling = targets.scaling();
      into[k] = scaling == null ? (float) values[k] : scaling.apply(k, values[k]);
      if (Float.isInfinite(into[k])) {
        return "column '"
            + column
            + "' has the "
            + noun
            + " "
            + values[k]
            + ", which is so many standard deviations from the mean of the training rows that a float has no room for it;"
            + " drop or scale such values";
      }
    }
    return null;
  }
}
