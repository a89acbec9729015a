package org.sparkmlp.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * Copies of spark-mlp and of Spark, as users have them, made of what the build has just packaged.
 */
final class Installations {
  static final Path PROJECT = Path.of("").toAbsolutePath();

  private Installations() {}

  /** The jar for spark-submit. */
  static Path assembly() throws IOException {
    try (Stream<Path> files = Files.list(PROJECT.resolve("target"))) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-assembly.jar"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("mvn package has made no assembly"));
    }
  }

  /** A Spark with bin/spark-submit, its jars links to Maven's. */
  static Path spark(Path folder) throws IOException {
    Path jars = Files.createDirectories(folder.resolve("jars"));
    for (String jar :
        Files.readString(PROJECT.resolve("target/spark.classpath")).strip().split(":")) {
      Files.createSymbolicLink(jars.resolve(Path.of(jar).getFileName()), Path.of(jar));
    }
    copy(PROJECT.resolve("src/test/resources/spark-home/bin"), folder.resolve("bin"));
    return folder;
  }

  /** A released copy: bin, conf and the jar; nothing to build it from. */
  static Path released(Path folder) throws IOException {
    copy(PROJECT.resolve("bin"), folder.resolve("bin"));
    copy(PROJECT.resolve("conf"), folder.resolve("conf"));
    Path lib = Files.createDirectories(folder.resolve("lib"));
    Files.createSymbolicLink(lib.resolve(assembly().getFileName()), assembly());
    return folder;
  }

  /** Copies the files of a folder, with their permissions. */
  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
