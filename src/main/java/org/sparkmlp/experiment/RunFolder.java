package org.sparkmlp.experiment;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLWritable;

/**
 * The folder that an experiment writes to, in any of Hadoop's file systems. Everything is written
 * under a temporary name and renamed when it is whole; what was left half-written is removed when
 * the JVM ends.
 */
final class RunFolder {
  static final String RESULTS = "results.json";
  static final String CONFIG = "config.conf";
  static final String MODEL = "model";
  static final String LOG = "run.log";

  private final Path folder;
  private final FileSystem system;

  private RunFolder(Path folder, FileSystem system) {
    this.folder = folder;
    this.system = system;
  }

  /**
   * Makes the folder. What an earlier run has left in it is removed; any other file is an error.
   *
   * @throws ConfigProblem if the folder holds files that are no run's
   */
  static RunFolder create(String path, Configuration configuration) throws IOException {
    Path folder = new Path(path);
    FileSystem system = folder.getFileSystem(configuration);
    system.setWriteChecksum(false); // no .crc files beside the results
    RunFolder run = new RunFolder(system.makeQualified(folder), system);
    if (system.exists(folder) && !system.getFileStatus(folder).isDirectory()) {
      throw new ConfigProblem(
          List.of("the output folder " + path + " is a file; choose another folder"));
    }
    if (system.exists(folder)) {
      for (var file : system.listStatus(folder)) {
        String name = file.getPath().getName();
        boolean ours =
            name.equals(RESULTS) || name.equals(CONFIG) || name.equals(MODEL) || name.equals(LOG);
        if (!ours && !name.startsWith("_tmp-")) {
          throw new ConfigProblem(
              List.of(
                  String.format(
                      "the output folder %s holds '%s', which no run has made; choose another folder",
                      path, name)));
        }
      }
      for (var file : system.listStatus(folder)) {
        if (!file.getPath().getName().equals(LOG)) {
          system.delete(file.getPath(), true);
        }
      }
    }
    makeFolder(path, folder, system);
    return run;
  }

  private static void makeFolder(String path, Path folder, FileSystem system) {
    try {
      if (system.mkdirs(folder)) {
        return;
      }
      throw new ConfigProblem(List.of("the output folder " + path + " can't be made"));
    } catch (IOException e) {
      throw new ConfigProblem(
          List.of("the output folder " + path + " can't be made: " + e.getMessage()));
    }
  }

  Path path() {
    return folder;
  }

  /** The folder on the local disk, or null if it lies elsewhere. */
  java.nio.file.Path local() {
    return folder.toUri().getScheme().equals("file")
        ? java.nio.file.Path.of(folder.toUri().getPath())
        : null;
  }

  void write(String name, String text) throws IOException {
    Path temporary = temporary(name);
    try (OutputStream out = system.create(temporary, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    rename(temporary, name);
  }

  void save(String name, MLWritable model) throws IOException {
    Path temporary = temporary(name);
    model.write().overwrite().save(temporary.toString());
    rename(temporary, name);
  }

  /** Copies a file of the local disk. */
  void copy(String name, java.nio.file.Path file) throws IOException {
    Path temporary = temporary(name);
    system.copyFromLocalFile(false, true, new Path(file.toUri()), temporary);
    rename(temporary, name);
  }

  private Path temporary(String name) throws IOException {
    Path temporary = new Path(folder, "_tmp-" + name);
    system.deleteOnExit(temporary);
    return temporary;
  }

  private void rename(Path temporary, String name) throws IOException {
    Path target = new Path(folder, name);
    system.delete(target, true);
    if (!system.rename(temporary, target)) {
      throw new IOException("can't rename " + temporary + " to " + target);
    }
    system.cancelDeleteOnExit(temporary);
  }
}
