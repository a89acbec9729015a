package org.sparkmlp.cluster;

import org.apache.spark.sql.Dataset;

/**
 * Keeps what fits have packed of a cached DataFrame and share though one of them fails, which else
 * gives it up: for a search that goes on then, and that closes this whatever happens. Those who fit
 * on a filtered one share nothing without it, since nobody tells when a filter has done its
 * service.
 */
public final class KeptRows implements AutoCloseable {
  private final Runnable end;

  private KeptRows(Runnable end) {
    this.end = end;
  }

  /**
   * Begins.
   *
   * @param dataset persisted, or rows of a persisted one that pass filters on its columns; nothing
   *     is kept if it is something else
   */
  public static KeptRows of(Dataset<?> dataset) {
    return new KeptRows(CachedRows.of(dataset).<Runnable>map(SharedRows::keep).orElse(() -> {}));
  }

  /** Frees what has been packed, as soon as no fit uses it. */
  @Override
  public void close() {
    end.run();
  }
}
