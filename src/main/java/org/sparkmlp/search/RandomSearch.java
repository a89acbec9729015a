package org.sparkmlp.search;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.sparkmlp.ml.Rules;
import org.sparkmlp.util.Check;

/**
 * A search of {@code numIter} cells drawn at random, in the place of CrossValidator. A cell takes a
 * value from each of {@code distributions}, and one of {@code estimatorParamMaps}, if they are set:
 * each of them once before any twice.
 *
 * <pre>{@code
 * new RandomSearch()
 *     .setEstimator(mlp)
 *     .setEvaluator(evaluator)
 *     .setDistributions("stepSize = logUniform(1e-4, 0.1)", "batchSize = choice(32, 64, 128)")
 *     .setNumIter(20)
 * }</pre>
 *
 * <p>{@code factor} above 1 halves as in {@link HalvingGridSearch}; with {@code brackets = 0} that
 * is Hyperband. (J. Bergstra, Y. Bengio, JMLR 13, 2012, on why random cells do better than a grid.)
 */
public final class RandomSearch extends SearchEstimator<RandomSearch> {
  private static final long serialVersionUID = 1;

  private final IntParam numIter =
      new IntParam(this, "numIter", "cells to try (>= 1)", Rules.intAtLeast("numIter", 1));
  private final StringArrayParam distributions =
      new StringArrayParam(
          this,
          "distributions",
          "what params of the estimator (of a Pipeline: of its last stage) are drawn from, as in stepSize = logUniform(1e-4,"
              + " 0.1); there are "
              + String.join(", ", Distribution.names()),
          Rules.specs((Consumer<String[]> & Serializable) Draws::parseAll));

  public RandomSearch() {
    this(Identifiable$.MODULE$.randomUID("randomSearch"));
  }

  public RandomSearch(String uid) {
    super(uid, 1);
    setDefault(numIter, 10);
    setDefault(distributions, new String[0]);
    set(estimatorParamMaps(), new ParamMap[] {ParamMap.empty()});
  }

  public IntParam numIter() {
    return numIter;
  }

  public int getNumIter() {
    return (Integer) getOrDefault(numIter);
  }

  public RandomSearch setNumIter(int value) {
    set(numIter, value);
    return this;
  }

  public StringArrayParam distributions() {
    return distributions;
  }

  public String[] getDistributions() {
    return getOrDefault(distributions);
  }

  public RandomSearch setDistributions(String... value) {
    set(distributions, value);
    return this;
  }

  @Override
  RandomSearch self() {
    return this;
  }

  @Override
  ParamMap[] candidates() {
    List<Draws.Draw> draws = new ArrayList<>();
    for (String text : getDistributions()) {
      draws.add(Draws.parse(text).of(Resource.learner(getEstimator())));
    }
    int[] places =
        Draws.places(getEstimatorParamMaps().length, getNumIter(), draws.isEmpty(), getSeed());
    ParamMap[] maps = new ParamMap[places.length];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = getEstimatorParamMaps()[places[i]];
      for (int j = 0; j < draws.size(); j++) {
        Param<?> param = draws.get(j).param();
        Check.that(
            !maps[i].contains(param),
            "%s is drawn from distributions, so the values in estimatorParamMaps would never be tried; take one of them",
            param.name());
        maps[i] = plus(maps[i], draws.get(j).pair(getSeed(), i, j));
      }
    }
    return maps;
  }

  public static MLReader<RandomSearch> read() {
    return SearchFormat.reader(RandomSearch.class, RandomSearch::new);
  }

  public static RandomSearch load(String path) {
    return read().load(path);
  }
}
