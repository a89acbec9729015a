package org.sparkmlp.ml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;
import scala.Option;

/**
 * How a model lies on disk, without Java serialization:
 *
 * <pre>
 * metadata/   Spark's JSON: class, uid, params
 * network/    Parquet, one row: formatVersion, layers, activation (a spec, or one a hidden layer, as in "relu, tanh"),
 *             loss, checksum (CRC-32C of the weights, then of means and stds), targets ("classes" or "values"),
 *             featureMeans and featureStds (null: nothing is subtracted, or divided by), targetMeans and targetStds,
 *             epochs (trained for; null: not known), importanceChecksum (null: there is no such folder)
 * weights/    Parquet: part, values; the flat vector, as {@link Topology} has it, in parts of a million floats
 * importance/ likewise, a number for each weight; only where it is known
 * </pre>
 *
 * <p>Version 1 had one activation for all layers, and no targets, which were classes. It is still
 * read.
 */
final class ModelFormat {
  static final int VERSION = 2;

  private static final int PART = 1_000_000;

  private static final DataType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType, false);

  private static final StructType NETWORK =
      new StructType()
          .add("formatVersion", DataTypes.IntegerType, false)
          .add("layers", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
          .add("activation", DataTypes.StringType, false)
          .add("loss", DataTypes.StringType, false)
          .add("checksum", DataTypes.LongType, false)
          .add("targets", DataTypes.StringType, true)
          .add("featureMeans", DOUBLES, true)
          .add("featureStds", DOUBLES, true)
          .add("targetMeans", DOUBLES, true)
          .add("targetStds", DOUBLES, true)
          .add("epochs", DataTypes.IntegerType, true)
          .add("importanceChecksum", DataTypes.LongType, true);

  private static final String CLASSES = "classes";

  private static final String VALUES = "values";

  private static final StructType PARTS =
      new StructType()
          .add("part", DataTypes.IntegerType, false)
          .add("values", DataTypes.createArrayType(DataTypes.FloatType, false), false);

  private ModelFormat() {}

  /**
   * A network read from disk.
   *
   * @param labels by which labels were standardized, or null
   */
  record Saved(FittedNetwork network, Scaling labels) {}

  /**
   * Writes a model.
   *
   * @param labels by which labels were standardized, or null
   */
  @SuppressWarnings("deprecation") // the SparkContext form exists in Spark 3.5 and 4 alike
  static void save(
      Params model, FittedNetwork saved, Scaling labels, String path, SparkSession spark) {
    DefaultParamsWriter.saveMetadata(
        model, path, spark.sparkContext(), Option.empty(), Option.empty());
    Topology topology = saved.topology();
    Scaling features = saved.scaling();
    float[] importance = saved.importance();
    Row network =
        RowFactory.create(
            VERSION,
            IntStream.of(topology.layers()).boxed().toArray(Integer[]::new),
            Activations.specs(topology.activations()),
            topology.loss().spec(),
            checksum(saved.weights(), features, labels),
            topology.classTargets() ? CLASSES : VALUES,
            means(features),
            stds(features),
            means(labels),
            stds(labels),
            saved.epochs(),
            importance == null ? null : checksum(importance, null, null));
    spark.createDataFrame(List.of(network), NETWORK).write().parquet(path + "/network");
    write(saved.weights(), path + "/weights", spark);
    if (importance != null) {
      write(importance, path + "/importance", spark);
    }
  }

  private static void write(float[] vector, String path, SparkSession spark) {
    List<Row> parts = new ArrayList<>();
    for (int from = 0; from < vector.length; from += PART) {
      Float[] values = new Float[Math.min(PART, vector.length - from)];
      for (int i = 0; i < values.length; i++) {
        values[i] = vector[from + i];
      }
      parts.add(RowFactory.create(parts.size(), values));
    }
    spark.createDataFrame(parts, PARTS).write().parquet(path);
  }

  /** The params and uid of a saved stage of that class. */
  @SuppressWarnings("deprecation")
  static DefaultParamsReader.Metadata metadata(String path, SparkSession spark, Class<?> type) {
    return reading(
        path,
        "metadata",
        () -> DefaultParamsReader.loadMetadata(path, spark.sparkContext(), type.getName()));
  }

  /**
   * Reads a part of a model; what goes wrong there is told as the model's fault, with the cause.
   */
  private static <T> T reading(String path, String part, Callable<T> read) {
    try {
      return read.call();
    } catch (IllegalArgumentException e) {
      throw e; // a sentence already: another class, another version
    } catch (Exception e) {
      throw new IllegalArgumentException(
          String.format(
              "the model at %s can't be read: its folder '%s' is missing or damaged (%s)",
              path, part, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  static Saved load(String path, SparkSession spark) {
    List<Row> networks =
        reading(
            path,
            "network",
            () -> spark.read().schema(NETWORK).parquet(path + "/network").collectAsList());
    Check.that(
        networks.size() == 1,
        "the model at %s is damaged: its folder 'network' has %d rows, not 1",
        path,
        networks.size());
    Row network = networks.get(0);
    int version = network.getInt(0);
    Check.that(
        version <= VERSION,
        "the model at %s has format version %d, but this spark-mlp reads versions up to %d: use a newer one",
        path,
        version,
        VERSION);
    Topology topology = topology(network, path);
    Scaling features = scaling(path, network, 6, "features", topology.inputs());
    Scaling labels = scaling(path, network, 8, "outputs", topology.outputs());
    float[] weights = vector(path, "weights", topology, spark);
    checkSum(path, "weights", checksum(weights, features, labels) == network.getLong(4));
    float[] importance = null;
    if (!network.isNullAt(11)) {
      importance = vector(path, "importance", topology, spark);
      checkSum(path, "importance", checksum(importance, null, null) == network.getLong(11));
    }
    int epochs = network.isNullAt(10) ? 0 : network.getInt(10);
    return new Saved(
        new FittedNetwork(topology, features, weights, epochs, importance, null), labels);
  }

  private static void checkSum(String path, String name, boolean agrees) {
    Check.that(
        agrees,
        "the numbers in folder '%s' of the model at %s don't match their checksum: the files are damaged or of different"
            + " models",
        name,
        path);
  }

  /** A vector of the length of the weights, from the folder of that name. */
  private static float[] vector(String path, String name, Topology topology, SparkSession spark) {
    List<Row> parts =
        reading(
            path,
            name,
            () ->
                new ArrayList<>(
                    spark.read().schema(PARTS).parquet(path + "/" + name).collectAsList()));
    parts.sort(Comparator.comparingInt(row -> row.getInt(0)));
    float[] vector = new float[topology.size()];
    int at = 0;
    for (Row part : parts) {
      for (float value : part.<Float>getList(1)) {
        Check.that(at < vector.length, "%s", wrongSize(path, name, topology));
        vector[at++] = value;
      }
    }
    Check.that(at == vector.length, "%s", wrongSize(path, name, topology));
    return vector;
  }

  private static Topology topology(Row network, String path) {
    int[] layers = network.<Integer>getList(1).stream().mapToInt(Integer::intValue).toArray();
    try {
      return new Topology(
          layers,
          Activations.forLayers(network.getString(2), layers.length - 2),
          Losses.parse(network.getString(3)),
          !VALUES.equals(network.getString(5)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              "the model at %s can't be read: %s. An activation or loss of your own must be registered before"
                  + " (Activations.register, Losses.register)",
              path, e.getMessage()),
          e);
    }
  }

  private static String wrongSize(String path, String name, Topology topology) {
    return "the model at "
        + path
        + " doesn't hold the "
        + topology.size()
        + (name.equals("weights") ? " weights" : " numbers of " + name)
        + " of its layers "
        + Arrays.toString(topology.layers())
        + ": a file is missing, doubled or of another model";
  }

  private static Double[] means(Scaling scaling) {
    return scaling == null || !scaling.centred() ? null : boxed(scaling.means());
  }

  private static Double[] stds(Scaling scaling) {
    return scaling == null ? null : boxed(scaling.deviations());
  }

  /** What numbers are standardized by; null if they aren't, as in all models of version 1. */
  private static Scaling scaling(String path, Row network, int at, String what, int size) {
    if (network.isNullAt(at + 1)) {
      return null;
    }
    double[] means = network.isNullAt(at) ? null : unboxed(network.getList(at));
    double[] deviations = unboxed(network.getList(at + 1));
    Check.that(
        deviations.length == size && (means == null || means.length == size),
        "the model at %s is damaged: it has means or deviations of other than its %d %s",
        path,
        size,
        what);
    return new Scaling(means, deviations);
  }

  private static Double[] boxed(double[] values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }

  private static double[] unboxed(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static long checksum(float[] weights, Scaling features, Scaling labels) {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    for (float weight : weights) {
      if (!buffer.hasRemaining()) {
        crc.update(buffer.flip());
        buffer.clear();
      }
      buffer.putFloat(weight);
    }
    crc.update(buffer.flip());
    for (Scaling scaling : new Scaling[] {features, labels}) {
      for (double[] values :
          scaling == null ? List.<double[]>of() : List.of(scaling.means(), scaling.deviations())) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        crc.update(bytes);
      }
    }
    return crc.getValue();
  }

  /** Writes a model. */
  static final class Writer extends MLWriter {
    private final Params model;
    private final FittedNetwork network;
    private final Scaling labels;

    /**
     * @param labels by which labels were standardized, or null
     */
    Writer(Params model, FittedNetwork network, Scaling labels) {
      this.model = model;
      this.network = network;
      this.labels = labels;
    }

    @Override
    public void saveImpl(String path) {
      ModelFormat.save(model, network, labels, path, sparkSession());
    }
  }

  /**
   * Reads a model.
   *
   * @param <M> its class
   */
  static final class Reader<M extends Params> extends MLReader<M> {
    private final Class<M> type;
    private final BiFunction<String, Saved, M> make;

    /**
     * @param make makes the model from its uid and what was saved
     */
    Reader(Class<M> type, BiFunction<String, Saved, M> make) {
      this.type = type;
      this.make = make;
    }

    @Override
    public M load(String path) {
      DefaultParamsReader.Metadata metadata = ModelFormat.metadata(path, sparkSession(), type);
      M model = make.apply(metadata.uid(), ModelFormat.load(path, sparkSession()));
      metadata.getAndSetParams(model, Option.empty());
      return model;
    }
  }
}
