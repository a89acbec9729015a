package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.AtomicType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.CounterRandom;

/**
 * How much a fitted model needs each feature: what a metric loses when the values of that feature
 * are dealt anew among the rows, so that they tell nothing any more. (Breiman, Random Forests,
 * Machine Learning 45, 2001; Fisher, Rudin and Dominici 2019, for any model.)
 *
 * <p>The rows are put into a random order once, by a hash of (seed, content); to shuffle a feature,
 * each row gets the value of the row so many places further on, around the end, a number of places
 * that is a hash of (seed, feature, repeat). So every row gets another row's value, the same rows
 * and seed give the same dealing in whatever partitioning they come, and nothing is collected.
 *
 * <p>Cost: a sort, then features · repeats times a join and an evaluation. Features that depend on
 * each other share their importance, as ever with this measure.
 */
public final class PermutationImportance {
  private static final int PURPOSE = 6;
  private static final String PLACE = "permutationImportance_place";
  private static final String VALUE = "permutationImportance_value";

  private PermutationImportance() {}

  /**
   * The mean loss of the metric for each feature, in its own units: how much it falls, or, where
   * smaller is better, rises; about 0 for a feature that doesn't matter.
   *
   * @param model any model that makes of {@code featuresCol} what the evaluator reads
   * @param featuresCol a column of vectors
   * @param repeats dealings whose mean is taken, at least 1
   */
  public static Vector of(
      Transformer model,
      String featuresCol,
      Dataset<?> dataset,
      Evaluator evaluator,
      int repeats,
      long seed) {
    Check.atLeast(1, repeats, "repeats");
    SchemaCheck.features(dataset.schema(), featuresCol);
    Dataset<Row> placed =
        placed(dataset, featuresCol, seed).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long rows = placed.count();
      Check.that(
          rows > 1, "%d rows can't exchange values among each other; at least 2 are needed", rows);
      Dataset<Row> plain = placed.drop(PLACE);
      double best = evaluator.evaluate(model.transform(plain));
      double[] losses = new double[plain.select(featuresCol).head().<Vector>getAs(0).size()];
      for (int j = 0; j < losses.length; j++) {
        for (int repeat = 0; repeat < repeats; repeat++) {
          long by = 1 + places(seed, j, repeat, rows - 1);
          Dataset<Row> dealt = dealt(placed, featuresCol, j, by, rows);
          double metric = evaluator.evaluate(model.transform(dealt));
          losses[j] += (evaluator.isLargerBetter() ? best - metric : metric - best) / repeats;
        }
      }
      return Vectors.dense(losses);
    } finally {
      placed.unpersist();
    }
  }

  /** A number from 0 to {@code bound} - 1. */
  private static long places(long seed, int feature, int repeat, long bound) {
    long high = CounterRandom.hash(seed, PURPOSE, feature, repeat, 0);
    int low = CounterRandom.hash(seed, PURPOSE, feature, repeat, 1);
    return Long.remainderUnsigned(high << 32 | Integer.toUnsignedLong(low), bound);
  }

  /** The rows with their place in a random order. */
  private static Dataset<Row> placed(Dataset<?> dataset, String featuresCol, long seed) {
    StructType schema = dataset.schema();
    List<Column> content = new ArrayList<>(List.of(lit(seed)));
    for (StructField field : schema.fields()) {
      if (field.name().equals(featuresCol) || field.dataType() instanceof AtomicType) {
        content.add(col("`" + field.name() + "`"));
      }
    }
    Dataset<Row> sorted = dataset.toDF().orderBy(xxhash64(content.toArray(Column[]::new)));
    return dataset
        .sparkSession()
        .createDataFrame(
            sorted.toJavaRDD().zipWithIndex().map(pair -> append(pair._1(), pair._2())),
            schema.add(PLACE, DataTypes.LongType, false));
  }

  private static Row append(Row row, long place) {
    Object[] values = new Object[row.size() + 1];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    values[row.size()] = place;
    return RowFactory.create(values);
  }

  /** The rows with the values of one feature {@code by} places further on. */
  private static Dataset<Row> dealt(
      Dataset<Row> placed, String featuresCol, int feature, long by, long rows) {
    Column features = col("`" + featuresCol + "`");
    Column value =
        udf((Vector vector, Integer j) -> vector.apply(j), DataTypes.DoubleType)
            .apply(features, lit(feature));
    Dataset<Row> values =
        placed.select(pmod(col(PLACE).minus(lit(by)), lit(rows)).as(PLACE), value.as(VALUE));
    UDF2<Vector, Double, Vector> replace = (vector, x) -> replaced(vector, feature, x);
    return placed
        .join(values, PLACE)
        .withColumn(
            featuresCol, udf(replace, SQLDataTypes.VectorType()).apply(features, col(VALUE)))
        .drop(PLACE, VALUE);
  }

  private static Vector replaced(Vector vector, int feature, double value) {
    double[] values = Arrays.copyOf(vector.toArray(), vector.size());
    values[feature] = value;
    return Vectors.dense(values);
  }
}
