package org.sparkmlp.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;

class TestDetailsTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("true.class", DataTypes.DoubleType, false)
          .add("prediction", DataTypes.DoubleType, false)
          .add("probability", SQLDataTypes.VectorType(), false)
          .add("features", SQLDataTypes.VectorType(), false);

  private static Row row(int label, int prediction, double probability, double... features) {
    double[] all = {(1 - probability) / 2, (1 - probability) / 2, (1 - probability) / 2};
    all[prediction] = probability;
    return RowFactory.create(
        (double) label, (double) prediction, Vectors.dense(all), Vectors.dense(features));
  }

  private static TestDetails details(Dataset<Row> rows, String probability) {
    return new TestDetails(
        rows, new TestDetails.Columns("true.class", "prediction", probability, "features"), 3);
  }

  private static Dataset<Row> frame(List<Row> rows) {
    return Frames.of(SparkSessions.shared(), rows, SCHEMA, 2);
  }

  @Test
  void countsAreThoseByHand() {
    List<Row> rows =
        List.of(
            row(0, 0, 0.95),
            row(0, 0, 0.97),
            row(0, 1, 0.55),
            row(1, 1, 1.0),
            row(1, 0, 0.91),
            row(1, 1, 0.58));
    ObjectNode json = details(frame(rows), "probability").json();
    assertThat(json.get("labels")).hasToString("[\"0\",\"1\",\"2\"]");
    assertThat(json.get("confusion"))
        .hasToString(
            """
            [{"label":0,"prediction":0,"rows":2},{"label":1,"prediction":1,"rows":2},\
            {"label":0,"prediction":1,"rows":1},{"label":1,"prediction":0,"rows":1}]\
            """);
    JsonNode first = json.at("/classes/0");
    assertThat(first.get("precision").asDouble()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(first.get("recall").asDouble()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(first.get("f1").asDouble()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(first.get("rows").asLong()).isEqualTo(3);
    assertThat(json.at("/classes/2/precision").isNull()).as("never seen").isTrue();
    // two bins: 0.5 to 0.6 with one right of two, 0.9 to 1 with three right of four
    assertThat(json.get("calibration")).hasSize(2);
    JsonNode low = json.at("/calibration/0");
    assertThat(low.get("from").asDouble()).isEqualTo(0.5);
    assertThat(low.get("meanConfidence").asDouble()).isCloseTo(0.565, within(1e-12));
    assertThat(low.get("accuracy").asDouble()).isEqualTo(0.5);
    JsonNode high = json.at("/calibration/1");
    assertThat(high.get("rows").asLong()).isEqualTo(4);
    double mean = (0.95 + 0.97 + 1 + 0.91) / 4;
    assertThat(json.get("expectedCalibrationError").asDouble())
        .isCloseTo((2 * 0.065 + 4 * (mean - 0.75)) / 6, within(1e-12));
  }

  @Test
  void mistakesAreTheSurestAndBounded() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      rows.add(row(0, 1, 0.5 + i / 250.0, 1, 2));
    }
    TestDetails details = details(frame(rows), "probability");
    ObjectNode json = details.json();
    assertThat(details.addMistakes(json, true)).as("two numbers are no picture").isNull();
    assertThat(json.get("misclassified")).hasSize(TestDetails.MISTAKES);
    assertThat(json.at("/misclassified/0/probability").asDouble()).isCloseTo(0.896, within(1e-12));
    assertThat(json.at("/misclassified/0").has("pixels")).isFalse();
    // without probabilities
    TestDetails bare = details(frame(rows).drop("probability"), "");
    ObjectNode other = bare.json();
    bare.addMistakes(other, false);
    assertThat(other.has("calibration")).isFalse();
    assertThat(other.at("/misclassified/0/probability").isNull()).isTrue();
  }

  @Test
  void classesAreCalledByTheirNames() {
    Dataset<Row> named =
        frame(List.of(row(0, 1, 0.9)))
            .withColumn(
                "true.class",
                org.apache
                    .spark
                    .sql
                    .functions
                    .col("`true.class`")
                    .as(
                        "true.class",
                        NominalAttribute.defaultAttr()
                            .withName("true.class")
                            .withValues(new String[] {"cat", "<b>dog</b>"})
                            .toMetadata()));
    assertThat(details(named, "probability").json().get("labels"))
        .hasToString("[\"cat\",\"<b>dog</b>\",\"2\"]");
  }

  @Test
  void picturesAreKnownByTheirLookOrByTheFormat() {
    Random random = Seeds.random("pictures");
    double[][] noise = new double[5][64];
    double[][] blobs = new double[5][64];
    for (int i = 0; i < 5; i++) {
      double cx = 2 + 4 * random.nextDouble();
      double cy = 2 + 4 * random.nextDouble();
      for (int j = 0; j < 64; j++) {
        noise[i][j] = random.nextGaussian();
        double far = Math.hypot(j % 8 - cx, j / 8 - cy);
        blobs[i][j] = 16 * Math.exp(-far * far / 6);
      }
    }
    assertThat(Pictures.of(noise, false)).isNull();
    assertThat(Pictures.of(noise, true)).isNotNull();
    Pictures found = Pictures.of(blobs, false);
    assertThat(found.side()).isEqualTo(8);
    byte[] bytes = found.bytes(0);
    assertThat(bytes).hasSize(64);
    for (int j = 0; j < 64; j++) {
      assertThat(bytes[j] & 0xff)
          .isEqualTo(
              (int) Math.round(255 * (blobs[0][j] - found.low()) / (found.high() - found.low())));
    }
    assertThat(Pictures.of(new double[3][63], true)).as("no square").isNull();
    assertThat(Pictures.of(new double[3][49], true)).as("too small").isNull();
    assertThat(Pictures.of(new double[0][], true)).isNull();
  }
}
