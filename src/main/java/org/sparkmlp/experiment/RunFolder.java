package org.sparkmlp.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
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
  static final String RUN = "run.json";
  static final String CELLS = "cells";
  static final String REPORT = "report.html";

  private static final List<String> OURS = List.of(RESULTS, CONFIG, MODEL, LOG, RUN, CELLS, REPORT);
  private static final String TEMPORARY = "_tmp-";

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
    RunFolder run = at(path, configuration);
    Path folder = run.folder;
    FileSystem system = run.system;
    if (system.exists(folder) && !system.getFileStatus(folder).isDirectory()) {
      throw new ConfigProblem(
          List.of("the output folder " + path + " is a file; choose another folder"));
    }
    if (system.exists(folder)) {
      for (var file : system.listStatus(folder)) {
        String name = file.getPath().getName();
        if (!OURS.contains(name) && !name.startsWith(TEMPORARY)) {
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

  /**
   * The folder of a run that was ended before its end. What it was writing is removed.
   *
   * @throws ConfigProblem if there is no such run
   */
  static RunFolder resume(String path, Configuration configuration) throws IOException {
    RunFolder run = at(path, configuration);
    if (!run.system.exists(new Path(run.folder, CONFIG))) {
      throw new ConfigProblem(
          List.of("there is no run to resume in " + path + ": it has no " + CONFIG));
    }
    for (Path folder : List.of(run.folder, new Path(run.folder, CELLS))) {
      if (run.system.exists(folder)) {
        for (var file : run.system.listStatus(folder)) {
          if (file.getPath().getName().startsWith(TEMPORARY)) {
            run.system.delete(file.getPath(), true);
          }
        }
      }
    }
    return run;
  }

  private static RunFolder at(String path, Configuration configuration) throws IOException {
    Path folder = new Path(path);
    FileSystem system = folder.getFileSystem(configuration);
    system.setWriteChecksum(false); // no .crc files beside the results
    return new RunFolder(system.makeQualified(folder), system);
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

  /** The text of a file, or null if there is none. */
  String read(String name) throws IOException {
    Path file = new Path(folder, name);
    if (!system.exists(file)) {
      return null;
    }
    try (InputStream in = system.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Writes a file.
   *
   * @param name may have a folder before it
   */
  void write(String name, String text) throws IOException {
    Path temporary = temporary(name);
    try {
      try (OutputStream out = system.create(temporary, true)) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
      rename(temporary, name);
    } catch (IOException | FSError e) { // Hadoop's local disk makes an Error of a full one
      throw cannotWrite(name, e);
    }
  }

  void save(String name, MLWritable model) throws IOException {
    Path temporary = temporary(name);
    try {
      model.write().overwrite().save(temporary.toString());
      rename(temporary, name);
    } catch (Exception | FSError e) { // Spark throws checked exceptions undeclared
      throw cannotWrite(name, e);
    }
  }

  /** Says what went wrong at the bottom, and what can be done about it. */
  private IOException cannotWrite(String name, Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    IOException failure =
        new IOException(
            String.format(
                "%s can't be written to %s: %s. What is there already is whole: when this is mended, bin/spark-mlp run"
                    + " --resume %s goes on from it",
                name, text(), cause.getMessage(), text()));
    failure.addSuppressed(e);
    return failure;
  }

  private String text() {
    return local() != null ? local().toString() : folder.toString();
  }

  /** Copies a file of the local disk. */
  void copy(String name, java.nio.file.Path file) throws IOException {
    Path temporary = temporary(name);
    system.copyFromLocalFile(false, true, new Path(file.toUri()), temporary);
    rename(temporary, name);
  }

  private Path temporary(String name) throws IOException {
    Path target = new Path(folder, name);
    Path temporary = new Path(target.getParent(), TEMPORARY + target.getName());
    system.deleteOnExit(temporary);
    return temporary;
  }

  private void rename(Path temporary, String name) throws IOException {
    Path target = new Path(folder, name);
    if (local() != null && system.getFileStatus(temporary).isFile()) {
      // in one step: whoever is killed here leaves the old file or the new one
      Files.move(
          java.nio.file.Path.of(temporary.toUri().getPath()),
          java.nio.file.Path.of(target.toUri().getPath()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } else {
      system.delete(target, true);
      if (!system.rename(temporary, target)) {
        throw new IOException("can't rename " + temporary + " to " + target);
      }
    }
    system.cancelDeleteOnExit(temporary);
  }
}
