/**
 * Data and rounds on Spark: DataFrames packed into cached shards, programs run on them, their
 * results merged in a tree.
 */
package org.sparkmlp.cluster;
