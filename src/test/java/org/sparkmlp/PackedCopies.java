package org.sparkmlp;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import scala.jdk.javaapi.CollectionConverters;

/** Counts the packed copies of rows that fits make while it is open. */
public final class PackedCopies extends SparkListener implements AutoCloseable {
  private final SparkContext spark = SparkSessions.shared().sparkContext();
  private final Set<Integer> ids = ConcurrentHashMap.newKeySet();

  public PackedCopies() {
    spark.addSparkListener(this);
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted stage) {
    CollectionConverters.asJava(stage.stageInfo().rddInfos()).stream()
        .filter(rdd -> rdd.name().equals("spark-mlp: packed rows"))
        .forEach(rdd -> ids.add(rdd.id()));
  }

  /** So far, when all that has happened has been told. */
  public int count() {
    settle();
    return ids.size();
  }

  /** Waits until all that has happened has been told, and what follows from it done. */
  public static void settle() {
    try {
      SparkSessions.shared().sparkContext().listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
