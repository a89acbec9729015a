package org.sparkmlp.search;

import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;

/**
 * Successive halving over a grid, in the place of CrossValidator: each rung gives the cells that
 * are left {@code factor} times as much of the {@code resource}, and lets the best of them go on.
 * {@code brackets = 0} makes it Hyperband's. See {@link Halving}.
 */
public final class HalvingGridSearch extends SearchEstimator<HalvingGridSearch> {
  private static final long serialVersionUID = 1;

  private static final int FACTOR = 3;

  public HalvingGridSearch() {
    this(Identifiable$.MODULE$.randomUID("halving"));
  }

  public HalvingGridSearch(String uid) {
    super(uid, FACTOR);
  }

  @Override
  HalvingGridSearch self() {
    return this;
  }

  @Override
  ParamMap[] candidates() {
    return getEstimatorParamMaps();
  }

  public static MLReader<HalvingGridSearch> read() {
    return SearchFormat.reader(HalvingGridSearch.class, HalvingGridSearch::new);
  }

  public static HalvingGridSearch load(String path) {
    return read().load(path);
  }
}
