package org.sparkmlp.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The records of a run as they lie in its folder (docs/records.md): all that a report is made of.
 *
 * @param folder its name, as it was given
 * @param results text of results.json; null if there is none
 * @param run text of run.json; null if there is none
 * @param cells texts of cells/*.json, in the order of their names
 * @param config text of config.conf; null if there is none
 */
public record RunFiles(
    String folder, String results, String run, List<String> cells, String config) {
  /**
   * Reads a folder, in any of Hadoop's file systems.
   *
   * @throws FileNotFoundException if there is no such folder, or nothing of a run in it
   */
  public static RunFiles read(String folder, Configuration configuration) throws IOException {
    Path path = new Path(folder);
    FileSystem system = path.getFileSystem(configuration);
    if (!system.exists(path) || !system.getFileStatus(path).isDirectory()) {
      throw new FileNotFoundException(
          "there is no folder " + folder + "; give the output folder of a run");
    }
    String results = text(system, new Path(path, "results.json"));
    String run = text(system, new Path(path, "run.json"));
    if (results == null && run == null) {
      throw new FileNotFoundException(
          folder
              + " has neither results.json nor run.json: it isn't the output folder of a run, or the run has failed before"
              + " its first fit (run.log tells)");
    }
    return new RunFiles(
        folder, results, run, cells(system, path), text(system, new Path(path, "config.conf")));
  }

  private static List<String> cells(FileSystem system, Path folder) throws IOException {
    Path cells = new Path(folder, "cells");
    List<String> texts = new ArrayList<>();
    if (system.exists(cells)) {
      FileStatus[] files = system.listStatus(cells);
      Arrays.sort(files);
      for (FileStatus file : files) {
        String name = file.getPath().getName();
        if (name.endsWith(".json") && !name.startsWith("_")) {
          texts.add(text(system, file.getPath()));
        }
      }
    }
    return texts;
  }

  private static String text(FileSystem system, Path file) throws IOException {
    if (!system.exists(file)) {
      return null;
    }
    try (InputStream in = system.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
