package org.sparkmlp.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The small text file that makes a data file a checkpoint: written after it, with its size and
 * checksum, what it is of, and a checksum of its own.
 *
 * <pre>
 * spark-mlp checkpoint
 * format 1
 * position 20 of 100 epochs
 * key (SHA-256 of format and configuration)
 * bytes (of the data file)
 * sha256 (of the data file)
 * of solver adam(beta1=0.9,...)
 * of ... (the other lines of the configuration)
 * checksum (SHA-256 of all lines above)
 * </pre>
 *
 * @param position in words
 * @param key of the fit, a hash
 * @param bytes size of the data file
 * @param sha256 of the data file
 * @param configuration of the fit, in lines
 */
record CheckpointManifest(
    String position, String key, long bytes, String sha256, List<String> configuration) {
  private static final String TITLE = "spark-mlp checkpoint";
  private static final String CHECKSUM = "checksum ";

  String text() {
    StringBuilder text = new StringBuilder();
    text.append(TITLE).append("\nformat ").append(CheckpointKey.FORMAT);
    text.append("\nposition ").append(position);
    text.append("\nkey ").append(key);
    text.append("\nbytes ").append(bytes);
    text.append("\nsha256 ").append(sha256).append('\n');
    configuration.forEach(line -> text.append("of ").append(line).append('\n'));
    return text + CHECKSUM + CheckpointKey.hash(text.toString()) + "\n";
  }

  /**
   * Reads a manifest.
   *
   * @throws IOException with a sentence, if it isn't one, or not whole, or of another format
   */
  static CheckpointManifest parse(String text) throws IOException {
    int end = text.lastIndexOf(CHECKSUM);
    if (end < 0 || !text.substring(end).equals(CHECKSUM + hash(text, end) + "\n")) {
      throw new IOException("the manifest is cut short or altered");
    }
    List<String> lines = text.substring(0, end).lines().toList();
    if (lines.size() < 6 || !lines.get(0).equals(TITLE)) {
      throw new IOException("the manifest isn't that of a checkpoint");
    }
    String format = value(lines.get(1), "format ");
    if (!format.equals(String.valueOf(CheckpointKey.FORMAT))) {
      throw new IOException(
          "it is of format " + format + ", and this spark-mlp reads " + CheckpointKey.FORMAT);
    }
    List<String> configuration = new ArrayList<>();
    for (String line : lines.subList(6, lines.size())) {
      configuration.add(value(line, "of "));
    }
    return new CheckpointManifest(
        value(lines.get(2), "position "),
        value(lines.get(3), "key "),
        Long.parseLong(value(lines.get(4), "bytes ")),
        value(lines.get(5), "sha256 "),
        configuration);
  }

  private static String hash(String text, int end) {
    return CheckpointKey.hash(text.substring(0, end));
  }

  private static String value(String line, String name) throws IOException {
    if (!line.startsWith(name)) {
      throw new IOException("the manifest has '" + line + "' where '" + name + "' should be");
    }
    return line.substring(name.length());
  }
}
