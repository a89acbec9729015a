package org.sparkmlp.ml;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.tuning.ParamGridBuilder;

/**
 * Parameter grids that read well in Java. Spark's {@link ParamGridBuilder} takes Scala collections
 * for text and arrays:
 *
 * <pre>{@code
 * ParamMap[] grid = Grids.grid()
 *     .add(mlp.learningRateSchedule(), "constant", "cosine", "warmup(2ep).then(linear)")
 *     .add(mlp.batchSize(), 32, 64, 128)
 *     .add(mlp.hiddenLayers(), new int[] {64}, new int[] {128, 64})
 *     .build();
 * }</pre>
 *
 * <p>Cells are in the order in which they are written, the last param changing fastest.
 * (ParamGridBuilder's order depends on the uid.)
 */
public final class Grids {
  private List<ParamMap> cells = new ArrayList<>(List.of(new ParamMap()));

  private Grids() {}

  /** An empty grid: one cell that sets nothing. */
  public static Grids grid() {
    return new Grids();
  }

  /** Tries each value of a text, whole-number or other param. Values are checked at once. */
  @SafeVarargs
  @SuppressWarnings("unchecked")
  public final <V> Grids add(Param<? super V> param, V... values) {
    List<ParamPair<?>> pairs = new ArrayList<>();
    for (V value : values) {
      pairs.add(new ParamPair<>((Param<V>) param, value));
    }
    return multiply(pairs);
  }

  /** Tries each array. */
  public Grids add(IntArrayParam param, int[]... values) {
    List<ParamPair<?>> pairs = new ArrayList<>();
    for (int[] value : values) {
      pairs.add(new ParamPair<>(param, value));
    }
    return multiply(pairs);
  }

  /** Tries each array. */
  public Grids add(DoubleArrayParam param, double[]... values) {
    List<ParamPair<?>> pairs = new ArrayList<>();
    for (double[] value : values) {
      pairs.add(new ParamPair<>(param, value));
    }
    return multiply(pairs);
  }

  private Grids multiply(List<ParamPair<?>> pairs) {
    List<ParamMap> product = new ArrayList<>();
    for (ParamMap cell : cells) {
      for (ParamPair<?> pair : pairs) {
        product.add(cell.copy().put(List.<ParamPair<?>>of(pair)));
      }
    }
    cells = product;
    return this;
  }

  /** All combinations. */
  public ParamMap[] build() {
    return cells.toArray(ParamMap[]::new);
  }
}
