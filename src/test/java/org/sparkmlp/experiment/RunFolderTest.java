package org.sparkmlp.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder;

  /** A local disk with room for ten bytes a file; fails as Hadoop's own does. */
  public static final class FullDisk extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("full:///");
    }

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path file,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      Path path = Path.of(file.toUri().getPath());
      Files.createDirectories(path.getParent());
      OutputStream inner = Files.newOutputStream(path);
      return new FSDataOutputStream(
          new OutputStream() {
            private int written;

            @Override
            public void write(int b) throws IOException {
              if (++written > 10) {
                throw fsError(new IOException("No space left on device"));
              }
              inner.write(b);
            }

            @Override
            public void close() throws IOException {
              inner.close();
            }
          },
          null);
    }
  }

  /** Its constructor is Hadoop's own. */
  private static FSError fsError(IOException cause) {
    try {
      Constructor<FSError> constructor = FSError.class.getDeclaredConstructor(Throwable.class);
      constructor.setAccessible(true);
      return constructor.newInstance(cause);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFullDiskIsASentenceAndLeavesWhatWasThere() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.full.impl", FullDisk.class.getName());
    RunFolder run = RunFolder.create("full://" + folder.resolve("out"), hadoop);
    run.write("cells/0001.json", "short");
    assertThatThrownBy(() -> run.write("cells/0001.json", "longer than the disk has room for"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cells/0001.json can't be written to full:")
        .hasMessageContaining("No space left on device. What is there already is whole")
        .hasMessageContaining("bin/spark-mlp run --resume full:");
    assertThat(run.read("cells/0001.json")).isEqualTo("short");
    assertThat(run.read("cells/0002.json")).isNull();
  }

  @Test
  void whatCannotBeMadeIsAProblem() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    String path = folder.resolve("file/out").toString();
    assertThatThrownBy(() -> RunFolder.create(path, new Configuration()))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("the output folder " + path + " can't be made");
  }
}
