import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;

/**
 * Saves a small model with the code as it is, and what it predicts, for SavedModelsTest:
 *
 * <pre>java -cp CLASSES:SPARK MakeModel.java FOLDER [ACTIVATION LOSS]</pre>
 *
 * <p>Run once for each version of the format, before the code that writes the next one; never again.
 */
public class MakeModel {
  public static void main(String[] arguments) throws IOException {
    SparkSession spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", false).getOrCreate();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Vector features = Vectors.dense(Math.sin(i), Math.sin(2.3 * i), i % 3 - 0.5 * Math.cos(i));
      rows.add(RowFactory.create((double) (i % 3), features));
    }
    StructType schema =
        new StructType()
            .add("label", DataTypes.DoubleType, false)
            .add("features", SQLDataTypes.VectorType(), false);
    MLPClassifier classifier =
        new MLPClassifier("mlpc of long ago")
            .setHiddenLayers(5, 4)
            .setActivation(arguments.length > 1 ? arguments[1] : "tanh")
            .setLoss(arguments.length > 1 ? arguments[2] : "softmaxCrossEntropy")
            .setBatchSize(10)
            .setStepSize(0.01)
            .setMaxIter(20)
            .setNumShards(1)
            .setSeed(7)
            .setBackend("ejml");
    MLPClassificationModel model = classifier.fit(spark.createDataFrame(rows, schema));
    String folder = arguments[0];
    model.write().save(folder + "/model");
    List<String> lines = new ArrayList<>();
    for (Row row : model.transform(spark.createDataFrame(rows.subList(0, 9), schema)).collectAsList()) {
      lines.add(
          String.format(
              "{\"features\": %s, \"rawPrediction\": %s, \"probability\": %s, \"prediction\": %s}",
              row.get(1), row.get(2), row.get(3), row.get(4)));
    }
    Files.writeString(
        Path.of(folder, "predictions.json"), "[\n" + String.join(",\n", lines) + "\n]\n");
    spark.stop();
  }
}
