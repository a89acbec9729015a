package org.sparkmlp.ui;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.util.kvstore.KVStore;
import org.apache.spark.util.kvstore.KVStoreIterator;
import org.apache.spark.util.kvstore.KVStoreView;
import org.sparkmlp.events.FitEpoch;

/** What Spark's status store, live or of the history server, knows of fits. */
final class Fits {
  private final KVStore store;

  Fits(KVStore store) {
    this.store = store;
  }

  /** Oldest first. */
  List<FitRow> all() {
    return read(FitRow.class, null, null);
  }

  /** The epochs of a fit, first to last. */
  List<FitEpoch> epochs(int fit) {
    return read(EpochRow.class, EpochRow.key(fit, 0), EpochRow.key(fit, Integer.MAX_VALUE)).stream()
        .map(EpochRow::epoch)
        .toList();
  }

  void write(FitRow row) {
    change(() -> store.write(row));
  }

  void write(EpochRow row) {
    change(() -> store.write(row));
  }

  /** Forgets a fit with its epochs. */
  void delete(int fit) {
    List<FitEpoch> epochs = epochs(fit);
    change(() -> store.delete(FitRow.class, fit));
    epochs.forEach(epoch -> deleteEpoch(fit, epoch.epoch()));
  }

  void deleteEpoch(int fit, int epoch) {
    change(() -> store.delete(EpochRow.class, EpochRow.key(fit, epoch)));
  }

  /** All rows, or those between two keys, both included. */
  private <T> List<T> read(Class<T> type, Object first, Object last) {
    List<T> rows = new ArrayList<>();
    change(
        () -> {
          KVStoreView<T> view = store.view(type);
          if (first != null) {
            view = view.first(first).last(last);
          }
          try (KVStoreIterator<T> iterator = view.closeableIterator()) {
            iterator.forEachRemaining(rows::add);
          }
        });
    return rows;
  }

  private interface Change {
    void run() throws Exception;
  }

  private static void change(Change change) {
    try {
      change.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("Spark's status store has failed", e);
    }
  }
}
