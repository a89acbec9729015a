package org.sparkmlp.ui;

import java.util.Arrays;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Shows training in Spark's web UI and in its metrics: {@code
 * spark.plugins=org.sparkmlp.ui.TrainingPlugin}. It listens to what fits say anyway, and changes
 * nothing of them.
 */
public final class TrainingPlugin implements SparkPlugin {
  private static final String PLUGINS = "spark.plugins";

  /** The value of {@code spark.plugins} with this plugin and those that are there already. */
  public static String amongOthers(SparkConf conf) {
    String own = TrainingPlugin.class.getName();
    String others = conf.get(PLUGINS, "").strip();
    if (others.isEmpty()) {
      return own;
    }
    boolean there = Arrays.asList(others.split("\\s*,\\s*")).contains(own);
    return there ? others : others + "," + own;
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new OnDriver();
  }

  /** None: executors only compute. */
  @Override
  public ExecutorPlugin executorPlugin() {
    return null;
  }

  private static final class OnDriver implements DriverPlugin {
    private final FitMetrics metrics = new FitMetrics();

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext context) {
      spark.listenerBus().addToStatusQueue(metrics);
      if (spark.ui().isDefined()) {
        // the queue that Spark's own pages are written from
        spark
            .listenerBus()
            .addToStatusQueue(new FitListener(spark.statusStore().store(), spark.getConf()));
        spark.ui().get().attachTab(new TrainingTab(spark.ui().get(), true));
      }
      return Map.of();
    }

    @Override
    public void registerMetrics(String applicationId, PluginContext context) {
      metrics.register(context.metricRegistry());
    }
  }
}
