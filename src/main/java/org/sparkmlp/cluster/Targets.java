package org.sparkmlp.cluster;

import java.io.Serializable;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.function.Loss;

/**
 * What the label column holds, and which numbers a network learns of it.
 *
 * @param kind what a label is
 * @param size classes, values or label ids; 0 if that isn't known yet
 * @param standardized whether values are to be standardized
 * @param scaling how; null if they aren't, or before rows were looked at
 * @param loss that must be able to take the values; null if none is asked
 */
public record Targets(Kind kind, int size, boolean standardized, Scaling scaling, Loss loss)
    implements Serializable {
  /** What a label is. */
  public enum Kind {
    /** A number 0, 1, 2, ..., which is the target too. */
    CLASS,
    /** Any number. */
    VALUE,
    /** A vector, of the same size in all rows. */
    VECTOR,
    /** An array of numbers, of the same size in all rows. */
    ARRAY,
    /** An array of ids 0, 1, 2, ...; the targets are 1 for those in it and 0 for all others. */
    IDS
  }

  /**
   * Classes.
   *
   * @param numClasses labels must be below it; 0 if that isn't known yet
   */
  public static Targets classes(int numClasses) {
    return new Targets(Kind.CLASS, numClasses, false, null, null);
  }

  /** One value a row. */
  public static Targets value(boolean standardized, Loss loss) {
    return new Targets(Kind.VALUE, 1, standardized, null, loss);
  }

  /**
   * Several values a row.
   *
   * @param inArray whether they are in an array; else in a vector
   */
  public static Targets values(boolean inArray, int size, boolean standardized, Loss loss) {
    return new Targets(inArray ? Kind.ARRAY : Kind.VECTOR, size, standardized, null, loss);
  }

  /**
   * Sets of label ids.
   *
   * @param numLabels ids must be below it; 0 if that isn't known yet
   */
  public static Targets ids(int numLabels) {
    return new Targets(Kind.IDS, numLabels, false, null, null);
  }

  /** The same, with what a look at the rows has told. */
  public Targets of(Survey survey) {
    return standardized ? new Targets(kind, size, true, survey.labelScaling(), loss) : this;
  }

  /** The same, standardized by what other rows have told; null for labels as they are. */
  public Targets scaledBy(Scaling other) {
    return new Targets(kind, size, standardized, other, loss);
  }

  /** The same, for so many classes or ids. */
  public Targets ofSize(int known) {
    return new Targets(kind, known, standardized, scaling, loss);
  }

  /**
   * The same numbers, which were checked already: packed rows of different losses may be shared.
   */
  public Targets checked() {
    return new Targets(kind, size, standardized, scaling, null);
  }

  /** Target numbers of a row. */
  public int width() {
    return kind == Kind.CLASS ? 1 : size;
  }

  /** Whether the target is a class index. */
  public boolean areClasses() {
    return kind == Kind.CLASS;
  }
}
