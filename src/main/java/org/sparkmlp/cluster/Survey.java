package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.InternalRow;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.data.Moments;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.util.BigSums;
import org.sparkmlp.util.Check;

/**
 * A first look at labels and weights, and at features where they decide which rows are held out:
 * what must be known, or refused, before rows are packed. One Spark job.
 */
public final class Survey implements Serializable {
  private static final long serialVersionUID = 1;

  private long trainingRows;
  private long validationRows;
  private long rows;
  private double maxLabel = -1;
  private final Moments moments;
  private final BigSums weightsOfClasses;
  private String problem;

  private Survey(Question question) {
    Targets targets = question.targets();
    moments = targets.standardized() ? new Moments(targets.size()) : null;
    weightsOfClasses = new BigSums(question.countedClasses());
  }

  /**
   * What to look for.
   *
   * @param targets what labels are, as far as it is known yet
   * @param numFeatures of every row
   * @param holdout decides, where it is on, which rows are for validation; features are read for it
   * @param countedClasses classes, from 0 on, whose weights are summed
   */
  public record Question(Targets targets, int numFeatures, Holdout holdout, int countedClasses)
      implements Serializable {}

  /** Looks at labels, weights and marks alone. */
  public static Survey of(Dataset<?> dataset, Columns columns, Targets targets) {
    return of(dataset, columns, new Question(targets, 0, Holdout.NONE, 0));
  }

  /**
   * Looks at every row.
   *
   * @throws IllegalArgumentException if a label, weight or mark is bad, or if there is nothing to
   *     train on, or nothing was held out
   */
  public static Survey of(Dataset<?> dataset, Columns columns, Question question) {
    boolean features = question.holdout().isOn();
    Survey survey =
        Columns.rows(features ? columns.withFeatures(dataset) : columns.withoutFeatures(dataset))
            .mapPartitions(rows -> new Survey(question).look(rows, columns, question))
            .fold(new Survey(question), Survey::merge);
    Check.that(survey.problem == null, "%s", survey.problem);
    Check.that(survey.rows > 0, "the DataFrame is empty: there is nothing to train on");
    Check.that(
        survey.trainingRows > 0,
        "no row is left to train on: of %d rows %d are for validation and all others have weight 0%s",
        survey.rows,
        survey.validationRows,
        columns.weight() == null ? "" : " in column '" + columns.weight() + "'");
    Check.that(
        !features || survey.validationRows > 0,
        "validationFraction = %s holds none of %d rows out; raise it, or mark rows in validationIndicatorCol",
        question.holdout().fraction(),
        survey.trainingRows);
    return survey;
  }

  private Iterator<Survey> look(Iterator<InternalRow> all, Columns columns, Question question) {
    TargetReader reader = new TargetReader(columns, question.targets());
    FeatureRow features = new FeatureRow(question.numFeatures(), null);
    while (all.hasNext() && problem == null) {
      InternalRow row = all.next();
      rows++;
      problem =
          question.holdout().isOn()
              ? RowEncoder.problem(columns, row, reader, features)
              : RowProblem.of(columns, row, reader);
      if (problem == null) {
        count(row, reader, question);
      }
    }
    return List.of(this).iterator();
  }

  private void count(InternalRow row, TargetReader reader, Question question) {
    maxLabel = Math.max(maxLabel, reader.largest());
    float weight = (float) row.getDouble(Columns.WEIGHT);
    if (weight == 0) {
      return;
    }
    if (Columns.isValidation(row, question.holdout())) {
      validationRows++;
      return;
    }
    trainingRows++;
    if (moments != null) {
      moments.add(null, reader.values(), weight);
    }
    if (question.targets().areClasses() && reader.largest() < question.countedClasses()) {
      weightsOfClasses.add((int) reader.largest(), weight);
    }
  }

  private Survey merge(Survey other) {
    rows += other.rows;
    trainingRows += other.trainingRows;
    validationRows += other.validationRows;
    maxLabel = Math.max(maxLabel, other.maxLabel);
    if (moments != null) {
      moments.add(other.moments);
    }
    weightsOfClasses.add(other.weightsOfClasses);
    problem = problem != null ? problem : other.problem;
    return this;
  }

  /** The weight sum of the training rows of a class that was counted. */
  public double weightOfClass(int label) {
    return weightsOfClasses.value(label);
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
