/**
 * Searches for params: grids, random draws, successive halving. Estimators of Spark ML, and the
 * parts they are made of, which keep a record of every fit.
 */
package org.sparkmlp.search;
