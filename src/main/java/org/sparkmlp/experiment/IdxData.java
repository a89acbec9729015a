package org.sparkmlp.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.data.IdxReader;
import org.sparkmlp.util.Check;

/**
 * MNIST and its kin: a folder of four IDX files, gzipped, by their usual names. Pixels 0 to 255 are
 * scaled to 0 to 1.
 */
public final class IdxData {
  private static final int IMAGES_A_CHUNK = 1000;

  private IdxData() {}

  /** The files that must be in a folder. */
  static List<String> files(String folder) {
    return List.of(
        images(folder, false), labels(folder, false), images(folder, true), labels(folder, true));
  }

  private static String images(String folder, boolean test) {
    return folder + (test ? "/t10k" : "/train") + "-images-idx3-ubyte.gz";
  }

  private static String labels(String folder, boolean test) {
    return folder + (test ? "/t10k" : "/train") + "-labels-idx1-ubyte.gz";
  }

  /**
   * The training or the test rows of a folder in any of Hadoop's file systems: a label column
   * (double) and {@code features} (vector).
   */
  public static Dataset<Row> read(SparkSession spark, String folder, String label, boolean test)
      throws IOException {
    return read(spark, new Inputs(spark.sparkContext().hadoopConfiguration()), folder, label, test);
  }

  /**
   * The training or the test rows. The driver reads the files; the rows are made where they are
   * needed.
   */
  static Dataset<Row> read(
      SparkSession spark, Inputs inputs, String folder, String label, boolean test)
      throws IOException {
    IdxReader.Items images = items(inputs, images(folder, test));
    IdxReader.Items labels = items(inputs, labels(folder, test));
    Check.that(
        images.count() == labels.count(),
        "%s has %d images, but %s has %d labels",
        images(folder, test),
        images.count(),
        labels(folder, test),
        labels.count());
    List<byte[]> chunks = new ArrayList<>();
    int size = images.size();
    for (int from = 0; from < images.count(); from += IMAGES_A_CHUNK) {
      int n = Math.min(IMAGES_A_CHUNK, images.count() - from);
      byte[] chunk = new byte[n * (size + 1)];
      for (int i = 0; i < n; i++) {
        chunk[i * (size + 1)] = labels.values()[from + i];
        System.arraycopy(images.values(), (from + i) * size, chunk, i * (size + 1) + 1, size);
      }
      chunks.add(chunk);
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    // broadcast, since what is parallelized travels with every task, even where rows are cached
    Broadcast<List<byte[]>> all = context.broadcast(chunks);
    List<Integer> numbers = IntStream.range(0, chunks.size()).boxed().toList();
    JavaRDD<Row> rows =
        context
            .parallelize(numbers, Math.min(chunks.size(), context.defaultParallelism()))
            .flatMap(number -> rows(all.value().get(number), size).iterator());
    return spark.createDataFrame(rows, Datasets.schema(label));
  }

  private static List<Row> rows(byte[] chunk, int size) {
    List<Row> rows = new ArrayList<>();
    for (int at = 0; at < chunk.length; at += size + 1) {
      double[] pixels = new double[size];
      for (int j = 0; j < size; j++) {
        pixels[j] = (chunk[at + 1 + j] & 0xFF) / 255.0;
      }
      rows.add(RowFactory.create((double) (chunk[at] & 0xFF), Vectors.dense(pixels)));
    }
    return rows;
  }

  private static IdxReader.Items items(Inputs inputs, String path) throws IOException {
    try (InputStream file = new GZIPInputStream(inputs.open(path))) {
      return IdxReader.read(file, path);
    }
  }
}
