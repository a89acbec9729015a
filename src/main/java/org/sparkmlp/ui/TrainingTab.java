package org.sparkmlp.ui;

import org.apache.spark.ui.SparkUI;
import org.apache.spark.ui.SparkUITab;

/** The tab of Spark's web UI, live or of the history server. */
final class TrainingTab extends SparkUITab {
  /** Its path in the UI. */
  static final String PATH = "mlp-training";

  /**
   * @param live whether fits may still go on
   */
  TrainingTab(SparkUI ui, boolean live) {
    super(ui, PATH);
    attachPage(new TrainingPage(this, new Fits(ui.store().store()), live));
  }

  @Override
  public String name() {
    return "MLP training";
  }
}
