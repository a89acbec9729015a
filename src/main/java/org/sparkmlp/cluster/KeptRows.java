package org.sparkmlp.cluster;

import org.apache.spark.sql.Dataset;

/**
 * Keeps what fits have packed of a cached DataFrame and share though one of them fails, which else
 * gives it up: for a search that goes on then, and that closes this whatever happens.
 */
public final class KeptRows implements AutoCloseable {
  private final Runnable end;

  private KeptRows(Runnable end) {
    this.end = end;
  }

  /**
   * Begins.
   *
   * @param dataset persisted; nothing is kept if it isn't
   */
  public static KeptRows of(Dataset<?> dataset) {
    return new KeptRows(
        CachedColumns.rddOf(dataset).<Runnable>map(SharedRows::keep).orElse(() -> {}));
  }

  /** Frees what has been packed, as soon as no fit uses it. */
  @Override
  public void close() {
    end.run();
  }
}
