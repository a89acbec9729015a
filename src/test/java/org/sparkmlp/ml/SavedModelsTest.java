package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.Golden;
import org.sparkmlp.SparkSessions;

/**
 * Models that were saved by earlier versions of the format, each when it was new, are read for ever
 * and predict what they did then. MakeModel.java beside them made them.
 */
class SavedModelsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v1 | tanh           | softmaxCrossEntropy                      | 3, 5, 4, 3 | 59",
        "v2 | gelu, maxout(3)| softmaxCrossEntropy(labelSmoothing=0.05) | 3, 5, 4, 3 | 107"
      })
  void earlierModelsPredictAsTheyDid(
      String version, String activation, String loss, String layers, int size) throws Exception {
    Path folder = Path.of("src/test/resources/models", version).toAbsolutePath();
    SparkSessions.shared(); // for load to find
    MLPClassificationModel model = MLPClassificationModel.load(folder.resolve("model").toString());
    assertThat(model.getActivation()).isEqualTo(activation);
    assertThat(model.getLoss()).isEqualTo(loss);
    assertThat(Arrays.toString(model.layerSizes())).isEqualTo("[" + layers + "]");
    assertThat(model.weights().size()).isEqualTo(size);
    JsonNode expected = new ObjectMapper().readTree(folder.resolve("predictions.json").toFile());
    List<Row> rows = new ArrayList<>();
    expected.forEach(
        row -> rows.add(RowFactory.create(Vectors.dense(Golden.numbers(row.get("features"))))));
    List<Row> predicted =
        model
            .transform(
                SparkSessions.shared()
                    .createDataFrame(
                        rows, new StructType().add("features", SQLDataTypes.VectorType())))
            .collectAsList();
    assertThat(predicted).hasSize(9);
    for (int i = 0; i < predicted.size(); i++) {
      for (String column : List.of("rawPrediction", "probability")) {
        assertThat(predicted.get(i).<Vector>getAs(column).toArray())
            .containsExactly(Golden.numbers(expected.get(i).get(column)), within(1e-5));
      }
      assertThat(predicted.get(i).<Double>getAs("prediction"))
          .isEqualTo(expected.get(i).get("prediction").asDouble());
    }
  }

  @Test
  void aClassifierWithScalingAndImportance() throws Exception {
    Path folder = Path.of("src/test/resources/models/v2-classifier").toAbsolutePath();
    SparkSessions.shared();
    MLPClassificationModel model = MLPClassificationModel.load(folder.resolve("model").toString());
    ObjectMapper json = new ObjectMapper();
    assertThat(model.importance().toArray())
        .containsExactly(
            Golden.numbers(json.readTree(folder.resolve("importance.json").toFile())),
            within(1e-12));
    JsonNode expected = json.readTree(folder.resolve("predictions.json").toFile());
    assertThat(expected).hasSize(9);
    for (JsonNode row : expected) {
      Vector features = Vectors.dense(Golden.numbers(row.get("features")));
      assertThat(model.predictProbability(features).toArray())
          .containsExactly(Golden.numbers(row.get("probability")), within(1e-5));
    }
  }

  @Test
  void aRegressorWithScalingOfFeaturesAndLabels() throws Exception {
    Path folder = Path.of("src/test/resources/models/v2-regressor").toAbsolutePath();
    SparkSessions.shared();
    MLPRegressionModel model = MLPRegressionModel.load(folder.resolve("model").toString());
    JsonNode expected = new ObjectMapper().readTree(folder.resolve("predictions.json").toFile());
    assertThat(expected).hasSize(9);
    for (JsonNode row : expected) {
      Vector features = Vectors.dense(Golden.numbers(row.get("features")));
      assertThat(model.predict(features)).isCloseTo(row.get("prediction").asDouble(), within(1e-2));
    }
  }
}
