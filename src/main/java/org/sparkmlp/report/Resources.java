package org.sparkmlp.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What travels inside the jar. */
final class Resources {
  /** With the version of pom.xml. */
  private static final String ECHARTS =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

  private Resources() {}

  /** Apache ECharts, minified, with its license at its head. */
  static String echarts() {
    return read(ECHARTS);
  }

  /** A file of this package. */
  static String own(String name) {
    return read("/org/sparkmlp/report/" + name);
  }

  private static String read(String path) {
    try (InputStream in = Resources.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("there is no " + path + " in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a damaged jar
    }
  }
}
