package org.sparkmlp.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.ValidatorParams;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import scala.Option;
import scala.Tuple4;
import scala.jdk.javaapi.CollectionConverters;

/**
 * How a search lies on disk: as Spark's CrossValidator (metadata, estimator, evaluator); a model
 * besides has {@code bestModel} and {@code records}, text with a fit's JSON a line.
 */
final class SearchFormat {
  private static final String BEST = "bestModel";
  private static final String RECORDS = "records";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private SearchFormat() {}

  static MLWriter writer(SearchEstimator<?> search) {
    return new MLWriter() {
      @Override
      public void saveImpl(String path) {
        ValidatorParams.saveImpl(path, search, sparkSession(), Option.empty());
      }
    };
  }

  static MLWriter writer(SearchModel model) {
    return new MLWriter() {
      @Override
      public void saveImpl(String path) {
        ValidatorParams.saveImpl(path, model, sparkSession(), Option.empty());
        List<String> lines =
            model.records().stream()
                .map(record -> record.json().put("cell", record.cell()).toString())
                .toList();
        sparkSession()
            .createDataset(lines, Encoders.STRING())
            .coalesce(1)
            .write()
            .text(path + "/" + RECORDS);
        try {
          ((MLWritable) model.bestModel()).save(path + "/" + BEST);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  static <T extends SearchEstimator<T>> MLReader<T> reader(
      Class<T> type, Function<String, T> make) {
    return new MLReader<>() {
      @Override
      public T load(String path) {
        return SearchFormat.load(path, sparkSession(), type, make);
      }
    };
  }

  static MLReader<SearchModel> modelReader() {
    return new MLReader<>() {
      @Override
      public SearchModel load(String path) {
        SparkSession spark = sparkSession();
        Model<?> best = DefaultParamsReader.loadParamsInstance(path + "/" + BEST, spark);
        List<FitRecord> records =
            spark.read().textFile(path + "/" + RECORDS).collectAsList().stream()
                .map(SearchFormat::record)
                .toList();
        return SearchFormat.load(
            path, spark, SearchModel.class, uid -> new SearchModel(uid, best, records));
      }
    };
  }

  private static FitRecord record(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      return FitRecord.of(node.required("cell").asInt(), node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + line, e);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // loadImpl is told no type of model
  private static <T extends SearchParams> T load(
      String path, SparkSession spark, Class<T> type, Function<String, T> make) {
    Tuple4<DefaultParamsReader.Metadata, Estimator, Evaluator, ParamMap[]> parts =
        (Tuple4) ValidatorParams.loadImpl(path, spark, type.getName());
    T loaded = make.apply(parts._1().uid());
    scala.collection.immutable.List<String> skipped =
        CollectionConverters.asScala(List.of("estimatorParamMaps")).toList();
    parts._1().getAndSetParams(loaded, Option.apply(skipped));
    for (Param<?> param : loaded.params()) { // Spark writes defaults as if they were set
      if (loaded.isSet(param)
          && loaded.hasDefault(param)
          && loaded.getOrDefault(param).equals(loaded.getDefault(param).get())) {
        loaded.clear(param);
      }
    }
    loaded.set(loaded.estimator(), parts._2());
    loaded.set(loaded.evaluator(), parts._3());
    loaded.set(loaded.estimatorParamMaps(), parts._4());
    return loaded;
  }
}
