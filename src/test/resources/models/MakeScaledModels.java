import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.ml.MLPRegressionModel;
import org.sparkmlp.ml.MLPRegressor;

/**
 * Saves models that have all that version 2 of the format can hold, and what they predict, for
 * SavedModelsTest: a classifier with standardized features and importance, a regressor with
 * standardized features and labels. Run like MakeModel.java:
 *
 * <pre>java -cp CLASSES:SPARK MakeScaledModels.java FOLDER</pre>
 */
public class MakeScaledModels {
  public static void main(String[] arguments) throws IOException {
    SparkSession spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", false).getOrCreate();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(
          RowFactory.create(
              (double) (i % 3),
              1000 + 50 * Math.sin(i),
              Vectors.dense(1e6 + Math.sin(i), 0.01 * Math.sin(2.3 * i), i % 3 - 0.5 * Math.cos(i))));
    }
    StructType schema =
        new StructType()
            .add("label", DataTypes.DoubleType, false)
            .add("amount", DataTypes.DoubleType, false)
            .add("features", SQLDataTypes.VectorType(), false);
    Dataset<Row> data = spark.createDataFrame(rows, schema);
    Dataset<Row> some = spark.createDataFrame(rows.subList(0, 9), schema);
    MLPClassificationModel classes =
        new MLPClassifier("mlpc with everything")
            .setHiddenLayers(5)
            .setStandardization(true)
            .setBatchSize(10)
            .setStepSize(0.01)
            .setMaxIter(20)
            .setNumShards(1)
            .setSeed(7)
            .setBackend("ejml")
            .fit(data)
            .importance(data);
    save(classes.transform(some), "probability", arguments[0] + "/v2-classifier");
    classes.write().save(arguments[0] + "/v2-classifier/model");
    MLPRegressionModel values =
        new MLPRegressor("mlpr with everything")
            .setLabelCol("amount")
            .setHiddenLayers(5)
            .setStandardization(true)
            .setBatchSize(10)
            .setStepSize(0.01)
            .setMaxIter(20)
            .setNumShards(1)
            .setSeed(7)
            .setBackend("ejml")
            .fit(data);
    save(values.transform(some), "prediction", arguments[0] + "/v2-regressor");
    values.write().save(arguments[0] + "/v2-regressor/model");
    Files.writeString(
        Path.of(arguments[0], "v2-classifier", "importance.json"), classes.importance() + "\n");
    spark.stop();
  }

  private static void save(Dataset<Row> predicted, String column, String folder)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (Row row : predicted.select("features", column).collectAsList()) {
      lines.add(String.format("{\"features\": %s, \"%s\": %s}", row.get(0), column, row.get(1)));
    }
    Files.createDirectories(Path.of(folder));
    Files.writeString(
        Path.of(folder, "predictions.json"), "[\n" + String.join(",\n", lines) + "\n]\n");
  }
}
