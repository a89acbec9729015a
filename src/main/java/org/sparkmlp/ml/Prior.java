package org.sparkmlp.ml;

import java.util.Objects;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.nn.Widening;
import org.sparkmlp.train.Anchor;
import org.sparkmlp.util.Check;

/**
 * The saved models that a fit goes on from: the one it begins with and the one whose weights it is
 * held to, either of which may be null.
 */
record Prior(Origin start, Origin anchor) {
  /**
   * A saved model.
   *
   * @param name of the param and the path, for errors
   * @param labels by which its labels were standardized, or null
   */
  record Origin(String name, FittedNetwork saved, Scaling labels) {
    /** Its weights in a network that may have more outputs, whose weights are {@code fresh}. */
    float[] weights(Topology topology, float[] fresh) {
      Check.that(
          saved.topology().classTargets() == topology.classTargets(),
          "%s predicts %s, which training can't go on from to predict %s; take a model of the same Estimator",
          name,
          saved.topology().classTargets() ? "classes" : "numbers",
          topology.classTargets() ? "classes" : "numbers");
      float[] weights = fresh.clone();
      Widening.copy(name, saved.topology(), saved.weights(), topology, weights);
      return weights;
    }

    /** The importance of its weights likewise: new weights have none. Null if it isn't known. */
    float[] importance(Topology topology) {
      if (saved.importance() == null) {
        return null;
      }
      float[] importance = new float[topology.size()];
      Widening.copy(name, saved.topology(), saved.importance(), topology, importance);
      return importance;
    }
  }

  /** Reads what the params name; without initialModel, the anchor is what the fit begins with. */
  static Prior of(MLPParams params, SparkSession spark) {
    Origin anchor =
        params.isDefined(params.plasticityAnchor())
            ? load("plasticityAnchor", params.getPlasticityAnchor(), spark)
            : null;
    Check.that(
        anchor == null || anchor.saved.importance() != null,
        "%s has no importance of its weights; make it by model.importance(dataset), with the rows it was trained on, and"
            + " save what that returns",
        anchor == null ? "" : anchor.name);
    Origin start = anchor;
    if (params.isDefined(params.initialModel())) {
      start = load("initialModel", params.getInitialModel(), spark);
    } else if (params.isSet(params.initialWeights())) {
      start = null;
    }
    Prior prior = new Prior(start, anchor);
    prior.checkScaling(params);
    return prior;
  }

  private static Origin load(String param, String path, SparkSession spark) {
    ModelFormat.Saved saved = ModelFormat.load(path, spark);
    return new Origin(param + " = '" + path + "'", saved.network(), saved.labels());
  }

  boolean exists() {
    return start != null || anchor != null;
  }

  /**
   * What features are standardized by, so that the weights mean what they did; null: by nothing.
   */
  Scaling scaling() {
    return !exists() ? null : (start == null ? anchor : start).saved.scaling();
  }

  /** Labels standardized as the weights are used to. */
  Targets targets(Targets targets) {
    if (!exists()) {
      return targets;
    }
    Origin origin = start == null ? anchor : start;
    Check.that(
        origin.labels == null || origin.labels.columns() == targets.size(),
        "%s predicts %d numbers, but the labels have %d; both must have as many",
        origin.name,
        origin.labels == null ? 0 : origin.labels.columns(),
        targets.size());
    return targets.scaledBy(origin.labels);
  }

  /** Checks that both models, and the params, agree on how features are standardized. */
  private void checkScaling(MLPParams params) {
    Check.that(
        start == null
            || anchor == null
            || (Objects.equals(start.saved.scaling(), anchor.saved.scaling())
                && Objects.equals(start.labels, anchor.labels)),
        "%s and %s standardize features or labels by different means and deviations, so that their weights can't be compared",
        start == null ? "" : start.name,
        anchor == null ? "" : anchor.name);
    Check.that(
        !exists() || !params.getStandardization() || scaling() != null,
        "standardization = true, but %s takes features as they are, and its weights with them; unset standardization",
        !exists() ? "" : (start == null ? anchor : start).name);
  }

  /** Outputs that the network needs at least. */
  int outputs() {
    return Math.max(
        start == null ? 0 : start.saved.topology().outputs(),
        anchor == null ? 0 : anchor.saved.topology().outputs());
  }

  /** Epochs that the weights which the fit begins with were trained for. */
  int epochs() {
    return start == null ? 0 : start.saved.epochs();
  }

  /**
   * What the weights are held to; null where nothing holds them. New weights are held to nothing.
   */
  Anchor.Vectors anchorVectors(double lambda, Topology topology) {
    return anchor == null || lambda == 0
        ? null
        : new Anchor.Vectors(
            lambda, anchor.weights(topology, new float[topology.size()]), importance(topology));
  }

  /** The importance that the model to be inherits, or null. */
  float[] importance(Topology topology) {
    return anchor == null ? null : anchor.importance(topology);
  }
}
