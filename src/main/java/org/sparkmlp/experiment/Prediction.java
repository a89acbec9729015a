package org.sparkmlp.experiment;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Names;

/** Applies a saved model to rows. */
public final class Prediction {
  private static final List<String> OUTPUT_FORMATS = List.of("parquet", "json", "csv");

  private final String model;
  private final DataConfig data;
  private final String output;
  private final String outputFormat;
  private final Inputs inputs;

  private Prediction(
      String model, DataConfig data, String output, String outputFormat, Inputs inputs) {
    this.model = model;
    this.data = data;
    this.output = output;
    this.outputFormat = outputFormat;
    this.inputs = inputs;
  }

  /**
   * Checks what can be checked without Spark.
   *
   * @param format of the input, or null to go by its name
   * @param features column or columns of features, where there is no vector column
   * @param options of Spark's reader
   * @throws ConfigProblem with everything that is wrong
   */
  public static Prediction prepare(
      String model,
      String input,
      String output,
      String format,
      String outputFormat,
      List<String> features,
      Map<String, String> options,
      Configuration hadoop)
      throws IOException {
    Problems problems = new Problems();
    Inputs inputs = new Inputs(hadoop);
    String known = format != null ? format : byName(input);
    if (known == null) {
      problems.add(
          null,
          "--format: the name %s doesn't tell the format; give one of %s",
          input,
          DataConfig.FORMATS);
    } else {
      check(problems, "--format", known, DataConfig.FORMATS);
    }
    check(problems, "--output-format", outputFormat, OUTPUT_FORMATS);
    if (inputs.missing(input) != null) {
      problems.add(null, "--input: %s", inputs.missing(input));
    }
    if (inputs.missing(model + "/metadata") != null) {
      problems.add(
          null,
          "--model: there is no saved model at %s; a run saves its own in the folder 'model'",
          model);
    }
    if (new Path(output).getFileSystem(hadoop).exists(new Path(output))) {
      problems.add(null, "--output: %s exists already", output);
    }
    problems.throwIfAny();
    DataConfig data = new DataConfig(known, input, "label", features, options, 0);
    return new Prediction(model, data, output, outputFormat, inputs);
  }

  private static void check(Problems problems, String option, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      problems.add(
          null,
          "%s must be one of %s, got '%s'%s",
          option,
          String.join(", ", allowed),
          value,
          Names.didYouMean(value, allowed));
    }
  }

  private static String byName(String path) {
    String name =
        path.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2)$", "").replaceFirst("/+$", "");
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return DataConfig.FORMATS.contains(ending) ? ending : null;
  }

  /** Writes the rows with their predictions; returns how many there were. */
  public long run(SparkSession spark) throws IOException {
    Dataset<Row> rows = new DataReader(spark, inputs).all(data);
    Dataset<Row> predicted = PipelineModel.load(model).transform(rows);
    if (outputFormat.equals("csv")) {
      predicted = vectorsAsText(predicted);
    }
    write(spark, predicted);
    return spark.read().option("header", true).format(outputFormat).load(output).count();
  }

  /** Leaves nothing behind that would stand in the way of another try. */
  private void write(SparkSession spark, Dataset<Row> predicted) throws IOException {
    Path folder = new Path(output);
    FileSystem system = folder.getFileSystem(spark.sparkContext().hadoopConfiguration());
    // made by somebody since the first look, it isn't ours to remove
    Check.that(!system.exists(folder), "--output: %s exists already", output);
    boolean done = false;
    try {
      predicted.write().option("header", true).format(outputFormat).save(output);
      done = true;
    } finally {
      if (!done) {
        system.delete(folder, true);
      }
    }
  }

  private static Dataset<Row> vectorsAsText(Dataset<Row> rows) {
    List<Column> columns = new ArrayList<>();
    for (StructField field : rows.schema().fields()) {
      Column column = col("`" + field.name().replace("`", "``") + "`");
      boolean vector = field.dataType().equals(SQLDataTypes.VectorType());
      columns.add(vector ? column.cast("string").as(field.name()) : column);
    }
    return rows.select(columns.toArray(Column[]::new));
  }
}
