package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.CounterRandom;
import org.sparkmlp.util.Names;

/**
 * Random values of a named param. A value depends on the seed, the number of the cell and the place
 * of the param, not on how many are drawn.
 *
 * @param param its name
 * @param distribution what it is drawn from
 */
public record Draws(String param, Distribution distribution) {
  /** Tells these numbers from all others that are made of the same seed. */
  private static final int PURPOSE = 0x5EA2C4;

  /** Reads a text such as {@code stepSize = logUniform(1e-4, 0.1)}. */
  public static Draws parse(String text) {
    int equals = text.indexOf('=');
    Check.that(equals > 0, "'%s' is not of the form param = distribution", text);
    return new Draws(
        text.substring(0, equals).strip(), Distribution.parse(text.substring(equals + 1).strip()));
  }

  static void parseAll(String... texts) {
    List<String> names = new ArrayList<>();
    for (String text : texts) {
      String name = parse(text).param();
      Check.that(!names.contains(name), "distributions have '%s' twice", name);
      names.add(name);
    }
  }

  /** One for the param of that name of a stage, which must allow all values. */
  public Draw of(Params stage) {
    List<String> known = Arrays.stream(stage.params()).map(Param::name).toList();
    Check.that(
        known.contains(param),
        "distributions: %s has no param '%s'%s",
        stage.getClass().getSimpleName(),
        param,
        Names.didYouMean(param, known));
    Draw draw = new Draw(stage.getParam(param), distribution);
    distribution.extremes().forEach(draw::value);
    return draw;
  }

  /**
   * Values of a param.
   *
   * @param param of a stage
   */
  public record Draw(Param<Object> param, Distribution distribution) {
    /** The value in the cell of that index, as the {@code place}-th param of it. */
    public ParamPair<?> pair(long seed, int cell, int place) {
      return new ParamPair<>(param, value(distribution.at(uniform(seed, cell, place))));
    }

    private Object value(String text) {
      Object value = convert(text);
      Check.that(
          (Boolean) param.isValid().apply(value),
          "distributions: %s can't be %s; it is: %s",
          param.name(),
          text,
          param.doc());
      return value;
    }

    private Object convert(String text) {
      Param<?> typed = param;
      Check.that(
          !(typed instanceof IntArrayParam
              || typed instanceof DoubleArrayParam
              || typed instanceof StringArrayParam),
          "distributions: %s is a list, which can't be drawn; give its values in estimatorParamMaps (in a config file: in"
              + " grid)",
          param.name());
      try {
        if (typed instanceof IntParam) {
          return Integer.parseInt(text);
        }
        if (typed instanceof LongParam) {
          return Long.parseLong(text);
        }
        if (typed instanceof DoubleParam) {
          return Double.parseDouble(text);
        }
        if (typed instanceof FloatParam) {
          return Float.parseFloat(text);
        }
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "distributions: "
                + param.name()
                + (typed instanceof DoubleParam || typed instanceof FloatParam
                    ? " must be a number"
                    : " must be a whole number")
                + ", got "
                + text,
            e);
      }
      if (typed instanceof BooleanParam) {
        Check.that(
            text.equals("true") || text.equals("false"),
            "distributions: %s must be true or false, got %s",
            param.name(),
            text);
        return text.equals("true");
      }
      return text;
    }
  }

  private static double uniform(long seed, int cell, int place) {
    return CounterRandom.uniform(CounterRandom.hash(seed, PURPOSE, cell, place, 0));
  }

  /**
   * Which of {@code size} given maps each cell takes: all of them, in random order, before any
   * again.
   *
   * @param once whether that is all of a cell, so that none may come twice
   */
  public static int[] places(int size, int cells, boolean once, long seed) {
    List<Integer> places = new ArrayList<>();
    Random random = new Random(seed);
    while (size > 0 && places.size() < cells && !(once && places.size() >= size)) {
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        all.add(i);
      }
      Collections.shuffle(all, random);
      places.addAll(all);
    }
    return places.stream().limit(cells).mapToInt(Integer::intValue).toArray();
  }
}
