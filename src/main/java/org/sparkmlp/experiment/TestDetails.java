package org.sparkmlp.experiment;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.desc;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;

/**
 * What a model did on held-out rows, in detail, for records: how classes are confused, whether
 * probabilities can be believed, the worst mistakes. Everything is counted by Spark, and of bounded
 * size however many rows and classes there are.
 */
final class TestDetails {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The most frequent pairs of class and prediction that are recorded. */
  static final int PAIRS = 10_000;

  /** Mistakes that are recorded. */
  static final int MISTAKES = 40;

  /** Bins of probability, of equal width. */
  static final int BINS = 10;

  private final Dataset<Row> rows;
  private final List<String> labels;

  /**
   * Details of rows with their predictions.
   *
   * @param predicted should be cached, as several jobs go over it
   * @param columns those of the label, the prediction, the probability (which may be missing) and
   *     of a vector to show
   */
  TestDetails(Dataset<Row> predicted, Columns columns, int numClasses) {
    labels = labels(predicted, columns.label, numClasses);
    boolean known = Arrays.asList(predicted.columns()).contains(columns.probability);
    rows =
        predicted.select(
            quoted(columns.label).cast("int").as("label"),
            quoted(columns.prediction).cast("int").as("prediction"),
            (known
                    ? array_max(vector_to_array(quoted(columns.probability), "float64"))
                    : lit(null).cast("double"))
                .as("confidence"),
            quoted(columns.features).as("features"));
  }

  /** Names of the columns that matter. */
  record Columns(String label, String prediction, String probability, String features) {}

  private static Column quoted(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  /** Names of classes, where the label column knows them, else their numbers. */
  private static List<String> labels(Dataset<Row> predicted, String label, int numClasses) {
    StructField field = predicted.schema().apply(label);
    Attribute attribute = Attribute.fromStructField(field);
    String[] names =
        attribute instanceof NominalAttribute nominal && nominal.values().isDefined()
            ? nominal.values().get()
            : new String[0];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < numClasses; i++) {
      labels.add(i < names.length ? names[i] : String.valueOf(i));
    }
    return labels;
  }

  /** The member {@code testDetails} of a record; the schema is in docs/records.md. */
  ObjectNode json() {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode names = root.putArray("labels");
    labels.forEach(names::add);
    confusion(root.putArray("confusion"));
    classes(root.putArray("classes"));
    calibration(root);
    return root;
  }

  private void confusion(ArrayNode pairs) {
    List<Row> counted =
        rows.groupBy("label", "prediction")
            .agg(count(lit(1)).as("rows"))
            .orderBy(desc("rows"), col("label"), col("prediction"))
            .limit(PAIRS)
            .collectAsList();
    for (Row row : counted) {
      ObjectNode pair = pairs.addObject();
      pair.put("label", row.getInt(0));
      pair.put("prediction", row.getInt(1));
      pair.put("rows", row.getLong(2));
    }
  }

  private void classes(ArrayNode classes) {
    Column right = sum(when(col("label").equalTo(col("prediction")), 1L).otherwise(0L));
    long[] support = new long[labels.size()];
    long[] correct = new long[labels.size()];
    long[] predicted = new long[labels.size()];
    for (Row row : rows.groupBy("label").agg(count(lit(1)), right).collectAsList()) {
      if (row.getInt(0) < support.length) { // the test rows may know more classes
        support[row.getInt(0)] = row.getLong(1);
        correct[row.getInt(0)] = row.getLong(2);
      }
    }
    for (Row row : rows.groupBy("prediction").agg(count(lit(1))).collectAsList()) {
      predicted[row.getInt(0)] = row.getLong(1);
    }
    for (int i = 0; i < support.length; i++) {
      ObjectNode one = classes.addObject();
      one.put("label", labels.get(i));
      put(one, "precision", correct[i] / (double) predicted[i]);
      put(one, "recall", correct[i] / (double) support[i]);
      put(one, "f1", 2.0 * correct[i] / (predicted[i] + support[i]));
      one.put("rows", support[i]);
    }
  }

  /**
   * Bins of the probability of the predicted class, and the expected calibration error (Naeini,
   * Cooper, Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, 2015):
   *
   * <pre>ECE = Σ_b n_b / n · |accuracy_b - meanConfidence_b|</pre>
   */
  private void calibration(ObjectNode root) {
    Column bin = least(floor(col("confidence").multiply(BINS)), lit(BINS - 1)).cast("int");
    List<Row> counted =
        rows.filter(col("confidence").isNotNull())
            .groupBy(bin.as("bin"))
            .agg(
                count(lit(1)),
                avg("confidence"),
                avg(when(col("label").equalTo(col("prediction")), 1.0).otherwise(0.0)))
            .orderBy("bin")
            .collectAsList();
    if (counted.isEmpty()) {
      return;
    }
    ArrayNode bins = root.putArray("calibration");
    double error = 0;
    long all = 0;
    for (Row row : counted) {
      ObjectNode one = bins.addObject();
      one.put("from", row.getInt(0) / (double) BINS);
      one.put("to", (row.getInt(0) + 1) / (double) BINS);
      one.put("rows", row.getLong(1));
      put(one, "meanConfidence", row.getDouble(2));
      put(one, "accuracy", row.getDouble(3));
      error += row.getLong(1) * Math.abs(row.getDouble(3) - row.getDouble(2));
      all += row.getLong(1);
    }
    put(root, "expectedCalibrationError", error / all);
  }

  /**
   * Adds the mistakes that the model was surest of, as pictures if the features are such.
   *
   * @param isImage whether features surely are the pixels of a square image; if not, they are taken
   *     for one if they look like it
   * @return the pictures' size, or null if there are none
   */
  ObjectNode addMistakes(ObjectNode root, boolean isImage) {
    Column numFeatures = size(vector_to_array(col("features"), "float64"));
    List<Row> wrong =
        rows.filter(col("label").notEqual(col("prediction")))
            .orderBy(col("confidence").desc_nulls_last(), col("label"), col("prediction"))
            .limit(MISTAKES)
            .withColumn("features", when(numFeatures.leq(Pictures.PIXELS), col("features")))
            .collectAsList();
    double[][] features =
        wrong.stream()
            .filter(row -> !row.isNullAt(3))
            .map(row -> row.<Vector>getAs("features").toArray())
            .toArray(double[][]::new);
    Pictures pictures = features.length < wrong.size() ? null : Pictures.of(features, isImage);
    ArrayNode mistakes = root.putArray("misclassified");
    for (int i = 0; i < wrong.size(); i++) {
      ObjectNode one = mistakes.addObject();
      one.put("label", wrong.get(i).getInt(0));
      one.put("prediction", wrong.get(i).getInt(1));
      put(one, "probability", wrong.get(i).isNullAt(2) ? Double.NaN : wrong.get(i).getDouble(2));
      if (pictures != null) {
        one.put("pixels", pictures.bytes(i)); // Jackson writes base 64
      }
    }
    if (pictures == null) {
      return null;
    }
    ObjectNode image = MAPPER.createObjectNode();
    image.put("width", pictures.side());
    image.put("height", pictures.side());
    return image;
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
