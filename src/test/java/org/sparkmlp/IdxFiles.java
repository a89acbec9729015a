package org.sparkmlp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** A folder like that of MNIST: 3 x 3 pixels, of which one row is bright, and that is the class. */
public final class IdxFiles {
  private IdxFiles() {}

  /** Writes 200 training and 50 test images with their labels. */
  public static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Random random = new Random(1);
    write(folder, "train", 200, random);
    write(folder, "t10k", 50, random);
  }

  private static void write(Path folder, String part, int n, Random random) throws IOException {
    byte[] images = new byte[16 + n * 9];
    byte[] labels = new byte[8 + n];
    ByteBuffer.wrap(images).putInt(0x803).putInt(n).putInt(3).putInt(3);
    ByteBuffer.wrap(labels).putInt(0x801).putInt(n);
    for (int i = 0; i < n; i++) {
      int label = random.nextInt(3);
      labels[8 + i] = (byte) label;
      for (int j = 0; j < 9; j++) {
        images[16 + i * 9 + j] =
            (byte) (j / 3 == label ? 200 + random.nextInt(56) : random.nextInt(100));
      }
    }
    gzip(folder.resolve(part + "-images-idx3-ubyte.gz"), images);
    gzip(folder.resolve(part + "-labels-idx1-ubyte.gz"), labels);
  }

  private static void gzip(Path file, byte[] bytes) throws IOException {
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes);
    }
  }
}
