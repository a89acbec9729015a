package org.sparkmlp.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerUnpersistRDD;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.data.Holdout;

/**
 * One packed copy of rows that are cached for all fits that want the same one: the first packs it
 * while the others wait. It is freed when no fit uses it any more and the DataFrame is unpersisted,
 * or a fit has failed: a search that dies unpersists nothing. One that goes on and promises to
 * unpersist says so with {@link KeptRows}.
 */
final class SharedRows implements RowSource {
  /** What fits have made of rows that are cached. */
  private static final Map<SparkContext, Map<CachedRows, Cache>> CACHES = new ConcurrentHashMap<>();

  private final Dataset<?> dataset;
  private final Columns columns;
  private final CachedColumns cached;
  private final Map<CachedRows, Cache> caches;

  SharedRows(Dataset<?> dataset, Columns columns, CachedColumns cached) {
    this.dataset = dataset;
    this.columns = columns;
    this.cached = cached;
    this.caches = caches(cached.rows());
  }

  private static Map<CachedRows, Cache> caches(CachedRows rows) {
    return CACHES.computeIfAbsent(rows.rdd().context(), SharedRows::watched);
  }

  private static Map<CachedRows, Cache> watched(SparkContext spark) {
    Map<CachedRows, Cache> caches = new HashMap<>();
    spark.addSparkListener(
        new SparkListener() {
          @Override
          public void onUnpersistRDD(SparkListenerUnpersistRDD event) {
            giveUp(caches, rdd -> rdd.id() == event.rddId());
          }

          @Override
          public void onApplicationEnd(SparkListenerApplicationEnd event) {
            CACHES.remove(spark); // with all that Spark has freed itself
          }
        });
    return caches;
  }

  private record SurveyKey(List<Integer> places, Survey.Question question) {}

  private record FeaturesKey(
      List<Integer> places, int numFeatures, boolean moments, Holdout holdout) {}

  private record CopyKey(List<Integer> places, ShardedRows.Packing packing) {}

  /** A packed copy, and who keeps it from being freed. */
  private static final class Copy {
    private ShardedRows rows;
    private int users;
    private boolean kept = true; // for fits to come

    /** Returns whether it is for this caller to close. */
    synchronized boolean release() {
      users--;
      return users == 0 && !kept;
    }

    synchronized boolean giveUp() {
      boolean was = kept;
      kept = false;
      return was && users == 0;
    }

    synchronized Copy use() {
      users++;
      return this;
    }

    void close() {
      if (rows != null) {
        rows.close();
      }
    }
  }

  /** All of one DataFrame. What is missing is made by one fit at a time. */
  private static final class Cache {
    private final ReentrantLock making = new ReentrantLock();
    private final Map<Integer, Integer> numFeatures = new HashMap<>(); // by place
    private final Map<SurveyKey, Survey> surveys = new HashMap<>();
    private final Map<FeaturesKey, FeatureSurvey> features = new HashMap<>();
    private final Map<CopyKey, Copy> copies = new HashMap<>();
    private final JoinedRounds.Group fits;
    private boolean kept; // though fits fail
    private boolean over;

    Cache(JoinedRounds.Group fits) {
      this.fits = fits;
    }

    /** The DataFrame is gone: nothing is kept any more. */
    void giveUp() {
      List<Copy> all;
      synchronized (copies) {
        over = true;
        all = new ArrayList<>(copies.values());
        copies.clear();
      }
      for (Copy copy : all) {
        if (copy.giveUp()) {
          copy.close();
        }
      }
    }

    /** The copy, which may have to be made yet; counts its caller among its users. */
    Copy copy(CopyKey key) {
      synchronized (copies) {
        Copy copy = copies.computeIfAbsent(key, k -> new Copy()).use();
        if (over) {
          copies.clear();
          copy.giveUp();
        }
        return copy;
      }
    }

    void keep() {
      synchronized (copies) {
        kept = true;
      }
    }

    /** A fit has failed; its copy is for those that use it now, unless somebody keeps it. */
    void failed(Copy copy) {
      synchronized (copies) {
        if (!kept) {
          copy.giveUp();
        }
      }
    }

    /** A fit has ended. Returns whether the copy is for this caller to close. */
    boolean release(CopyKey key, Copy copy) {
      synchronized (copies) {
        boolean last = copy.release();
        if (last) {
          copies.remove(key, copy);
        }
        return last;
      }
    }

    <T> T making(Supplier<T> make) {
      try {
        making.lockInterruptibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while another fit packs the same rows");
      }
      try {
        return make.get();
      } finally {
        making.unlock();
      }
    }
  }

  /**
   * Keeps the copies of rows though fits fail.
   *
   * @return what gives them up
   */
  static Runnable keep(CachedRows rows) {
    Map<CachedRows, Cache> caches = caches(rows);
    Cache kept;
    synchronized (caches) {
      kept = cache(caches, rows);
    }
    kept.keep();
    return () -> {
      synchronized (caches) {
        caches.remove(rows, kept);
      }
      kept.giveUp();
    };
  }

  /** Whether there is somebody who says when copies are needed no more: who unpersists or keeps. */
  static boolean canShare(CachedRows rows) {
    Map<CachedRows, Cache> caches = caches(rows);
    synchronized (caches) {
      return rows.areAll() || caches.containsKey(rows);
    }
  }

  private Cache cache() {
    Cache cache;
    synchronized (caches) {
      cache = cache(caches, cached.rows());
    }
    // Spark's events come late, and may be lost when there are too many
    scala.collection.Map<Object, RDD<?>> persistent =
        cached.rows().rdd().context().getPersistentRDDs();
    giveUp(caches, rdd -> !persistent.contains(rdd.id()));
    return cache;
  }

  /** Of those rows; fits on rows of the same DataFrame are a group. */
  private static Cache cache(Map<CachedRows, Cache> caches, CachedRows rows) {
    Cache known = caches.get(rows);
    if (known == null) {
      known =
          new Cache(
              caches.entrySet().stream()
                  .filter(other -> other.getKey().rdd().equals(rows.rdd()))
                  .map(other -> other.getValue().fits)
                  .findAny()
                  .orElseGet(JoinedRounds.Group::new));
      caches.put(rows, known);
    }
    return known;
  }

  private static void giveUp(Map<CachedRows, Cache> caches, Predicate<RDD<?>> which) {
    List<Cache> gone = new ArrayList<>();
    synchronized (caches) {
      for (Iterator<Map.Entry<CachedRows, Cache>> all = caches.entrySet().iterator();
          all.hasNext(); ) {
        Map.Entry<CachedRows, Cache> entry = all.next();
        if (which.test(entry.getKey().rdd())) {
          gone.add(entry.getValue());
          all.remove();
        }
      }
    }
    gone.forEach(Cache::giveUp);
  }

  @Override
  public int numFeatures() {
    Cache cache = cache();
    Integer place = cached.places().get(0);
    return cache.making(
        () -> {
          Integer known = cache.numFeatures.get(place);
          if (known == null) {
            known = columns.numFeatures(dataset);
            cache.numFeatures.put(place, known);
          }
          return known;
        });
  }

  @Override
  public Survey survey(Survey.Question question) {
    Cache cache = cache();
    SurveyKey key = new SurveyKey(cached.places(), question);
    return cache.making(
        () -> {
          Survey known = cache.surveys.get(key);
          if (known == null) {
            known = Survey.of(dataset, columns, question);
            cache.surveys.put(key, known);
          }
          return known;
        });
  }

  @Override
  public FeatureSurvey features(int numFeatures, boolean moments, Holdout holdout) {
    Cache cache = cache();
    FeaturesKey key = new FeaturesKey(cached.places(), numFeatures, moments, holdout);
    return cache.making(
        () -> {
          FeatureSurvey known = cache.features.get(key);
          if (known == null) {
            known = FeatureSurvey.of(dataset, columns, numFeatures, moments, holdout);
            cache.features.put(key, known);
          }
          return known;
        });
  }

  @Override
  public <T> T with(ShardedRows.Packing packing, Survey survey, Function<ShardedRows, T> fit) {
    Cache cache = cache();
    CopyKey key = new CopyKey(cached.places(), packing);
    Copy copy = cache.copy(key);
    boolean done = false;
    try {
      ShardedRows rows =
          cache.making(
              () -> {
                if (copy.rows == null) {
                  copy.rows = ShardedRows.pack(dataset, columns, packing, survey, cache.fits);
                }
                return copy.rows;
              });
      T result = fit.apply(rows);
      done = true;
      return result;
    } finally { // Spark throws checked exceptions undeclared, which no catch clause may name
      if (!done) {
        cache.failed(copy);
      }
      if (cache.release(key, copy)) {
        copy.close();
      }
    }
  }
}
