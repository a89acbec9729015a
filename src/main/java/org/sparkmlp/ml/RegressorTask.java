package org.sparkmlp.ml;

import java.util.Arrays;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/** One value a row. */
final class RegressorTask implements Task<MLPRegressionModel> {
  private final MLPRegressor params;

  RegressorTask(MLPRegressor params) {
    this.params = params;
  }

  /** Checks what params say together, without data. */
  static void checkParams(MLPRegressor p) {
    Fit.checkParams(p);
    ValueLosses.check(p, p.standardizeLabel());
    Check.that(
        !p.isSet(p.layers()) || p.getLayers()[p.getLayers().length - 1] == 1,
        "layers = %s end in several outputs, but MLPRegressor predicts one value; end them in 1, or take"
            + " MLPMultiOutputRegressor",
        p.isSet(p.layers()) ? Arrays.toString(p.getLayers()) : "");
  }

  @Override
  public String labelCol() {
    return params.getLabelCol();
  }

  @Override
  public Targets targets(Dataset<?> dataset) {
    return Targets.value(
        ValueLosses.standardizes(params, params.standardizeLabel()),
        ValueLosses.parse(params.getLoss()));
  }

  @Override
  public Targets targets(Targets asked, Survey survey, int outputs) {
    return asked.of(survey);
  }

  @Override
  public Topology topology(int numFeatures, Targets targets) {
    int[] layers = Fit.layers(params, numFeatures, 1);
    return new Topology(
        layers,
        Activations.forLayers(params.getActivation(), layers.length - 2),
        ValueLosses.parse(params.getLoss()),
        false);
  }

  @Override
  public MLPRegressionModel model(FittedNetwork network, Targets targets) {
    String uid = Identifiable$.MODULE$.randomUID("mlprModel");
    return new MLPRegressionModel(uid, network, targets.scaling());
  }
}
