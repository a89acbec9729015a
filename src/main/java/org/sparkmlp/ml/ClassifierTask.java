package org.sparkmlp.ml;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MetadataUtils;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.BinaryCrossEntropy;
import org.sparkmlp.function.Hinge;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.function.MeanSquaredError;
import org.sparkmlp.function.SoftmaxCrossEntropy;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.ValidationMetric;
import org.sparkmlp.util.Check;
import scala.Option;

/** Classes: the label is the number of one, and every class has an output (two may share one). */
final class ClassifierTask implements Task<MLPClassificationModel> {
  /**
   * More classes than this aren't inferred from labels: likelier the label isn't a class (as in
   * Spark).
   */
  private static final int MOST_INFERRED_CLASSES = 100;

  private final MLPClassifier params;

  ClassifierTask(MLPClassifier params) {
    this.params = params;
  }

  /** Checks what params say together, without data. */
  static void checkParams(MLPClassifier p) {
    Fit.checkParams(p);
    Check.that(
        ValidationMetric.of(p.getValidationMetric()).ofClasses(),
        "validationMetric = %s is for numbers, not for classes; take loss, accuracy, f1 or logLoss",
        p.getValidationMetric());
    if (p.isSet(p.layers())) {
      int outputs = p.getLayers()[p.getLayers().length - 1];
      checkClasses(p, outputs == 1 ? 2 : outputs);
    }
    checkLoss(p);
  }

  private static void checkClasses(MLPClassifier p, int classesOfLayers) {
    Check.that(
        p.getNumClasses() == 0 || p.getNumClasses() == classesOfLayers,
        "layers = %s are for %d classes, but numClasses = %d",
        Arrays.toString(p.getLayers()),
        classesOfLayers,
        p.getNumClasses());
  }

  private static void checkLoss(MLPClassifier p) {
    if (p.getLoss().equals(MLPParams.AUTO)) {
      return;
    }
    Loss loss = Losses.parse(p.getLoss());
    Check.that(
        loss.forClasses(),
        "loss = %s is for numbers, not for classes; for classes there are %s",
        p.getLoss(),
        String.join(", ", Losses.namesForClasses()));
    if (p.isSet(p.layers())) {
      boolean single = p.getLayers()[p.getLayers().length - 1] == 1;
      Check.that(
          !single || !(loss instanceof SoftmaxCrossEntropy || loss instanceof MeanSquaredError),
          "layers = %s end in a single output, which is for loss = binaryCrossEntropy or hinge, not %s; end them in the"
              + " number of classes",
          Arrays.toString(p.getLayers()),
          p.getLoss());
      Check.that(
          single || !(loss instanceof BinaryCrossEntropy),
          "layers = %s end in several outputs, but loss = %s is for a single one; end them in 1",
          Arrays.toString(p.getLayers()),
          p.getLoss());
    }
  }

  @Override
  public String labelCol() {
    return params.getLabelCol();
  }

  @Override
  public Targets targets(Dataset<?> dataset) {
    return Targets.classes(knownClasses(dataset));
  }

  /** From layers, numClasses or the label's metadata; 0 if none of them says. */
  private int knownClasses(Dataset<?> dataset) {
    if (params.isSet(params.layers())) {
      int outputs = params.getLayers()[params.getLayers().length - 1];
      return outputs == 1 ? 2 : outputs;
    }
    if (params.getNumClasses() > 0) {
      return params.getNumClasses();
    }
    Option<Object> known =
        MetadataUtils.getNumClasses(dataset.schema().apply(params.getLabelCol()));
    return known.isDefined() ? Math.max(2, (Integer) known.get()) : 0;
  }

  @Override
  public Targets targets(Targets asked, Survey survey, int outputs) {
    int numClasses = asked.size() > 0 ? asked.size() : inferredClasses(survey);
    if (!params.isSet(params.layers()) && params.getNumClasses() == 0) {
      numClasses = Math.max(numClasses, outputs); // rows of some of its classes are enough
    }
    Check.that(
        !params.isDefined(params.thresholds()) || params.getThresholds().length == numClasses,
        "thresholds has %d numbers, but there are %d classes; give one a class",
        params.isDefined(params.thresholds()) ? params.getThresholds().length : 0,
        numClasses);
    return asked.ofSize(numClasses);
  }

  @Override
  public int countedClasses(int knownClasses) {
    return !params.isDefined(params.classWeights())
            || !ClassWeights.parse(params.getClassWeights()).isBalanced()
        ? 0
        : knownClasses > 0 ? knownClasses : MOST_INFERRED_CLASSES;
  }

  @Override
  public List<Double> classWeights(int numClasses, Survey survey) {
    return params.isDefined(params.classWeights())
        ? ClassWeights.parse(params.getClassWeights()).resolve(numClasses, survey::weightOfClass)
        : List.of();
  }

  private int inferredClasses(Survey survey) {
    int classes = Math.max(2, survey.maxLabel() + 1);
    Check.that(
        classes <= MOST_INFERRED_CLASSES,
        "column '%s' has labels up to %d, but more than %d classes aren't inferred from labels: set numClasses, or let"
            + " StringIndexer make labels with metadata",
        params.getLabelCol(),
        survey.maxLabel(),
        MOST_INFERRED_CLASSES);
    return classes;
  }

  @Override
  public Topology topology(int numFeatures, Targets targets) {
    int numClasses = targets.size();
    boolean auto = params.getLoss().equals(MLPParams.AUTO);
    Loss given = auto ? Losses.SOFTMAX_CROSS_ENTROPY : Losses.parse(params.getLoss());
    int[] layers;
    if (params.isSet(params.layers())) {
      layers = params.getLayers();
    } else {
      boolean binary = given instanceof BinaryCrossEntropy;
      Check.that(
          !binary || numClasses == 2,
          "loss = %s is for two classes, but there are %d; take softmaxCrossEntropy",
          params.getLoss(),
          numClasses);
      boolean single = binary || (given instanceof Hinge && numClasses == 2);
      layers = Fit.layers(params, numFeatures, single ? 1 : numClasses);
    }
    boolean single = layers[layers.length - 1] == 1;
    return new Topology(
        layers,
        Activations.forLayers(params.getActivation(), layers.length - 2),
        auto && single ? Losses.BINARY_CROSS_ENTROPY : given,
        true);
  }

  @Override
  public MLPClassificationModel model(FittedNetwork network, Targets targets) {
    String uid = Identifiable$.MODULE$.randomUID("mlpcModel");
    return new MLPClassificationModel(uid, network);
  }
}
