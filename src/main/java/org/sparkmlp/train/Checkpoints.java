package org.sparkmlp.train;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one fit, in a folder of its own.
 *
 * <p>A checkpoint is two files, {@code NUMBER-ATTEMPT.data} and, written after it, {@code
 * NUMBER-ATTEMPT.manifest}. Numbers rise; the attempt is random, so that two runs of the same fit
 * never write the same file. The newest manifest that is whole, and whose data file is, wins.
 * Wherever the writer is killed, the checkpoint before is untouched: the last two are kept, and
 * older ones are deleted, manifest first, only when a newer one is complete.
 *
 * <p>A checkpoint that can't be written is a warning: training itself is none the worse.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private static final int KEPT = 2;
  private static final String MANIFEST = "manifest";
  private static final String DATA = "data";
  private static final Pattern NAME =
      Pattern.compile("(\\d{8})-([0-9a-f]{16})\\.(" + MANIFEST + "|" + DATA + ")");

  private final CheckpointPolicy policy;
  private final CheckpointKey key;
  private final String attempt = String.format("%016x", UUID.randomUUID().getMostSignificantBits());
  private final Deque<Integer> own = new ArrayDeque<>(); // valid, oldest first
  private int next = 1;

  /**
   * @param key asked for only if checkpoints are on, since it costs a round over the data
   */
  Checkpoints(CheckpointPolicy policy, Supplier<CheckpointKey> key) {
    this.policy = policy;
    this.key = policy.isOn() ? key.get() : null;
  }

  /** Whether one should be written at the end of this epoch or iteration, counted from 1. */
  boolean due(int position) {
    return policy.isOn() && position % policy.interval() == 0;
  }

  /**
   * The newest checkpoint of this fit that is whole. Those that aren't, or that are of another fit,
   * are passed over with a warning each.
   *
   * @throws UncheckedIOException if the folder can't be listed
   */
  Optional<Checkpoint> latest() {
    if (!policy.isOn()) {
      return Optional.empty();
    }
    List<String> manifests = new ArrayList<>();
    for (String name : list()) {
      if (NAME.matcher(name).matches() && name.endsWith(MANIFEST)) {
        manifests.add(name);
      }
    }
    manifests.sort(Comparator.reverseOrder());
    for (String name : manifests) {
      try {
        CheckpointManifest manifest = manifest(name);
        Checkpoint checkpoint = data(name.replace(MANIFEST, DATA), manifest);
        own.add(number(name));
        next = number(name) + 1;
        LOG.info("resuming after {} from checkpoint {}/{}", manifest.position(), folder(), name);
        return Optional.of(checkpoint);
      } catch (IOException e) {
        LOG.warn("checkpoint {}/{} is not used: {}", folder(), name, e.getMessage());
      }
    }
    LOG.info("no checkpoint of this fit to resume from; its own will lie in {}", folder());
    return Optional.empty();
  }

  private List<String> list() {
    try {
      return policy.store().list(key.folder());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the folder " + folder() + " of checkpointDir can't be listed", e);
    }
  }

  /** Where the files lie, for people. */
  private String folder() {
    return policy.store() + "/" + key.folder();
  }

  private static int number(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : Integer.MAX_VALUE;
  }

  private CheckpointManifest manifest(String name) throws IOException {
    CheckpointManifest manifest;
    try (InputStream in = policy.store().open(key.folder(), name)) {
      manifest = CheckpointManifest.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    if (!manifest.key().equals(key.hash())) {
      throw new IOException(
          "it is of other data or another configuration: "
              + key.difference(manifest.configuration()));
    }
    return manifest;
  }

  /** Reads the data file twice: its checksum first, so that what is parsed is what was written. */
  private Checkpoint data(String name, CheckpointManifest manifest) throws IOException {
    MessageDigest digest = CheckpointKey.sha256();
    long bytes;
    try (InputStream in = new DigestInputStream(policy.store().open(key.folder(), name), digest)) {
      bytes = in.transferTo(OutputStream.nullOutputStream());
    }
    if (bytes != manifest.bytes()) {
      throw new IOException(
          "its data file has " + bytes + " bytes where " + manifest.bytes() + " were written");
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(manifest.sha256())) {
      throw new IOException("its data file is altered: the checksum is another");
    }
    try (InputStream in =
        new BufferedInputStream(policy.store().open(key.folder(), name), 1 << 16)) {
      return Checkpoint.read(in);
    }
  }

  /**
   * Writes a checkpoint, then deletes those before the last two.
   *
   * @param position in words, as in "20 of 100 epochs"
   */
  void write(Checkpoint checkpoint, String position) {
    int number = next++; // a number isn't tried again, so neither is a name
    String name = String.format("%08d-%s.", number, attempt);
    try {
      CountingDigest data = new CountingDigest();
      try (OutputStream out =
          new BufferedOutputStream(
              data.on(policy.store().create(key.folder(), name + DATA)), 1 << 16)) {
        checkpoint.write(out);
      }
      CheckpointManifest manifest =
          new CheckpointManifest(position, key.hash(), data.bytes, data.sha256(), key.lines());
      try (OutputStream out = policy.store().create(key.folder(), name + MANIFEST)) {
        out.write(manifest.text().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      LOG.warn(
          "the checkpoint after {} could not be written to {}; training goes on, and would be resumed from {}",
          position,
          folder(),
          own.isEmpty() ? "the beginning" : "checkpoint " + own.getLast(),
          e);
      return;
    }
    own.add(number);
    deleteOld();
  }

  /** Deletes all files, of any attempt, that are older than the last two checkpoints. */
  private void deleteOld() {
    while (own.size() > KEPT) {
      own.removeFirst();
    }
    try {
      List<String> old = new ArrayList<>();
      for (String name : policy.store().list(key.folder())) {
        if (number(name) < own.getFirst()) {
          old.add(name);
        }
      }
      old.sort(Comparator.comparing((String name) -> name.endsWith(DATA))); // manifests first
      for (String name : old) {
        policy.store().delete(key.folder(), name);
      }
    } catch (IOException e) {
      LOG.warn("old checkpoints in {} could not be deleted", folder(), e);
    }
  }

  /**
   * Deletes the folder: the fit has ended, or would end with the same error again, and nothing is
   * left to resume.
   */
  void finished() {
    if (policy.isOn()) {
      try {
        policy.store().deleteFolder(key.folder());
      } catch (IOException e) {
        LOG.warn("the checkpoints in {} could not be deleted", folder(), e);
      }
    }
  }

  /** Size and checksum of what goes through a stream. */
  private static final class CountingDigest {
    private final MessageDigest digest = CheckpointKey.sha256();
    private long bytes;

    OutputStream on(OutputStream out) {
      return new DigestOutputStream(out, digest) {
        @Override
        public void write(int b) throws IOException {
          super.write(b);
          bytes++;
        }

        @Override
        public void write(byte[] b, int from, int length) throws IOException {
          super.write(b, from, length);
          bytes += length;
        }
      };
    }

    String sha256() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
