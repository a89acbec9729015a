/**
 * The training loop and its port to the data: programs that run on every shard, sums that don't
 * depend on their order, trainers. Knows nothing of Spark.
 */
package org.sparkmlp.train;
