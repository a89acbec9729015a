package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.CRC32;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.BlockUpdatedInfo;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.ml.TrainingSummary;
import org.sparkmlp.util.CounterRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Training on more rows than memory has room for: rows are made on the fly, packed, spilled by
 * Spark to disk and read back chunk by chunk. Says how much lay where, and a checksum of the
 * weights, which is the same whatever the memory.
 */
@Command(
    name = "out-of-core",
    description =
        "Trains on rows made on the fly, that may be many times larger than memory (-- --driver-memory 1g).",
    mixinStandardHelpOptions = true)
final class OutOfCoreBenchmark implements Callable<Integer> {
  private static final int CLASSES = 10;
  private static final int ROWS_OF_PARTITION = 20_000;
  private static final StructType SCHEMA =
      new StructType()
          .add("label", DataTypes.DoubleType, false)
          .add("features", SQLDataTypes.VectorType(), false)
          .add("held", DataTypes.BooleanType, false);

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Folder for out-of-core.json and out-of-core.txt.")
  private Path output;

  @Option(
      names = "--rows",
      defaultValue = "1000000",
      description = "Rows, of which every tenth is for validation (${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--features",
      defaultValue = "784",
      description = "Features of a row, 4 bytes each when packed (${DEFAULT-VALUE}).")
  private int features;

  @Option(names = "--epochs", defaultValue = "2", description = "Epochs (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--local-steps",
      defaultValue = "0",
      description = "localSteps of MLPClassifier (${DEFAULT-VALUE}).")
  private int localSteps;

  @Option(
      names = "--batch-size",
      defaultValue = "128",
      description = "batchSize of MLPClassifier (${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--solver",
      defaultValue = "adam",
      description = "solver of MLPClassifier (${DEFAULT-VALUE}).")
  private String solver;

  /** How much of all packed rows lies where, and the most that ever did. */
  private static final class Storage extends SparkListener {
    private final Map<String, long[]> blocks = new HashMap<>();
    private long memory;
    private long disk;
    private long mostMemory;
    private long mostDisk;

    @Override
    public synchronized void onBlockUpdated(SparkListenerBlockUpdated event) {
      BlockUpdatedInfo info = event.blockUpdatedInfo();
      if (info.blockId().isRDD()) {
        // a block that is dropped from memory comes with the size that it had there
        long inMemory = info.storageLevel().useMemory() ? info.memSize() : 0;
        long[] sizes = {inMemory, info.diskSize()};
        long[] before = blocks.put(info.blockId().name(), sizes);
        memory += sizes[0] - (before == null ? 0 : before[0]);
        disk += sizes[1] - (before == null ? 0 : before[1]);
        mostMemory = Math.max(mostMemory, memory);
        mostDisk = Math.max(mostDisk, disk);
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(output);
    Logs.to(output.resolve("out-of-core.log"));
    SparkSession.Builder builder = SparkSession.builder().appName("spark-mlp out-of-core");
    if (System.getProperty("spark.master") == null) {
      builder.master("local[2]");
    }
    SparkSession spark = builder.getOrCreate();
    try {
      Storage storage = new Storage();
      spark.sparkContext().addSparkListener(storage);
      long start = System.nanoTime();
      MLPClassificationModel model = classifier().fit(frame(spark));
      report(spark, model, (System.nanoTime() - start) / 1e9, storage);
      return 0;
    } finally {
      spark.stop();
    }
  }

  private MLPClassifier classifier() {
    MLPClassifier classifier =
        new MLPClassifier()
            .setLayers(features, 32, CLASSES)
            .setSolver(solver)
            .setMaxIter(epochs)
            .setNumShards(2)
            .setValidationIndicatorCol("held")
            .setSeed(1);
    return solver.equals("l-bfgs")
        ? classifier
        : classifier.setBatchSize(batchSize).setLocalSteps(localSteps);
  }

  private Dataset<Row> frame(SparkSession spark) {
    List<Integer> firsts = new ArrayList<>();
    for (int first = 0; first < rows; first += ROWS_OF_PARTITION) {
      firsts.add(first);
    }
    int all = rows;
    int columns = features;
    JavaRDD<Row> made =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(firsts, firsts.size())
            .mapPartitions(
                numbers -> {
                  int first = numbers.next();
                  int last = Math.min(all, first + ROWS_OF_PARTITION);
                  return java.util.stream.IntStream.range(first, last)
                      .mapToObj(row -> row(row, columns))
                      .iterator();
                });
    return spark.createDataFrame(made, SCHEMA);
  }

  /** Noise, and a class in its first features. */
  private static Row row(int number, int columns) {
    int label = number % CLASSES;
    int key = CounterRandom.hash(1, 0, number, 0, 0);
    double[] x = new double[columns];
    for (int j = 0; j < columns; j++) {
      x[j] = CounterRandom.uniform(CounterRandom.element(key, j)) - 0.5;
    }
    for (int j = 0; j < Math.min(4, columns); j++) {
      x[j] += (label >> j) & 1;
    }
    return RowFactory.create((double) label, Vectors.dense(x), number / CLASSES % 10 == 0);
  }

  private void report(
      SparkSession spark, MLPClassificationModel model, double seconds, Storage storage)
      throws IOException {
    TrainingSummary summary = model.summary();
    long storageMemory = (Long) spark.sparkContext().getExecutorMemoryStatus().values().head()._1();
    int last = summary.epochs().size() - 1;
    ObjectNode root = new ObjectMapper().createObjectNode();
    Table table = new Table("", "");
    add(root, table, "rows", rows);
    add(root, table, "packedBytes", summary.packedBytes());
    add(root, table, "heapBytes", Runtime.getRuntime().maxMemory());
    add(root, table, "storageBytes", storageMemory);
    synchronized (storage) {
      add(root, table, "mostBytesInMemory", storage.mostMemory);
      add(root, table, "mostBytesOnDisk", storage.mostDisk);
    }
    add(root, table, "peakResidentBytes", peakResident());
    add(root, table, "packSeconds", summary.packingSeconds());
    add(root, table, "fitSeconds", seconds);
    add(root, table, "rounds", summary.costs().rounds());
    add(root, table, "loss", summary.objectiveHistory()[last]);
    add(root, table, "weightsCrc32", crc(model.weights().toArray()));
    System.out.print(table);
    Files.writeString(output.resolve("out-of-core.txt"), table.toString());
    Files.writeString(output.resolve("out-of-core.json"), root.toPrettyString() + "\n");
  }

  private static void add(ObjectNode root, Table table, String name, long value) {
    root.put(name, value);
    table.add(name, String.format(Locale.ROOT, "%,d", value));
  }

  private static void add(ObjectNode root, Table table, String name, double value) {
    root.put(name, value);
    table.add(name, String.format(Locale.ROOT, "%.6g", value));
  }

  private static long crc(double[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length);
    bytes.asDoubleBuffer().put(values);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  /** The most memory that this process ever had, heap and native; 0 where /proc doesn't tell. */
  private static long peakResident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }
}
