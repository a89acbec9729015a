package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.cluster.KeptRows;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPModel;
import org.sparkmlp.ml.MLPParams;
import org.sparkmlp.ml.PackedEvaluator;
import org.sparkmlp.util.Interrupts;

/**
 * Fits cells on folds and keeps a record of each fit. As Spark's CrossValidator it takes fold after
 * fold, and several cells of a fold at the same time; unlike it, it takes several folds too if
 * there are fewer cells than threads, goes on when a fit fails, and doesn't fit what the log has
 * already.
 */
final class Fits implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Fits.class);

  /** Validation rows of a fold that are judged in one task. */
  private static final int FEW_ROWS = 5000;

  private final Estimator<? extends Model<?>> estimator;
  private final Evaluator evaluator;
  private final Optional<PackedEvaluator> packedEvaluator;
  private final FoldRows rows;
  private final SparkContext spark;
  private final int folds;
  private final int parallelism;
  private final Resource resource;
  private final List<Rung> rungs;
  private final boolean singleBracket;
  private final FitLog log;
  private final FitListener listener;
  private final Map<Key, FitRecord> known = new ConcurrentHashMap<>();
  private final Map<Key, Vector> weights = new ConcurrentHashMap<>();
  private List<ParamPair<?>> classes;
  private Ahead ahead; // or null
  private volatile boolean ended; // what fails now, fails because of that

  private record Key(int cell, int rung, int fold) {}

  /** The fit on all rows of a cell that is likely to be the best. */
  private record Ahead(Cell cell, Future<? extends Model<?>> model) {}

  /**
   * @param cells all that may come
   * @param foldCol column of whole numbers from 0 to folds - 1, which no stage sees
   * @param parallelism fits at the same time
   * @param singleBracket whether the cell that comes to the end alone is the best, if it doesn't
   *     fail there
   */
  Fits(
      Estimator<? extends Model<?>> estimator,
      Evaluator evaluator,
      List<Cell> cells,
      Dataset<Row> rows,
      String foldCol,
      int folds,
      int parallelism,
      Resource resource,
      List<Rung> rungs,
      boolean singleBracket,
      FitLog log,
      FitListener listener) {
    this.estimator = estimator;
    this.evaluator = evaluator;
    this.packedEvaluator =
        PackedEvaluator.of(estimator, evaluator, cells.stream().map(Cell::map).toList());
    this.rows = new FoldRows(rows, foldCol, folds, resource.sharesRows() && rungs.size() > 1);
    this.spark = rows.sparkSession().sparkContext();
    this.folds = folds;
    this.parallelism = parallelism;
    this.resource = resource;
    this.rungs = rungs;
    this.singleBracket = singleBracket;
    this.log = log;
    this.listener = listener;
    for (FitRecord record : log.records()) {
      known.put(new Key(record.cell(), record.rung(), record.fold()), record);
    }
  }

  /** Fits those cells on all folds, unless that is done; returns the records, cell by cell. */
  List<FitRecord> run(List<Cell> cells, Rung rung) {
    Set<Integer> left = cells.stream().map(Cell::number).collect(Collectors.toSet());
    weights.keySet().removeIf(key -> !left.contains(key.cell));
    // several folds at the same time where the cells of one leave threads idle
    int foldsAtOnce = Math.max(1, parallelism / cells.size());
    for (int fold = 1; fold <= folds; fold += foldsAtOnce) {
      run(cells, rung, fold, Math.min(folds, fold + foldsAtOnce - 1));
    }
    List<FitRecord> records = new ArrayList<>();
    for (Cell cell : cells) {
      for (int fold = 1; fold <= folds; fold++) {
        records.add(known.get(new Key(cell.number(), rung.number(), fold)));
      }
    }
    return records;
  }

  @Override
  public void close() {
    rows.close();
  }

  /** The rows of a fold, and its cells that are not done. */
  private final class Fold {
    final int number;
    final List<Cell> missing;
    final Dataset<Row> training;
    final Dataset<Row> validation;
    private final Dataset<Row> all; // rows for validation, as they lie
    private final Optional<KeptRows> packed;

    Fold(int number, List<Cell> missing, Rung rung) {
      this.number = number;
      this.missing = missing;
      // a task costs more than to go through few rows; several fits use the other cores
      boolean few = rows.size(number) <= FEW_ROWS && parallelism > 1;
      this.training = rows.training(number, resource.rows(rung));
      this.all = rows.validation(number);
      this.validation = few ? all.coalesce(1) : all;
      if (packedEvaluator.isEmpty()) {
        all.persist(StorageLevel.MEMORY_AND_DISK());
      }
      if (estimator instanceof MLPParams) { // its fits share packed rows
        this.packed = Optional.of(KeptRows.of(training));
      } else {
        this.packed = Optional.empty();
        training.persist(StorageLevel.MEMORY_AND_DISK());
      }
    }

    /** Makes ready, while cells are fitted, what judges them. */
    void prepare() {
      try {
        packedEvaluator.ifPresent(packed -> packed.prepare(all));
      } catch (Exception e) { // what is wrong with the rows, the first fit that needs them says
        LOG.debug("the rows that judge fold {} couldn't be packed ahead", number, e);
      }
    }

    double metric(Model<?> model, Cell cell) {
      return packedEvaluator.isPresent()
          ? packedEvaluator.get().evaluate((MLPClassificationModel) model, all)
          : evaluator.evaluate(model.transform(validation, cell.map()));
    }

    void free() {
      Interrupts.withheld(
          () -> {
            packed.ifPresent(KeptRows::close);
            training.unpersist();
            all.unpersist();
          });
    }
  }

  private void run(List<Cell> cells, Rung rung, int firstFold, int lastFold) {
    List<Fold> busy = new ArrayList<>();
    boolean done = false;
    ExecutorService threads = Executors.newFixedThreadPool(parallelism);
    ExecutorService beside = Executors.newSingleThreadExecutor();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int number = firstFold; number <= lastFold; number++) {
        int n = number;
        List<Cell> missing =
            cells.stream()
                .filter(cell -> !known.containsKey(new Key(cell.number(), rung.number(), n)))
                .toList();
        if (!missing.isEmpty()) {
          busy.add(new Fold(number, missing, rung));
        }
      }
      if (!busy.isEmpty() && classes == null) {
        classes = resource.classes(rows.all()).map(List::<ParamPair<?>>of).orElse(List.of());
      }
      for (Fold fold : busy) {
        beside.execute(fold::prepare);
      }
      for (Fold fold : busy) {
        for (Cell cell : fold.missing) {
          running.add(threads.submit(() -> fit(cell, rung, fold)));
        }
      }
      if (!busy.isEmpty() && lastFold == folds && isDecided(cells, rung)) {
        Cell best = cells.get(0);
        ahead = new Ahead(best, threads.submit(() -> fitBest(best)));
      }
      for (Future<?> one : running) {
        await(one);
      }
      if (ahead != null) {
        awaitEnd(ahead, rung);
      }
      done = true;
    } finally {
      ended = !done;
      end(threads);
      end(beside);
      busy.forEach(Fold::free);
    }
  }

  /** Whether a cell has won before its last fits, which show how good it is. */
  private boolean isDecided(List<Cell> cells, Rung rung) {
    return singleBracket && cells.size() == 1 && rung.number() == rungs.size() - 1;
  }

  /**
   * The best cell fitted on all rows, which may be done already.
   *
   * @param cell the best
   */
  Model<?> best(Cell cell) {
    return ahead != null && ahead.cell.equals(cell) ? await(ahead.model) : fitBest(cell);
  }

  private Model<?> fitBest(Cell cell) {
    listener.onFit(cell, rungs.get(rungs.size() - 1), 0);
    Model<?> model = estimator.fit(rows.all(), cell.map());
    listener.onBest(cell);
    return model;
  }

  /** What it ends with is for {@link #best}; a cell that fails on a fold isn't asked for. */
  private void awaitEnd(Ahead fit, Rung rung) {
    int cell = fit.cell.number();
    for (int fold = 1; fold <= folds; fold++) {
      if (known.get(new Key(cell, rung.number(), fold)).failed()) {
        fit.model.cancel(true);
        return;
      }
    }
    try {
      await(fit.model);
    } catch (CancellationException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.debug("the fit on all rows has failed", e);
    }
  }

  private static <T> T await(Future<T> fit) {
    try {
      return fit.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the thread that searches was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException ours
          ? ours
          : new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
  }

  /**
   * Ends fits that are still running, because another one has ended the search. Waits for them
   * though this thread is interrupted, again too: they use what is freed then.
   */
  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = Thread.interrupted();
    boolean terminated = false;
    while (!terminated) {
      try {
        terminated = threads.awaitTermination(1, TimeUnit.MINUTES);
        if (!terminated) {
          LOG.warn("waiting for fits to end");
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void fit(Cell cell, Rung rung, Fold fold) {
    listener.onFit(cell, rung, fold.number);
    long start = System.nanoTime();
    double metric = Double.NaN;
    String error = null;
    String summary = null;
    try {
      Model<?> model = model(cell, rung, fold.number, fold.training);
      metric = fold.metric(model, cell);
      summary =
          Resource.network(model)
              .filter(MLPModel::hasSummary)
              .map(network -> TrainingJson.of(network.summary()).toString())
              .orElse(null);
      if (Double.isNaN(metric)) {
        error = "the metric of the fold's rows is not a number";
      }
    } catch (CancellationException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked exceptions undeclared
      if (isEnding(e)) {
        throw new CancellationException("the search was ended: " + message(e));
      }
      LOG.warn("cell {} ({}) failed", cell.number(), cell.text(), e);
      error = message(e);
    }
    FitRecord record =
        new FitRecord(
            cell.number(),
            rung.number(),
            fold.number,
            rung.share(),
            metric,
            (System.nanoTime() - start) / 1e9,
            error,
            error == null ? summary : null);
    log.add(record);
    known.put(new Key(cell.number(), rung.number(), fold.number), record);
    listener.onRecord(cell, record);
  }

  /** Whether a fit has failed because the search is ended, which says nothing of its cell. */
  private boolean isEnding(Throwable e) {
    boolean interrupted = ended || Thread.currentThread().isInterrupted();
    for (Throwable cause = e; cause != null && !interrupted; cause = cause.getCause()) {
      interrupted = cause instanceof InterruptedException;
    }
    return interrupted || spark.isStopped();
  }

  private static String message(Throwable error) {
    String message = error.getMessage() == null ? error.toString() : error.getMessage();
    return message.lines().findFirst().orElse(message);
  }

  private Model<?> model(Cell cell, Rung rung, int fold, Dataset<Row> training) {
    if (!resource.continues(cell)) {
      return fit(training, resource.map(cell, rung, 0, null));
    }
    int i = rung.number();
    while (i > 0 && !resource.adds(cell, rungs.get(i - 1), rung)) {
      i--; // so few epochs that the rung before has as many
    }
    Vector start = i == 0 ? null : weightsAfter(cell, rungs.get(i - 1), fold, training);
    Model<?> model =
        fit(training, resource.map(cell, rung, i == 0 ? 0 : rungs.get(i - 1).share(), start));
    weights.keySet().removeIf(k -> k.cell == cell.number() && k.fold == fold);
    if (rung.number() < rungs.size() - 1) {
      weights.put(new Key(cell.number(), rung.number(), fold), Resource.weights(model));
    }
    return model;
  }

  /**
   * The weights that a rung has ended with. If they aren't there any more, because the search was
   * killed since, they are made again, bit for bit.
   */
  private Vector weightsAfter(Cell cell, Rung rung, int fold, Dataset<Row> training) {
    Vector kept = weights.get(new Key(cell.number(), rung.number(), fold));
    return kept != null ? kept : Resource.weights(model(cell, rung, fold, training));
  }

  /** By the fit that shares packed rows. */
  private Model<?> fit(Dataset<Row> training, ParamMap map) {
    ParamMap with = map.copy();
    for (ParamPair<?> pair : classes) {
      if (!map.contains(pair.param())) {
        with.put(List.of(pair));
      }
    }
    return estimator.fit(training, with);
  }

  /** Mean metric of each cell over those records; NaN if one failed. */
  static Map<Integer, Double> means(List<FitRecord> records) {
    Map<Integer, double[]> sums = new HashMap<>();
    for (FitRecord record : records) {
      double[] sum = sums.computeIfAbsent(record.cell(), cell -> new double[2]);
      sum[0] += record.metric();
      sum[1]++;
    }
    Map<Integer, Double> means = new HashMap<>();
    sums.forEach((cell, sum) -> means.put(cell, sum[0] / sum[1]));
    return means;
  }
}
