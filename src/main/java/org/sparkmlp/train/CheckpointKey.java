package org.sparkmlp.train;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Which fit a checkpoint is of: everything that the weights depend on, in lines of text, and a hash
 * of them. Fits of other data or another configuration have other keys, so the cells of a search
 * never resume each other.
 */
final class CheckpointKey {
  /** Of the files; raised when they change. */
  static final int FORMAT = 1;

  private static final int FOLDER_LETTERS = 32;

  private final List<String> lines;
  private final String hash;

  /**
   * @param configuration of the solver, a line each
   */
  CheckpointKey(List<String> configuration, Objective objective, float[] initialWeights) {
    List<String> all = new ArrayList<>();
    all.add("spark-mlp " + version()); // another version may round otherwise
    all.addAll(configuration);
    DataLayout layout = objective.layout();
    all.add(
        String.format(
            "data: %d rows to train on and %d to validate with, %d features, %d shards, fingerprint %016x",
            layout.rows(),
            layout.validationRows(),
            layout.columns(),
            layout.numShards(),
            Fingerprint.of(objective)));
    all.add("initial weights: " + hash(initialWeights));
    this.lines = List.copyOf(all);
    this.hash = hash("format " + FORMAT + "\n" + String.join("\n", all));
  }

  private static String version() {
    String version = CheckpointKey.class.getPackage().getImplementationVersion();
    return version == null ? "of a build folder" : version;
  }

  List<String> lines() {
    return lines;
  }

  String hash() {
    return hash;
  }

  /** The folder of the fit. */
  String folder() {
    return hash.substring(0, FOLDER_LETTERS);
  }

  /** A line of theirs that isn't ours, and ours in its place. */
  String difference(List<String> theirs) {
    for (int i = 0; i < Math.min(lines.size(), theirs.size()); i++) {
      if (!lines.get(i).equals(theirs.get(i))) {
        return "it has '" + theirs.get(i) + "' where this fit has '" + lines.get(i) + "'";
      }
    }
    return "it is of another kind of solver";
  }

  static String hash(float[] values) {
    MessageDigest digest = sha256();
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * 1024);
    for (int from = 0; from < values.length; from += 1024) {
      int n = Math.min(1024, values.length - from);
      bytes.asFloatBuffer().put(values, from, n);
      digest.update(bytes.array(), 0, n * Float.BYTES);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static String hash(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
