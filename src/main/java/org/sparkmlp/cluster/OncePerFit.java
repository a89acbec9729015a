package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A value that every executor fetches once for a whole fit, where a task carries a reference to it
 * only.
 */
public final class OncePerFit<T> implements Supplier<T>, Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  private final Broadcast<T> broadcast;

  public OncePerFit(SparkContext spark, T value) {
    this.broadcast = JavaSparkContext.fromSparkContext(spark).broadcast(value);
  }

  @Override
  public T get() {
    return broadcast.value();
  }

  /** Frees it everywhere; no task may need it any more. */
  @Override
  public void close() {
    broadcast.destroy();
  }
}
