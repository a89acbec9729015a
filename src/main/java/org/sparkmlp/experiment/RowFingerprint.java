package org.sparkmlp.experiment;

import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.sum;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.sparkmlp.search.RowHash;

/**
 * Tells whether rows are the same as in another run, whatever their order.
 *
 * @param count of rows
 * @param hash of their contents
 */
record RowFingerprint(long count, String hash) {
  private static final long SEED = 4;

  static RowFingerprint of(Dataset<Row> rows) {
    Column hash = RowHash.of(rows, SEED);
    Row row =
        rows.select(hash.as("hash"))
            .agg(
                functions.count(lit(1)),
                bit_xor(col("hash")),
                sum(pmod(col("hash"), lit(1L << 31))))
            .first();
    long xor = row.isNullAt(1) ? 0 : row.getLong(1);
    long sum = row.isNullAt(2) ? 0 : row.getLong(2); // equal rows leave no trace in the other one
    return new RowFingerprint(row.getLong(0), String.format("%016x%016x", xor, sum));
  }

  ObjectNode json() {
    return new ObjectMapper().createObjectNode().put("count", count).put("hash", hash);
  }

  /** What {@link #json} has written. */
  static RowFingerprint of(JsonNode node) {
    return new RowFingerprint(node.path("count").asLong(), node.path("hash").asText());
  }
}
