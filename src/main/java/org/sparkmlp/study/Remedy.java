package org.sparkmlp.study;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Maxout;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Registry;
import org.sparkmlp.util.Spec;

/**
 * Something against a gap between training rows and others, written as {@code none}, {@code
 * dropout(hidden=0.5,input=0.1)}, {@code l2(regParam=0.01)}, {@code
 * earlyStopping(patience=20,fraction=0.2)} or {@code maxout(pieces=2)}, or several of them with
 * commas between.
 *
 * @param spec as written
 * @param family names of what it is made of: remedies of a family differ in strength alone
 * @param regularization what the trainer does
 * @param maxout null for the activation that all others have
 * @param patience epochs of early stopping; 0 for none
 * @param fraction of the training rows that early stopping judges epochs by
 */
record Remedy(
    String spec,
    String family,
    Regularization regularization,
    Maxout maxout,
    int patience,
    double fraction) {
  private static final Registry<UnaryOperator<Remedy>> ALL = new Registry<>("variant");

  static {
    ALL.add("none", List.of(), arguments -> remedy -> remedy)
        .add(
            "dropout",
            List.of("hidden", "input"),
            arguments -> {
              double hidden = Check.fraction(arguments.number("hidden", 0), "dropout: hidden");
              double input = Check.fraction(arguments.number("input", 0), "dropout: input");
              return remedy ->
                  remedy.with(
                      remedy.regularization.withDropout(new Dropout(input, List.of(hidden))));
            })
        .add(
            "l2",
            List.of("regParam"),
            arguments -> {
              double regParam = Check.positive(arguments.number("regParam", 0), "l2: regParam");
              return remedy -> remedy.with(remedy.regularization.withPenalty(regParam, 0));
            })
        .add(
            "earlyStopping",
            List.of("patience", "fraction"),
            arguments -> {
              int patience =
                  Check.atLeast(1, arguments.integer("patience", 10), "earlyStopping: patience");
              double fraction =
                  Check.positive(
                      Check.fraction(arguments.number("fraction", 0.2), "earlyStopping: fraction"),
                      "earlyStopping: fraction");
              return remedy ->
                  new Remedy(
                      remedy.spec,
                      remedy.family,
                      remedy.regularization,
                      remedy.maxout,
                      patience,
                      fraction);
            })
        .add(
            "maxout",
            List.of("pieces"),
            arguments -> {
              Maxout maxout = new Maxout(arguments.integer("pieces", 2));
              return remedy ->
                  new Remedy(
                      remedy.spec,
                      remedy.family,
                      remedy.regularization,
                      maxout,
                      remedy.patience,
                      remedy.fraction);
            });
  }

  /** The remedy that a spec names; what is wrong with it is an IllegalArgumentException. */
  static Remedy parse(String text) {
    List<Spec> parts = Spec.parseList(text);
    Set<String> names = new LinkedHashSet<>();
    for (Spec part : parts) {
      Check.that(names.add(part.name()), "'%s' has %s twice", text, part.name());
    }
    Check.that(
        parts.size() == 1 || !names.contains("none"), "'%s': none goes with nothing else", text);
    Remedy remedy = new Remedy(text, String.join(" + ", names), Regularization.NONE, null, 0, 0);
    for (Spec part : parts) {
      remedy = ALL.make(part).apply(remedy);
    }
    return remedy;
  }

  private Remedy with(Regularization other) {
    return new Remedy(spec, family, other, maxout, patience, fraction);
  }

  /** The same rate of dropout for each of so many hidden layers. */
  Regularization regularization(int hiddenLayers) {
    Dropout dropout = regularization.dropout();
    return dropout.isOff()
        ? regularization
        : regularization.withDropout(
            new Dropout(
                dropout.input(), Collections.nCopies(hiddenLayers, dropout.hidden().get(0))));
  }

  /** The activation of hidden layers, where all others have {@code usual}. */
  Activation activation(Activation usual) {
    return maxout == null ? usual : maxout;
  }

  /**
   * Units of a hidden layer that has {@code usual} without maxout: fewer with it, so that it has as
   * many sums.
   */
  int units(int usual) {
    return maxout == null ? usual : Math.max(1, usual / maxout.pieces());
  }

  /** How many of so many rows early stopping holds out; 0 without it. */
  int heldOut(int rows) {
    return patience == 0 ? 0 : Math.max(1, (int) Math.round(fraction * rows));
  }
}
