package org.sparkmlp.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files to read, in any of Hadoop's file systems. */
final class Inputs {
  /** A file system that doesn't answer in this time is looked at later, by Spark. */
  private static final int PATIENCE_SECONDS = 3;

  private final Configuration configuration;

  Inputs(Configuration configuration) {
    this.configuration = configuration;
  }

  InputStream open(String path) throws IOException {
    Path file = new Path(path);
    return file.getFileSystem(configuration).open(file);
  }

  /** Null if there is something at {@code path} (which may have wildcards), else what is wrong. */
  String missing(String path) {
    try {
      return CompletableFuture.supplyAsync(() -> look(path))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      return path + " can't be looked at: " + e.getCause().getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private String look(String path) {
    try {
      Path pattern = new Path(path);
      FileSystem system = pattern.getFileSystem(configuration);
      FileStatus[] found = system.globStatus(pattern);
      return found == null || found.length == 0 ? "there is no " + path : null;
    } catch (IOException | IllegalArgumentException e) {
      return path + " can't be looked at: " + e.getMessage();
    }
  }
}
