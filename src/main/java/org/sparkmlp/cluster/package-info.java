/**
 * Data and rounds on Spark: DataFrames packed into cached shards, programs run on them through
 * treeAggregate.
 */
package org.sparkmlp.cluster;
