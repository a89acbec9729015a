package org.sparkmlp.cluster;

import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.data.Scaling;

/** Where a fit gets what it must know of its rows, and the rows, packed. */
public interface RowSource {
  /**
   * The number of features.
   *
   * @throws IllegalArgumentException if no row has any
   */
  int numFeatures();

  /**
   * A first look at labels and weights.
   *
   * @throws IllegalArgumentException if a label, weight or mark is bad, or if there is nothing to
   *     train on
   */
  Survey survey(Survey.Question question);

  /**
   * A look at the features.
   *
   * @param moments whether to take what standardization needs
   * @param holdout which rows are for validation, besides those marked
   */
  FeatureSurvey features(int numFeatures, boolean moments, Holdout holdout);

  /**
   * Numbers of 4 bytes that a packed row takes on average, for a network that is trained already.
   *
   * @param scaling by which features are standardized, or null
   */
  default int numbersOfRow(int numFeatures, Scaling scaling) {
    return FeatureSurvey.isNeeded(numFeatures, false)
        ? features(numFeatures, false, Holdout.NONE).numbersOfRow(scaling)
        : numFeatures;
  }

  /**
   * Runs a fit on the packed rows, which it must not close.
   *
   * @param survey of the same rows
   * @throws IllegalArgumentException if a row is bad
   */
  <T> T with(ShardedRows.Packing packing, Survey survey, Function<ShardedRows, T> fit);

  /** Rows that are packed for one fit, and freed when it ends or fails. */
  static RowSource own(Dataset<?> dataset, Columns columns) {
    return new RowSource() {
      @Override
      public int numFeatures() {
        return columns.numFeatures(dataset);
      }

      @Override
      public Survey survey(Survey.Question question) {
        return Survey.of(dataset, columns, question);
      }

      @Override
      public FeatureSurvey features(int numFeatures, boolean moments, Holdout holdout) {
        return FeatureSurvey.of(dataset, columns, numFeatures, moments, holdout);
      }

      @Override
      public <T> T with(ShardedRows.Packing packing, Survey survey, Function<ShardedRows, T> fit) {
        try (ShardedRows rows = ShardedRows.pack(dataset, columns, packing, survey)) {
          return fit.apply(rows);
        }
      }
    };
  }

  /**
   * Rows for one of several fits: if the columns are plain ones of one cached DataFrame, as the
   * folds of a CrossValidator are, all fits with the same packing share one copy, which is freed
   * when the DataFrame is unpersisted or a fit fails (see {@link KeptRows}, which also shares
   * filtered rows). Otherwise {@link #own}.
   */
  static RowSource shared(Dataset<?> dataset, Columns columns) {
    return KeptRows.columns(dataset, columns)
        .filter(cached -> SharedRows.canShare(cached.rows()))
        .<RowSource>map(cached -> new SharedRows(dataset, columns, cached))
        .orElseGet(() -> own(dataset, columns));
  }
}
