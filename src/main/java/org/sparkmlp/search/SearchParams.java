package org.sparkmlp.search;

import java.io.Serializable;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.shared.HasParallelism;
import org.apache.spark.ml.param.shared.HasSeed;
import org.apache.spark.ml.tuning.CrossValidatorParams;
import org.apache.spark.ml.tuning.ValidatorParams;
import org.sparkmlp.ml.Rules;

/**
 * The params of a search and of its model: those of Spark's CrossValidator (but collectSubModels),
 * and those of halving.
 */
public interface SearchParams extends CrossValidatorParams, HasParallelism {
  /** The params of this stage. */
  Holder search();

  default IntParam factor() {
    return search().factor;
  }

  default int getFactor() {
    return (Integer) getOrDefault(factor());
  }

  default Param<String> resource() {
    return search().resource;
  }

  default String getResource() {
    return getOrDefault(resource());
  }

  default DoubleParam minResources() {
    return search().minResources;
  }

  default double getMinResources() {
    return (Double) getOrDefault(minResources());
  }

  default IntParam brackets() {
    return search().brackets;
  }

  default int getBrackets() {
    return (Integer) getOrDefault(brackets());
  }

  default BooleanParam evaluateBest() {
    return search().evaluateBest;
  }

  default boolean getEvaluateBest() {
    return (Boolean) getOrDefault(evaluateBest());
  }

  @Override
  default IntParam numFolds() {
    return search().numFolds;
  }

  @Override
  default Param<String> foldCol() {
    return search().foldCol;
  }

  @Override
  default Param<Estimator<?>> estimator() {
    return search().estimator;
  }

  @Override
  default Param<ParamMap[]> estimatorParamMaps() {
    return search().estimatorParamMaps;
  }

  @Override
  default Param<Evaluator> evaluator() {
    return search().evaluator;
  }

  @Override
  default LongParam seed() {
    return search().seed;
  }

  @Override
  default IntParam parallelism() {
    return search().parallelism;
  }

  // what Scala's traits call to hand over the params that they make

  @Override
  default void org$apache$spark$ml$tuning$CrossValidatorParams$_setter_$numFolds_$eq(
      IntParam value) {
    search().numFolds = value;
  }

  @Override
  default void org$apache$spark$ml$tuning$CrossValidatorParams$_setter_$foldCol_$eq(
      Param<String> value) {
    search().foldCol = value;
  }

  @Override
  default void org$apache$spark$ml$tuning$ValidatorParams$_setter_$estimator_$eq(
      Param<Estimator<?>> value) {
    search().estimator = value;
  }

  @Override
  default void org$apache$spark$ml$tuning$ValidatorParams$_setter_$estimatorParamMaps_$eq(
      Param<ParamMap[]> value) {
    search().estimatorParamMaps = value;
  }

  @Override
  default void org$apache$spark$ml$tuning$ValidatorParams$_setter_$evaluator_$eq(
      Param<Evaluator> value) {
    search().evaluator = value;
  }

  @Override
  default void org$apache$spark$ml$param$shared$HasSeed$_setter_$seed_$eq(LongParam value) {
    search().seed = value;
  }

  @Override
  default void org$apache$spark$ml$param$shared$HasParallelism$_setter_$parallelism_$eq(
      IntParam value) {
    search().parallelism = value;
  }

  /** Where a stage keeps its params. */
  final class Holder implements Serializable {
    private static final long serialVersionUID = 1;

    private IntParam numFolds;
    private Param<String> foldCol;
    private Param<Estimator<?>> estimator;
    private Param<ParamMap[]> estimatorParamMaps;
    private Param<Evaluator> evaluator;
    private LongParam seed;
    private IntParam parallelism;
    private IntParam factor;
    private Param<String> resource;
    private DoubleParam minResources;
    private IntParam brackets;
    private BooleanParam evaluateBest;

    /** Makes the params of a stage that knows its uid and has this holder. */
    void make(SearchParams owner, int defaultFactor) {
      HasSeed.$init$(owner);
      ValidatorParams.$init$(owner);
      CrossValidatorParams.$init$(owner);
      HasParallelism.$init$(owner);
      factor =
          new IntParam(
              owner,
              "factor",
              "of the cells of a rung, one in so many goes on to the next, with so many times as much of the resource (>= 1;"
                  + " 1: all cells get everything at once)",
              Rules.intAtLeast("factor", 1));
      resource =
          new Param<>(
              owner,
              "resource",
              "what rungs give more of: rows of each fold (and epochs, in equal parts), with the whole schedule of the learning"
                  + " rate in every rung; maxIter, the epochs, where cells with a constant rate go on from the rung before;"
                  + " auto: rows if any cell has a schedule, else maxIter",
              Rules.oneOf("resource", Resource.NAMES));
      minResources =
          new DoubleParam(
              owner,
              "minResources",
              "least share of the resource that the first rung gives (0 to 1); 0: as many rungs as leave fewer cells than"
                  + " factor, or as many, in the last",
              Rules.unitInterval("minResources"));
      brackets =
          new IntParam(
              owner,
              "brackets",
              "brackets of Hyperband (>= 0), each of which begins a rung later, with fewer cells drawn at random; 1: successive"
                  + " halving; 0: as many as rungs",
              Rules.intAtLeast("brackets", 0));
      evaluateBest =
          new BooleanParam(
              owner,
              "evaluateBest",
              "whether a cell that is left alone is fitted on the folds with everything too, which decides nothing but tells"
                  + " what its metric is (must be true with several brackets)");
      owner.setDefault(factor, defaultFactor);
      owner.setDefault(resource, Resource.NAMES.get(0));
      owner.setDefault(minResources, 0.0);
      owner.setDefault(brackets, 1);
      owner.setDefault(evaluateBest, true);
    }
  }
}
