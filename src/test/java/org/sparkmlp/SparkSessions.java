package org.sparkmlp;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Spark for tests: one local session at a time in this JVM. */
public final class SparkSessions {
  private SparkSessions() {}

  /** The session most tests share: two cores. It stays open until another is asked for. */
  public static synchronized SparkSession shared() {
    return open("local[2]", "shared");
  }

  /**
   * A session with other settings, as alternating keys and values; an open one is closed first if
   * it differs.
   */
  public static synchronized SparkSession open(String master, String name, String... settings) {
    SparkSession active =
        SparkSession.getDefaultSession().isDefined()
            ? SparkSession.getDefaultSession().get()
            : null;
    if (active != null && !active.sparkContext().isStopped()) {
      if (active.sparkContext().appName().equals(name)
          && active.sparkContext().master().equals(master)) {
        return active;
      }
      active.stop();
    }
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master)
            .appName(name)
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "3")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.warehouse.dir", "target/spark-warehouse");
    for (int i = 0; i < settings.length; i += 2) {
      builder.config(settings[i], settings[i + 1]);
    }
    return builder.getOrCreate();
  }

  /** Packed rows that a fit has left in the cache of the shared session. */
  public static long packedRowsInCache() {
    return packedRowsInCache(shared());
  }

  /** Packed rows that a fit has left in the cache of a session. */
  public static long packedRowsInCache(SparkSession spark) {
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .getPersistentRDDs()
        .values()
        .stream()
        .filter(rdd -> "spark-mlp: packed rows".equals(rdd.name()))
        .count();
  }
}
