package org.sparkmlp.cluster;

import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.sparkmlp.train.CheckpointStore;

/**
 * Checkpoints on any file system that Hadoop knows: of this machine, HDFS, object stores. Every
 * operation is one call of its FileSystem; none is a rename.
 */
public final class HadoopCheckpointStore implements CheckpointStore {
  private final FileSystem files;
  private final Path root;

  /**
   * Creates the root folder if need be.
   *
   * @throws IllegalArgumentException if that can't be done
   */
  public HadoopCheckpointStore(String root, Configuration configuration) {
    try {
      this.root = new Path(root);
      this.files = this.root.getFileSystem(configuration);
      if (!files.mkdirs(this.root)) {
        throw new IOException("it is not a folder");
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "checkpointDir = '"
              + root
              + "' is not a folder that can be made and written to ("
              + e.getMessage()
              + "); give a path that the driver can write to, as in hdfs:///checkpoints",
          e);
    }
  }

  @Override
  public List<String> list(String folder) throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : files.listStatus(new Path(root, folder))) {
        names.add(status.getPath().getName());
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return names;
  }

  @Override
  public OutputStream create(String folder, String name) throws IOException {
    return new Durable(files.create(path(folder, name), false));
  }

  @Override
  public InputStream open(String folder, String name) throws IOException {
    return files.open(path(folder, name));
  }

  @Override
  public void delete(String folder, String name) throws IOException {
    files.delete(path(folder, name), false);
  }

  @Override
  public void deleteFolder(String folder) throws IOException {
    files.delete(new Path(root, folder), true);
  }

  /** The root folder. */
  @Override
  public String toString() {
    return root.toString();
  }

  private Path path(String folder, String name) {
    return new Path(new Path(root, folder), name);
  }

  /** Is on disk when it is closed, where the file system can promise that. */
  private static final class Durable extends FilterOutputStream {
    private final FSDataOutputStream file;
    private boolean closed;

    Durable(FSDataOutputStream file) {
      super(file);
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      file.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        try (FSDataOutputStream whole = file) {
          if (whole.hasCapability(StreamCapabilities.HSYNC)) {
            whole.hsync();
          }
        }
      }
    }
  }
}
