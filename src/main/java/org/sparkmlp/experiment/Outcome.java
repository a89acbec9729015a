package org.sparkmlp.experiment;

import java.util.List;
import java.util.Map;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.TrainingSummary;
import org.sparkmlp.search.CellResult;

/**
 * What an experiment has found, for whoever shows it.
 *
 * @param metric name of what cells are ranked by
 * @param halved whether cells were given up before they had everything
 * @param ranking cells, the best first, failed ones last; empty without a search
 * @param best params of the model, as text
 * @param test metrics of the held-out rows by name; empty if there are none
 * @param training how the model was trained
 */
public record Outcome(
    String metric,
    boolean halved,
    List<CellResult> ranking,
    String best,
    Map<String, Double> test,
    TrainingSummary training) {

  static Outcome of(
      ExperimentConfig config,
      Search search,
      MLPClassificationModel model,
      Map<String, Double> test) {
    List<CellResult> ranking = CellResult.ranking(search.results());
    return new Outcome(
        config.metric().sparkName(),
        config.search().halves(),
        ranking,
        (ranking.isEmpty() ? config.cells().get(0) : ranking.get(0).cell()).text(),
        test,
        model.summary());
  }
}
