package org.sparkmlp.search;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Where the records of a search are kept. A search asks for what is there already before it fits,
 * so that one which was killed goes on from a log that outlives it. Called from several threads.
 */
public interface FitLog {
  /** All records, in the order of rung, cell, fold. */
  List<FitRecord> records();

  /** Keeps a record of a fit that there is none of yet; an exception ends the search. */
  void add(FitRecord record);

  /** The order in which {@link #records} lists them. */
  Comparator<FitRecord> ORDER =
      Comparator.comparingInt(FitRecord::rung)
          .thenComparingInt(FitRecord::cell)
          .thenComparingInt(FitRecord::fold);

  /** A log that is gone with the search. */
  static FitLog inMemory() {
    List<FitRecord> all = new CopyOnWriteArrayList<>();
    return new FitLog() {
      @Override
      public List<FitRecord> records() {
        return all.stream().sorted(ORDER).toList();
      }

      @Override
      public void add(FitRecord record) {
        all.add(record);
      }
    };
  }
}
