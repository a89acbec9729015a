package org.sparkmlp.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.ml.MLPClassificationModel;

/**
 * The parts of a record that tell of rows, machine and mistakes; docs/records.md has the schema.
 */
final class RunDetails {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path CPU = Path.of("/proc/cpuinfo");

  private RunDetails() {}

  /**
   * The members {@code environment}, {@code data} and, if there are held-out rows, {@code
   * testDetails}.
   *
   * @param predicted held-out rows with their predictions, cached; null if there are none
   */
  static ObjectNode of(
      SparkSession spark, DataConfig config, MLPClassificationModel model, Dataset<Row> predicted) {
    ObjectNode root = MAPPER.createObjectNode();
    root.set("environment", environment(spark));
    ObjectNode data = root.putObject("data");
    data.put("format", config.format());
    data.put("path", config.path());
    data.put("label", config.label());
    data.put("trainingRows", model.summary().rows());
    data.put("testRows", predicted == null ? 0 : predicted.count());
    data.put("numFeatures", model.numFeatures());
    data.put("numClasses", model.numClasses());
    if (predicted != null) {
      TestDetails.Columns columns =
          new TestDetails.Columns(
              model.getLabelCol(),
              model.getPredictionCol(),
              model.getProbabilityCol(),
              features(predicted, config, model));
      TestDetails details = new TestDetails(predicted, columns, model.numClasses());
      ObjectNode json = details.json();
      boolean isImage = config.format().equals("digits") || config.format().equals("idx");
      ObjectNode size = details.addMistakes(json, isImage);
      if (size != null) {
        data.set("image", size);
      }
      root.set("testDetails", json);
    }
    return root;
  }

  /** The vector column before any stage, if there is one, else what the model gets. */
  private static String features(
      Dataset<Row> predicted, DataConfig config, MLPClassificationModel model) {
    String raw =
        config.hasVectors() || config.features().size() != 1 || config.features().contains("*")
            ? "features"
            : config.features().get(0);
    boolean isVector =
        Arrays.asList(predicted.columns()).contains(raw)
            && predicted.schema().apply(raw).dataType().equals(SQLDataTypes.VectorType());
    return isVector ? raw : model.getFeaturesCol();
  }

  private static ObjectNode environment(SparkSession spark) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("master", spark.sparkContext().master());
    node.put("defaultParallelism", spark.sparkContext().defaultParallelism());
    node.put("driverCores", Runtime.getRuntime().availableProcessors());
    node.put("driverHeapMegabytes", Runtime.getRuntime().maxMemory() >> 20);
    String processor = processor();
    if (!processor.isEmpty()) {
      node.put("driverProcessor", processor);
    }
    return node;
  }

  /** Its name, where the system tells. */
  private static String processor() {
    if (!Files.isReadable(CPU)) {
      return "";
    }
    try {
      return Files.readString(CPU, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }
}
