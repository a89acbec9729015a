package org.sparkmlp.experiment;

import java.util.List;
import java.util.Map;

/**
 * Where rows come from.
 *
 * @param format {@code digits} (built in), csv, json, parquet, libsvm or idx
 * @param path file or folder, in any of Hadoop's file systems; empty for built-in data
 * @param label column of class labels
 * @param features one vector column, or columns to assemble into one; {@code *} for all numeric
 *     columns but the label
 * @param options of Spark's reader, for example header and sep
 * @param testFraction share of the rows held out for the test, by a hash of each row; with idx, the
 *     files of the test set are the test rows instead
 */
record DataConfig(
    String format,
    String path,
    String label,
    List<String> features,
    Map<String, String> options,
    double testFraction) {
  static final List<String> FORMATS = List.of("digits", "csv", "json", "parquet", "libsvm", "idx");

  /** Formats whose rows already have a vector column named features. */
  boolean hasVectors() {
    return format.equals("digits") || format.equals("libsvm") || format.equals("idx");
  }
}
