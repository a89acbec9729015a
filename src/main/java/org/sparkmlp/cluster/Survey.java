package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.InternalRow;
import org.sparkmlp.data.Moments;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.util.Check;

/**
 * A first look at labels and weights: what must be known, or refused, before rows are packed. One
 * Spark job.
 */
public final class Survey implements Serializable {
  private static final long serialVersionUID = 1;

  private long trainingRows;
  private long validationRows;
  private long rows;
  private double maxLabel = -1;
  private final Moments moments;
  private String problem;

  private Survey(Targets targets) {
    moments = targets.standardized() ? new Moments(targets.size()) : null;
  }

  /**
   * Looks at every row.
   *
   * @throws IllegalArgumentException if a label, weight or mark is bad, or if there is nothing to
   *     train on
   */
  public static Survey of(Dataset<?> dataset, Columns columns, Targets targets) {
    Survey survey =
        Columns.rows(columns.withoutFeatures(dataset))
            .mapPartitions(rows -> new Survey(targets).look(rows, columns, targets))
            .fold(new Survey(targets), Survey::merge);
    Check.that(survey.problem == null, "%s", survey.problem);
    Check.that(survey.rows > 0, "the DataFrame is empty: there is nothing to train on");
    Check.that(
        survey.trainingRows > 0,
        "no row is left to train on: of %d rows %d are for validation and all others have weight 0%s",
        survey.rows,
        survey.validationRows,
        columns.weight() == null ? "" : " in column '" + columns.weight() + "'");
    return survey;
  }

  private Iterator<Survey> look(Iterator<InternalRow> all, Columns columns, Targets targets) {
    TargetReader reader = new TargetReader(columns, targets);
    while (all.hasNext() && problem == null) {
      InternalRow row = all.next();
      rows++;
      problem = RowProblem.of(columns, row, reader);
      if (problem == null) {
        maxLabel = Math.max(maxLabel, reader.largest());
        double weight = row.getDouble(Columns.WEIGHT);
        if (weight == 0) {
          continue;
        }
        if (row.getBoolean(Columns.VALIDATION)) {
          validationRows++;
        } else {
          trainingRows++;
          if (moments != null) {
            moments.add(null, reader.values(), (float) weight);
          }
        }
      }
    }
    return List.of(this).iterator();
  }

  private Survey merge(Survey other) {
    rows += other.rows;
    trainingRows += other.trainingRows;
    validationRows += other.validationRows;
    maxLabel = Math.max(maxLabel, other.maxLabel);
    if (moments != null) {
      moments.add(other.moments);
    }
    problem = problem != null ? problem : other.problem;
    return this;
  }

  /** Rows that count in training: neither for validation nor of weight 0. */
  public long trainingRows() {
    return trainingRows;
  }

  /** Rows that count in validation: not those of weight 0. */
  public long validationRows() {
    return validationRows;
  }

  /** Mean and deviation of the training rows' values, if they are to be standardized. */
  Scaling labelScaling() {
    return moments.scaling(true);
  }

  /** The largest class or label id of all rows. */
  public int maxLabel() {
    return (int) Math.min(maxLabel, Integer.MAX_VALUE - 1);
  }
}
