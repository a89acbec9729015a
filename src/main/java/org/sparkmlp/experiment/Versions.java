package org.sparkmlp.experiment;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.backend.Backends;

/** What a run was made with. */
final class Versions {
  private Versions() {}

  static Map<String, String> all(SparkSession spark, String backend) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("spark-mlp", sparkMlp());
    versions.put("spark", spark.version());
    versions.put("scala", scala.util.Properties.versionNumberString());
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    versions.put(
        "backend", Backends.isDevice(backend) ? backend : Backends.get(backend).description());
    return versions;
  }

  /** The version in the manifest of the jar; "development" from a folder of classes. */
  static String sparkMlp() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
