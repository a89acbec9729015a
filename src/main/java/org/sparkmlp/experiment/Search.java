package org.sparkmlp.experiment;

import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlp.search.Cell;
import org.sparkmlp.search.CellResult;
import org.sparkmlp.search.CellSearch;
import org.sparkmlp.search.FitListener;
import org.sparkmlp.search.FitLog;
import org.sparkmlp.search.FitRecord;
import org.sparkmlp.search.Rung;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

/** The search of an experiment, whose progress it tells. */
final class Search implements FitListener {
  /** The fit that a thread is busy with. */
  private record Task(Progress.Fit fit, long start) {
    double seconds() {
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static final ThreadLocal<Task> TASK = new ThreadLocal<>();

  private final ExperimentConfig config;
  private final Progress progress;
  private final FitLog log;
  private final CellSearch search;
  private final int rungs;

  /**
   * @param estimator what is fitted
   * @param log where the fits are kept, with those that are done
   */
  Search(
      ExperimentConfig config,
      Estimator<? extends Model<?>> estimator,
      Progress progress,
      FitLog log) {
    this.config = config;
    this.progress = progress;
    this.log = log;
    this.search =
        new CellSearch(
            estimator,
            config.evaluator(),
            config.cells(),
            config.folds(),
            config.search().parallelism(),
            config.search().halving(),
            config.search().resource());
    this.rungs = config.search().halving().rungs(config.cells().size()).size();
  }

  /** What was found of each cell, in the order of the cells; none without a search. */
  List<CellResult> results() {
    return config.hasSearch() ? search.results(log) : List.of();
  }

  /** What rungs give more of: rows or maxIter. */
  String resource() {
    return search.resourceName();
  }

  /**
   * Searches and fits the best cell on all rows; without a search, just fits.
   *
   * @param rows with the column {@code foldCol}, which no stage sees
   * @throws IllegalStateException if every cell has failed
   */
  Model<?> run(Dataset<Row> rows, String foldCol) {
    if (config.hasSearch()) {
      int fits = config.search().halving().fits(config.cells().size(), config.folds());
      progress.onStart(Math.max(0, fits - log.records().size()) + 1);
      return search.run(rows, foldCol, log, this).best();
    }
    progress.onStart(1);
    Cell only = config.cells().get(0);
    begin(only, 0, 0);
    Model<?> model = search.estimator().fit(rows.drop(foldCol), only.map());
    onBest(only);
    return model;
  }

  private void begin(Cell cell, int rung, int fold) {
    Progress.Fit fit =
        new Progress.Fit(
            cell.number(),
            config.cells().size(),
            fold,
            config.folds(),
            cell.text(),
            rung + 1,
            rungs);
    TASK.set(new Task(fit, System.nanoTime()));
  }

  @Override
  public void onFit(Cell cell, Rung rung, int fold) {
    begin(cell, rung.number(), fold);
  }

  @Override
  public void onRecord(Cell cell, FitRecord record) {
    Progress.Fit fit = TASK.get().fit;
    if (record.failed()) {
      progress.onFailure(fit, record.error());
    } else {
      progress.onFit(fit, record.metric(), record.seconds());
    }
  }

  @Override
  public void onBest(Cell cell) {
    Task task = TASK.get();
    progress.onFit(task.fit, Double.NaN, task.seconds());
  }

  /** To be told by the classifier, on the thread that fits. */
  TrainingListener listener() {
    return new TrainingListener() {
      @Override
      public void onRound(double epoch, int epochs, double loss, long rows) {
        Task now = TASK.get();
        if (now != null) {
          int number = (int) Math.min(epochs, Math.floor(epoch) + 1);
          progress.onRound(now.fit, epoch / epochs, number, epochs, loss, rows / now.seconds());
        }
      }

      @Override
      public void onEpoch(EpochRecord epoch) {
        Task now = TASK.get();
        if (now != null) {
          progress.onEpoch(now.fit, epoch);
        }
      }
    };
  }
}
