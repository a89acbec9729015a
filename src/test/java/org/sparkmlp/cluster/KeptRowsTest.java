package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

class KeptRowsTest {
  private static final Columns COLUMNS = new Columns("features", "label", null, null);

  /** To plan anew what is known takes a small fit a good part of its time. */
  @Test
  void wherePlainColumnsAreIsAskedOnceWhileRowsAreKept() {
    Dataset<Row> rows = Frames.clouds(SparkSessions.shared(), 40, 3, 2).cache();
    Dataset<Row> fold = rows.where("label > 0");
    Optional<CachedColumns> known;
    try (KeptRows kept = KeptRows.of(fold)) {
      known = KeptRows.columns(fold, COLUMNS);
      assertThat(known).isPresent();
      assertThat(KeptRows.columns(fold, COLUMNS)).isSameAs(known);
      assertThat(KeptRows.columns(fold, new Columns("features", "label", "label", null)))
          .as("other columns")
          .isPresent()
          .isNotEqualTo(known);
      assertThat(KeptRows.columns(rows, COLUMNS)).as("other rows").isPresent().isNotEqualTo(known);
    } finally {
      rows.unpersist();
    }
    assertThat(KeptRows.columns(fold, COLUMNS)).as("no more kept, nor cached").isEmpty();
  }
}
