/** The tab "MLP training" in Spark's web UI and history server, and metrics of training. */
package org.sparkmlp.ui;
