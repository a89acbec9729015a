package org.sparkmlp.cluster;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.Dataset;

/**
 * Keeps what fits have packed of a cached DataFrame and share though one of them fails, which else
 * gives it up: for a search that goes on then, and that closes this whatever happens. Those who fit
 * on a filtered one share nothing without it, since nobody tells when a filter has done its
 * service.
 */
public final class KeptRows implements AutoCloseable {
  /** What is known of DataFrames that are kept, each by itself: not every fit must ask Spark. */
  private static final Map<Dataset<?>, Map<Columns, Optional<CachedColumns>>> KNOWN =
      Collections.synchronizedMap(new IdentityHashMap<>());

  private final Dataset<?> dataset;
  private final Runnable end;

  private KeptRows(Dataset<?> dataset, Runnable end) {
    this.dataset = dataset;
    this.end = end;
    KNOWN.put(dataset, new ConcurrentHashMap<>());
  }

  /**
   * Begins.
   *
   * @param dataset persisted, or rows of a persisted one that pass filters on its columns; nothing
   *     is kept if it is something else
   */
  public static KeptRows of(Dataset<?> dataset) {
    return new KeptRows(
        dataset, CachedRows.of(dataset).<Runnable>map(SharedRows::keep).orElse(() -> {}));
  }

  /** Where columns of a DataFrame, which may be kept, are cached; see {@link CachedColumns}. */
  static Optional<CachedColumns> columns(Dataset<?> dataset, Columns columns) {
    Map<Columns, Optional<CachedColumns>> known = KNOWN.get(dataset);
    return known == null
        ? CachedColumns.of(dataset, columns)
        : known.computeIfAbsent(columns, asked -> CachedColumns.of(dataset, asked));
  }

  /** Frees what has been packed, as soon as no fit uses it. */
  @Override
  public void close() {
    KNOWN.remove(dataset);
    end.run();
  }
}
