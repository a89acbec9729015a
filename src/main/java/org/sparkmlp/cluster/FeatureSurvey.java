package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.InternalRow;
import org.sparkmlp.data.Moments;
import org.sparkmlp.data.Scaling;

/**
 * A look at the features before rows are packed, where their means and deviations are asked for or
 * where rows are so wide that it matters whether they are sparse. One Spark job; what it finds
 * depends on the rows alone, bit for bit. Bad rows are left out: packing finds them.
 */
public final class FeatureSurvey implements Serializable {
  private static final long serialVersionUID = 1;

  /** Features from which on a look is taken in any case: for dense rows that many are unusual. */
  private static final int WIDE = 4096;

  private final int columns;
  private final Moments moments;

  /** Rows of weight 0 are nowhere counted. */
  private long rows;

  /** Numbers, of 4 bytes, that the rows take once they are packed, unless they are centred. */
  private long stored;

  private long trainingRows;
  private long sparseTrainingRows;

  /** In training rows; a dense row has all of its numbers. */
  private long numbers;

  private FeatureSurvey(int columns, boolean moments) {
    this.columns = columns;
    this.moments = moments ? new Moments(columns) : null;
  }

  /** Whether packing rows of that many features, standardized or not, needs this look. */
  public static boolean isNeeded(int columns, boolean standardization) {
    return standardization || columns > WIDE;
  }

  /** Looks at every row, with or without taking moments. */
  static FeatureSurvey of(Dataset<?> dataset, Columns names, int columns, boolean moments) {
    return Columns.rows(names.withFeatures(dataset))
        .mapPartitions(rows -> new FeatureSurvey(columns, moments).look(rows))
        .treeReduce(FeatureSurvey::merge);
  }

  private Iterator<FeatureSurvey> look(Iterator<InternalRow> all) {
    while (all.hasNext()) {
      InternalRow row = all.next();
      if (!row.isNullAt(Columns.WEIGHT)
          && !row.isNullAt(Columns.VALIDATION)
          && !row.isNullAt(Columns.FEATURES)
          && row.getDouble(Columns.WEIGHT) > 0) {
        FeatureReader.Numbers vector = FeatureReader.Numbers.of(row, Columns.FEATURES);
        if (vector.size() == columns) {
          add(vector, (float) row.getDouble(Columns.WEIGHT), row.getBoolean(Columns.VALIDATION));
        }
      }
    }
    return List.of(this).iterator();
  }

  private void add(FeatureReader.Numbers vector, float weight, boolean validation) {
    int count = vector.values().length;
    rows++;
    stored += Math.min(columns, 2L * count + 2);
    if (!validation) {
      trainingRows++;
      sparseTrainingRows += vector.indices() == null ? 0 : 1;
      numbers += count;
      if (moments != null && Float.isFinite(weight)) {
        moments.add(vector.indices(), vector.values(), weight);
      }
    }
  }

  private FeatureSurvey merge(FeatureSurvey other) {
    rows += other.rows;
    stored += other.stored;
    trainingRows += other.trainingRows;
    sparseTrainingRows += other.sparseTrainingRows;
    numbers += other.numbers;
    if (moments != null) {
      moments.add(other.moments);
    }
    return this;
  }

  /**
   * How to standardize, from the training rows. Means are subtracted if all of these rows are dense
   * or if they have at least half of their numbers; else no mean is subtracted from any row, so
   * that rows stay sparse, and a vector means the same whether it comes dense or sparse.
   */
  public Scaling scaling() {
    return moments.scaling(sparseTrainingRows == 0 || 2 * numbers >= columns * trainingRows);
  }

  /**
   * Numbers of 4 bytes that a packed row takes on average.
   *
   * @param scaling by which rows are standardized, or null
   */
  public int numbersOfRow(Scaling scaling) {
    return (scaling != null && scaling.centred()) || rows == 0
        ? columns
        : (int) Math.max(1, (stored + rows - 1) / rows);
  }
}
