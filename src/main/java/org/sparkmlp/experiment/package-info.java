/**
 * Experiments: a config file in; a grid search through Spark's CrossValidator, a trained model and
 * records out. Knows nothing of terminals.
 */
package org.sparkmlp.experiment;
