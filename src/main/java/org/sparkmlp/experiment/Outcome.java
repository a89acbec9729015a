package org.sparkmlp.experiment;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.TrainingSummary;

/**
 * What an experiment has found, for whoever shows it.
 *
 * @param metric name of what cells are ranked by
 * @param ranking cells, the best first, failed ones last; empty without a search
 * @param best params of the model, as text
 * @param test metrics of the held-out rows by name; empty if there are none
 * @param training how the model was trained
 */
public record Outcome(
    String metric,
    List<Ranked> ranking,
    String best,
    Map<String, Double> test,
    TrainingSummary training) {
  /**
   * One cell of the search.
   *
   * @param deviation standard deviation over folds
   * @param error why it failed, or null
   */
  public record Ranked(
      String params, double mean, double deviation, double seconds, String error) {}

  static Outcome of(
      ExperimentConfig config,
      Search search,
      MLPClassificationModel model,
      Map<String, Double> test) {
    boolean larger = config.metric().evaluator(config.classifier()).isLargerBetter();
    Comparator<Ranked> byMean = Comparator.comparingDouble(Ranked::mean);
    Comparator<Ranked> order =
        Comparator.comparing((Ranked cell) -> cell.error != null)
            .thenComparing(larger ? byMean.reversed() : byMean);
    List<Ranked> ranking =
        config.hasSearch()
            ? search.records().stream()
                .map(r -> new Ranked(r.params(), r.mean(), r.deviation(), r.seconds(), r.error()))
                .sorted(order)
                .toList()
            : List.of();
    String best = config.hasSearch() ? search.best().params() : search.records().get(0).params();
    return new Outcome(config.metric().sparkName(), ranking, best, test, model.summary());
  }
}
