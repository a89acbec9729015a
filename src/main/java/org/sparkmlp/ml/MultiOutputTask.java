package org.sparkmlp.ml;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MetadataUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;
import scala.Option;

/** Several values a row, which may be the features themselves. */
final class MultiOutputTask implements Task<MLPMultiOutputRegressionModel> {
  private final MLPMultiOutputRegressor params;

  MultiOutputTask(MLPMultiOutputRegressor params) {
    this.params = params;
  }

  /** Checks what params say together, without data. */
  static void checkParams(MLPMultiOutputRegressor p) {
    Fit.checkParams(p);
    ValueLosses.check(p, p.standardizeLabel());
    Check.that(
        !p.getAutoencoder() || !p.isSet(p.labelCol()),
        "labelCol = %s is set, but with autoencoder = true the features are the labels; unset one of them",
        p.getLabelCol());
    Check.that(
        p.getAutoencoder() || p.getErrorCol().isEmpty(),
        "errorCol = %s is for autoencoders, which alone reconstruct their input; set autoencoder to true or errorCol to \"\"",
        p.getErrorCol());
    int hidden = Fit.hiddenLayers(p);
    Check.that(
        p.getEncodedCol().isEmpty() || (hidden > 0 && p.getEncodeLayer() <= hidden),
        "encodeLayer = %d is none of the %d hidden layers that encodedCol = %s can show",
        p.getEncodeLayer(),
        hidden,
        p.getEncodedCol());
    Check.that(
        !p.getAutoencoder()
            || !p.isSet(p.layers())
            || p.getLayers()[0] == p.getLayers()[p.getLayers().length - 1],
        "layers = %s have other outputs than inputs, but an autoencoder reproduces its inputs",
        p.isSet(p.layers()) ? Arrays.toString(p.getLayers()) : "");
  }

  @Override
  public String labelCol() {
    return params.getAutoencoder() ? params.getFeaturesCol() : params.getLabelCol();
  }

  @Override
  public Targets targets(Dataset<?> dataset) {
    boolean inArray = dataset.schema().apply(labelCol()).dataType() instanceof ArrayType;
    return Targets.values(
        inArray,
        size(dataset, inArray),
        ValueLosses.standardizes(params, params.standardizeLabel()),
        ValueLosses.parse(params.getLoss()));
  }

  /** Values of a row: from the label's metadata, else from the first row that has one. */
  private int size(Dataset<?> dataset, boolean inArray) {
    String column = labelCol();
    Option<Object> known = MetadataUtils.getNumFeatures(dataset.schema().apply(column));
    int found;
    if (known.isDefined()) {
      found = (Integer) known.get();
    } else {
      List<Row> first = dataset.select(column).na().drop().toDF().takeAsList(1);
      Check.that(!first.isEmpty(), "the DataFrame is empty, or column '%s' has nulls only", column);
      Row row = first.get(0);
      found = inArray ? row.getList(0).size() : row.<Vector>getAs(0).size();
    }
    Check.that(found > 0, "column '%s' has labels without values", column);
    Check.that(
        !params.isSet(params.layers())
            || params.getLayers()[params.getLayers().length - 1] == found,
        "layers = %s end in another number of outputs than the %d values that column '%s' has",
        params.isSet(params.layers()) ? Arrays.toString(params.getLayers()) : "",
        found,
        column);
    return found;
  }

  @Override
  public Targets targets(Targets asked, Survey survey, int outputs) {
    return asked.of(survey);
  }

  @Override
  public Topology topology(int numFeatures, Targets targets) {
    int[] layers = Fit.layers(params, numFeatures, targets.size());
    return new Topology(
        layers,
        Activations.forLayers(params.getActivation(), layers.length - 2),
        ValueLosses.parse(params.getLoss()),
        false);
  }

  @Override
  public MLPMultiOutputRegressionModel model(FittedNetwork network, Targets targets) {
    String uid = Identifiable$.MODULE$.randomUID("mlpmrModel");
    return new MLPMultiOutputRegressionModel(uid, network, targets.scaling());
  }
}
