/**
 * Rows as bytes, rows as packed blocks, and which shard a row belongs to. Knows nothing of Spark.
 */
package org.sparkmlp.data;
