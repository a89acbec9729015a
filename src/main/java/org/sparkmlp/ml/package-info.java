/**
 * The Estimators and Models of Spark ML that users see: {@link org.sparkmlp.ml.MLPClassifier} for
 * classes, {@link org.sparkmlp.ml.MLPRegressor} for numbers, {@link
 * org.sparkmlp.ml.MLPMultiOutputRegressor} for several numbers and as an autoencoder, {@link
 * org.sparkmlp.ml.MLPMultiLabelClassifier} for sets of labels. A {@code Fit} trains any of them; in
 * what they differ is said by their {@code Task}s.
 */
package org.sparkmlp.ml;
