package org.sparkmlp.ui;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.status.AppHistoryServerPlugin;
import org.apache.spark.status.ElementTrackingStore;
import org.apache.spark.ui.SparkUI;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Shows the tab in the history server for applications that have fitted something. The server finds
 * this class where our jar is on its class path.
 */
public final class TrainingHistory implements AppHistoryServerPlugin {
  @Override
  public Seq<SparkListener> createListeners(SparkConf conf, ElementTrackingStore store) {
    return CollectionConverters.asScala(List.<SparkListener>of(new FitListener(store, conf)))
        .toList();
  }

  @Override
  public void setupUI(SparkUI ui) {
    if (!new Fits(ui.store().store()).all().isEmpty()) {
      ui.attachTab(new TrainingTab(ui, false));
    }
  }
}
