package org.sparkmlp.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes a page under a temporary name and renames it when it is whole. */
public final class ReportFile {
  private ReportFile() {}

  /**
   * Writes {@code html} to {@code file}, in any of Hadoop's file systems; an old file is replaced.
   */
  public static void write(String file, String html, Configuration configuration)
      throws IOException {
    Path target = new Path(file);
    FileSystem system = target.getFileSystem(configuration);
    system.setWriteChecksum(false); // no .crc file beside it
    target = system.makeQualified(target);
    if (system.exists(target) && system.getFileStatus(target).isDirectory()) {
      throw new IOException(
          "the report can't be written to " + file + ": it is a folder; give the name of a file");
    }
    Path temporary = new Path(target.getParent(), "_tmp-" + target.getName());
    try {
      try (OutputStream out = system.create(temporary, true)) {
        out.write(html.getBytes(StandardCharsets.UTF_8));
      }
      system.delete(target, false);
      if (!system.rename(temporary, target)) {
        throw new IOException("can't rename " + temporary);
      }
    } catch (IOException e) {
      system.delete(temporary, false);
      throw new IOException("the report can't be written to " + file + ": " + e.getMessage(), e);
    }
  }
}
