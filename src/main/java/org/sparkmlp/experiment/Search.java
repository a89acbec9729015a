package org.sparkmlp.experiment;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.util.Sample;

/**
 * A grid search by Spark's own CrossValidator, which tells no more than the mean of each cell and
 * dies with its first failing fit. So it is given an Estimator and an Evaluator that pass
 * everything on, note the metric, the time and the error of each fit, and turn a failure into the
 * worst of metrics.
 *
 * <p>CrossValidator takes fold after fold, and in each fold fits every cell once, then evaluates it
 * on the same thread; the last fit, of the best cell, is on all rows. That is how a fit is known.
 */
final class Search {
  private static final Logger LOG = LoggerFactory.getLogger(Search.class);

  /** What is known of a cell. */
  static final class CellRecord {
    final Cell cell;
    private final AtomicInteger fits = new AtomicInteger();
    final double[] folds;
    private double seconds;
    private String error;

    CellRecord(Cell cell, int folds) {
      this.cell = cell;
      this.folds = new double[folds];
      java.util.Arrays.fill(this.folds, Double.NaN);
    }

    synchronized void add(double fitSeconds) {
      seconds += fitSeconds;
    }

    synchronized void fail(String message) {
      error = error == null ? message : error;
    }

    synchronized double seconds() {
      return seconds;
    }

    /** The first error, or null. */
    synchronized String error() {
      return error;
    }

    double mean() {
      return Sample.mean(folds);
    }

    /** Standard deviation over folds, of a sample. */
    double deviation() {
      return Sample.deviation(folds);
    }

    String params() {
      return cell.params().entrySet().stream()
          .map(entry -> entry.getKey() + "=" + entry.getValue())
          .collect(Collectors.joining(" "));
    }
  }

  /** The fit that a thread is busy with. */
  private record Task(CellRecord record, Progress.Fit fit, long start) {
    double seconds() {
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private final ExperimentConfig config;
  private final Progress progress;
  private final List<CellRecord> records = new ArrayList<>();
  private final IdentityHashMap<ParamMap, CellRecord> byMap = new IdentityHashMap<>();
  private static final ThreadLocal<Task> TASK = new ThreadLocal<>();

  Search(ExperimentConfig config, Progress progress) {
    this.config = config;
    this.progress = progress;
    for (Cell cell : config.cells()) {
      CellRecord record = new CellRecord(cell, config.folds());
      records.add(record);
      byMap.put(cell.map(), record);
    }
  }

  List<CellRecord> records() {
    return records;
  }

  /**
   * Searches and fits the best cell on all rows.
   *
   * @param rows with the column {@code foldCol}
   * @throws IllegalStateException if every cell has failed
   */
  Model<?> run(Estimator<? extends Model<?>> estimator, Dataset<Row> rows, String foldCol) {
    progress.onStart(config.cells().size() * config.folds() + 1);
    CrossValidatorModel model =
        new CrossValidator()
            .setEstimator(new Recorder(estimator))
            .setEvaluator(new Judge(config.metric().evaluator(config.classifier())))
            .setEstimatorParamMaps(config.cells().stream().map(Cell::map).toArray(ParamMap[]::new))
            .setNumFolds(config.folds())
            .setFoldCol(foldCol)
            .setParallelism(config.parallelism())
            .fit(rows);
    return ((Fitted) model.bestModel()).model;
  }

  /** Fits without a search. */
  Model<?> fitOnly(Estimator<? extends Model<?>> estimator, Dataset<Row> rows) {
    progress.onStart(1);
    return new Recorder(estimator).fit(rows, config.cells().get(0).map()).model;
  }

  /** The best cell of those that did not fail. */
  CellRecord best() {
    boolean larger = config.metric().evaluator(config.classifier()).isLargerBetter();
    CellRecord best = null;
    for (CellRecord record : records) {
      boolean better =
          best == null || (larger ? record.mean() > best.mean() : record.mean() < best.mean());
      if (record.error() == null && better) {
        best = record;
      }
    }
    return best;
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

  private static String message(Throwable error) {
    String message = error.getMessage() == null ? error.toString() : error.getMessage();
    return message.lines().findFirst().orElse(message);
  }

  /** Notes each fit. */
  private final class Recorder extends Estimator<Fitted> {
    private static final long serialVersionUID = 1;

    private final String uid = Identifiable$.MODULE$.randomUID("search");
    private final transient Estimator<? extends Model<?>> estimator;

    Recorder(Estimator<? extends Model<?>> estimator) {
      this.estimator = estimator;
    }

    @Override
    public String uid() {
      return uid;
    }

    @Override
    public Fitted fit(Dataset<?> dataset, ParamMap map) {
      CellRecord record = byMap.get(map);
      int fold = record.fits.incrementAndGet();
      boolean last = fold > config.folds();
      Progress.Fit fit =
          new Progress.Fit(
              record.cell.number(),
              records.size(),
              last ? 0 : fold,
              config.folds(),
              record.params());
      Task now = new Task(record, fit, System.nanoTime());
      TASK.set(now);
      if (last && record.error() != null) {
        throw new IllegalStateException(
            "every cell of the grid has failed, this one with: " + record.error());
      }
      try {
        Model<?> model = estimator.fit(dataset, map);
        if (last) {
          progress.onFit(fit, Double.NaN, now.seconds());
        }
        return new Fitted(model);
      } catch (RuntimeException e) {
        if (last) {
          throw e;
        }
        fail(now, e);
        return new Fitted(null);
      }
    }

    @Override
    public Fitted fit(Dataset<?> dataset) {
      return fit(dataset, config.cells().get(0).map());
    }

    @Override
    public StructType transformSchema(StructType schema) {
      return schema; // a cell's params may make it fail; each fit checks for itself
    }

    @Override
    public Estimator<Fitted> copy(ParamMap extra) {
      return this;
    }
  }

  private void fail(Task now, RuntimeException e) {
    LOG.warn("cell {} ({}) failed", now.record.cell.number(), now.record.params(), e);
    now.record.fail(message(e));
    progress.onFailure(now.fit, message(e));
  }

  /** What was fitted, or nothing if the fit has failed. */
  private static final class Fitted extends Model<Fitted> {
    private static final long serialVersionUID = 1;

    private final String uid = Identifiable$.MODULE$.randomUID("fitted");
    private final transient Model<?> model;

    Fitted(Model<?> model) {
      this.model = model;
    }

    @Override
    public String uid() {
      return uid;
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
      return model == null ? dataset.toDF() : model.transform(dataset);
    }

    @Override
    public StructType transformSchema(StructType schema) {
      return model == null ? schema : model.transformSchema(schema);
    }

    @Override
    public Fitted copy(ParamMap extra) {
      return this;
    }
  }

  /** Notes each metric; of a failed fit it is the worst there is. */
  private final class Judge extends Evaluator {
    private static final long serialVersionUID = 1;

    private final String uid = Identifiable$.MODULE$.randomUID("judge");
    private final Evaluator evaluator;

    Judge(Evaluator evaluator) {
      this.evaluator = evaluator;
    }

    @Override
    public String uid() {
      return uid;
    }

    @Override
    public double evaluate(Dataset<?> dataset) {
      Task now = TASK.get();
      double worst = isLargerBetter() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      if (now.record.error() != null) {
        return worst;
      }
      try {
        double metric = evaluator.evaluate(dataset);
        now.record.folds[now.fit.fold() - 1] = metric;
        now.record.add(now.seconds());
        progress.onFit(now.fit, metric, now.seconds());
        return Double.isNaN(metric) ? worst : metric;
      } catch (RuntimeException e) {
        fail(now, e);
        return worst;
      }
    }

    @Override
    public boolean isLargerBetter() {
      return evaluator.isLargerBetter();
    }

    @Override
    public Evaluator copy(ParamMap extra) {
      return this;
    }
  }
}
