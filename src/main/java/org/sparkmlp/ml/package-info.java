/** The Estimators and Models of Spark ML that users see. */
package org.sparkmlp.ml;
