package org.sparkmlp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** Java given as text, compiled as a user would: against the product and Spark. */
public final class SourceCompiler {
  private SourceCompiler() {}

  /** What the compiler complains of; empty if it doesn't. */
  public static String errors(Path folder, String name, String source) {
    try {
      Path file = Files.createDirectories(folder).resolve(name + ".java");
      Files.writeString(file, source);
      String classPath =
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int code =
          ToolProvider.getSystemJavaCompiler()
              .run(
                  null,
                  null,
                  out,
                  "-cp",
                  classPath,
                  "-proc:none",
                  "-nowarn",
                  "-Xmaxerrs",
                  "1000",
                  "-d",
                  folder.toString(),
                  file.toString());
      return code == 0 ? "" : out.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The class of that name, from a text that must compile. */
  public static Class<?> compile(Path folder, String name, String source) throws Exception {
    String errors = errors(folder, name, source);
    if (!errors.isEmpty()) {
      throw new AssertionError(errors);
    }
    URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, SourceCompiler.class.getClassLoader());
    return loader.loadClass(name);
  }
}
