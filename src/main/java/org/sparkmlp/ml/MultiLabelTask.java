package org.sparkmlp.ml;

import java.util.Arrays;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.BinaryCrossEntropy;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/** A set of label ids a row: every id has an output, 1 for rows that have it and 0 for others. */
final class MultiLabelTask implements Task<MLPMultiLabelClassificationModel> {
  /** More ids than this aren't inferred from labels: likelier they aren't ids. */
  private static final int MOST_INFERRED_LABELS = 1000;

  private final MLPMultiLabelClassifier params;

  MultiLabelTask(MLPMultiLabelClassifier params) {
    this.params = params;
  }

  /** Checks what params say together, without data. */
  static void checkParams(MLPMultiLabelClassifier p) {
    Fit.checkParams(p);
    Check.that(
        loss(p) instanceof BinaryCrossEntropy,
        "loss = %s isn't for sets of labels; take binaryCrossEntropy, which decides on each label by itself",
        p.getLoss());
    int outputs = p.isSet(p.layers()) ? p.getLayers()[p.getLayers().length - 1] : 0;
    Check.that(
        outputs == 0 || p.getNumLabels() == 0 || outputs == p.getNumLabels(),
        "layers = %s are for %d labels, but numLabels = %d",
        p.isSet(p.layers()) ? Arrays.toString(p.getLayers()) : "",
        outputs,
        p.getNumLabels());
  }

  private static Loss loss(MLPMultiLabelClassifier p) {
    return p.getLoss().equals(MLPParams.AUTO)
        ? Losses.BINARY_CROSS_ENTROPY
        : Losses.parse(p.getLoss());
  }

  @Override
  public String labelCol() {
    return params.getLabelCol();
  }

  @Override
  public Targets targets(Dataset<?> dataset) {
    return Targets.ids(
        params.isSet(params.layers())
            ? params.getLayers()[params.getLayers().length - 1]
            : params.getNumLabels());
  }

  @Override
  public Targets targets(Targets asked, Survey survey, int outputs) {
    if (asked.size() > 0) {
      return asked;
    }
    Check.that(
        survey.maxLabel() >= 0 || outputs > 0,
        "column '%s' has no label id in any row; set numLabels",
        params.getLabelCol());
    Check.that(
        survey.maxLabel() < MOST_INFERRED_LABELS,
        "column '%s' has label ids up to %d, but more than %d labels aren't inferred from them: set numLabels",
        params.getLabelCol(),
        survey.maxLabel(),
        MOST_INFERRED_LABELS);
    return asked.ofSize(Math.max(survey.maxLabel() + 1, outputs));
  }

  @Override
  public Topology topology(int numFeatures, Targets targets) {
    int[] layers = Fit.layers(params, numFeatures, targets.size());
    return new Topology(
        layers,
        Activations.forLayers(params.getActivation(), layers.length - 2),
        loss(params),
        false);
  }

  @Override
  public MLPMultiLabelClassificationModel model(FittedNetwork network, Targets targets) {
    String uid = Identifiable$.MODULE$.randomUID("mlpmlModel");
    return new MLPMultiLabelClassificationModel(uid, network);
  }
}
