package org.sparkmlp.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What to try next, as the records of a run suggest. */
final class Advice {
  private static final int MOST = 6;

  /** Numbers that may be larger or smaller without end. */
  private static final Set<String> SCALES =
      Set.of(
          "stepSize",
          "batchSize",
          "maxIter",
          "regParam",
          "weightDecay",
          "maxNorm",
          "gradientClipNorm",
          "gradientClipValue");

  private final RunData run;
  private final List<String> found = new ArrayList<>();

  private Advice(RunData run) {
    this.run = run;
  }

  /** Sentences, the most useful first; at most six. */
  static List<String> of(RunData run) {
    Advice advice = new Advice(run);
    if (run.isFinished()) {
      advice.edges();
      advice.length();
      advice.gap();
      advice.cheaper();
      advice.confused();
      advice.aggregation();
      advice.calibration();
    }
    advice.failures();
    return advice.found.subList(0, Math.min(MOST, advice.found.size()));
  }

  /** The best value of a number is the first or last that was tried. */
  private void edges() {
    CellData best = run.best();
    if (best == null) {
      return;
    }
    for (String param : run.varied()) {
      if (!SCALES.contains(param)) {
        continue;
      }
      List<String> values = run.values(param);
      List<Double> numbers = values.stream().map(RunData::asNumber).toList();
      double own = RunData.asNumber(best.params().getOrDefault(param, ""));
      if (numbers.stream().anyMatch(v -> v.isNaN()) || Double.isNaN(own)) {
        continue;
      }
      if (run.isCompared()
          && run.leading().stream()
              .anyMatch(c -> !best.params().get(param).equals(c.params().get(param)))) {
        continue; // others may be as good
      }
      boolean least = own == numbers.get(0);
      boolean most = own == numbers.get(numbers.size() - 1);
      double factor = param.equals("batchSize") ? 2 : 3;
      boolean whole = numbers.stream().allMatch(v -> v == Math.rint(v));
      double next = least ? own / factor : own * factor;
      if ((least || most) && next != own && (!whole || next >= 1)) {
        found.add(
            String.format(
                Locale.ROOT,
                "The best %s, %s, is the %s that was tried: search on, with %s = %s too.",
                Words.name(param),
                best.params().get(param),
                least ? "smallest" : "largest",
                param,
                whole ? String.valueOf(Math.round(next)) : String.valueOf((float) next)));
      }
    }
  }

  /** The loss was still falling at the end, though the rate wasn't taken to nothing. */
  private void length() {
    Curve curve = run.finalCurve();
    int n = curve.epochs();
    int span = Math.max(1, n / 10);
    if (n < 5) {
      return;
    }
    double fall = 1 - curve.loss()[n - 1] / curve.loss()[n - 1 - span];
    boolean decayed = curve.learningRate()[n - 1] < 0.2 * curve.learningRate()[0];
    if (fall > 0.05 && !decayed) {
      found.add(
          String.format(
              Locale.ROOT,
              "The loss still fell by %.0f %% in the last %s: train longer, with maxIter = %d.",
              100 * fall,
              Words.count(span, "epoch"),
              2 * n));
    }
  }

  /** Training rows are predicted better than others, or neither well. */
  private void gap() {
    Curve curve = run.finalCurve();
    Double test = run.test().get("accuracy");
    long rows = new Verdict(run).testRows();
    if (test == null || rows == 0 || curve.epochs() == 0) {
      return;
    }
    double train = curve.accuracy()[curve.epochs() - 1];
    double error = Math.sqrt(test * (1 - test) / rows);
    if (train - test > Math.max(0.02, 2 * error)) {
      found.add(
          "It knows its training rows better than others ("
              + Words.percent(train)
              + " against "
              + Words.percent(test)
              + "): try dropout, regParam or more rows.");
    } else if (train < 0.9 && train - test < error) {
      found.add(
          "It predicts its training rows no better than others ("
              + Words.percent(train)
              + "): a larger network (hiddenLayers) or more epochs may find more.");
    }
  }

  /**
   * Others can't be told from the best: take one that is cheaper, if its mean is within a standard
   * error of the best's (the rule of L. Breiman et al., Classification and Regression Trees, 1984,
   * section 3.4.3), or look closer.
   */
  private void cheaper() {
    CellData best = run.best();
    List<CellData> leading = run.leading();
    if (best == null || leading.size() < 2) {
      return;
    }
    CellData fastest =
        leading.stream()
            .filter(c -> c.is(best) || Verdict.behind(c, best) <= best.standardError())
            .min(Comparator.comparingDouble(CellData::fitSeconds))
            .orElseThrow();
    if (!fastest.is(best) && fastest.fitSeconds() < 0.8 * best.fitSeconds()) {
      found.add(
          Words.sentence(fastest.words(run.varied()))
              + " is behind by no more than a standard error ("
              + Words.difference(run.metric(), Verdict.behind(fastest, best))
              + "), and a fit takes "
              + Words.seconds(fastest.fitSeconds())
              + " instead of "
              + Words.seconds(best.fitSeconds())
              + ": take it where time matters.");
    }
    found.add(
        "To tell the "
            + leading.size()
            + " leading combinations apart, search among them alone with more folds (search.folds = "
            + Math.max(5, 2 * run.folds())
            + ").");
  }

  /** The class that is missed most. */
  private void confused() {
    JsonNode worst = null;
    for (JsonNode one : run.details().path("classes")) {
      boolean lower =
          worst == null || one.path("recall").asDouble(1) < worst.path("recall").asDouble(1);
      worst = one.path("rows").asLong() >= 10 && lower ? one : worst;
    }
    Double all = run.test().get("accuracy");
    if (worst == null || all == null || worst.path("recall").asDouble(1) > all - 0.03) {
      return;
    }
    String label = worst.path("label").asText();
    found.add(
        "Look at class "
            + Words.brief(label, 40)
            + ": only "
            + Words.percent(worst.path("recall").asDouble())
            + " of its rows are found; more rows of it, or classWeights, may help.");
  }

  private void aggregation() {
    Times times = Times.of(run.training());
    double share = times.aggregation() / (times.compute() + times.aggregation());
    if (share > 0.5) {
      found.add(
          String.format(
              Locale.ROOT,
              "%.0f %% of the training time went into rounds between the shards: %sfewer numShards may make it faster.",
              100 * share,
              isOncePerEpoch() ? "" : "larger localSteps or "));
    }
  }

  /** A round goes to the end of the epoch at most. */
  private boolean isOncePerEpoch() {
    return run.training().path("rounds").asLong() <= run.finalCurve().epochs();
  }

  private void calibration() {
    double error = run.details().path("expectedCalibrationError").asDouble(0);
    if (error > 0.05) {
      found.add(
          String.format(
              Locale.ROOT,
              "Its probabilities are off by %.1f points on average: label smoothing"
                  + " (loss = \"softmaxCrossEntropy(labelSmoothing=0.1)\") makes it less sure of itself.",
              100 * error));
    }
  }

  private void failures() {
    List<CellData> failed = run.cells().stream().filter(CellData::failed).toList();
    if (!failed.isEmpty()) {
      found.add(
          0,
          Words.count(failed.size(), "combination")
              + " failed, the first ("
              + failed.get(0).words(run.varied())
              + ") with: "
              + Words.brief(failed.get(0).error(), 200));
    }
  }
}
