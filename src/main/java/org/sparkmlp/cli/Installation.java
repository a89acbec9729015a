package org.sparkmlp.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** What bin/spark-mlp tells of where it is and what it writes to. */
final class Installation {
  private Installation() {}

  /**
   * A path as it is, or, if there is nothing there, within the installation: conf/digits.conf works
   * from anywhere.
   */
  static String find(String path) {
    String home = System.getenv("SPARK_MLP_HOME");
    boolean plain = !path.contains(":") && !Path.of(path).isAbsolute();
    if (home != null
        && plain
        && !Files.exists(Path.of(path))
        && Files.exists(Path.of(home, path))) {
      return Path.of(home, path).toString();
    }
    return path;
  }

  /** Whether standard output is a terminal. */
  static boolean onTerminal() {
    return "true".equals(System.getenv("SPARK_MLP_TERMINAL"));
  }
}
