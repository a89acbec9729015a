package org.sparkmlp.experiment;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;

/** Values of Spark ML params, from a config and to a record. */
final class ParamValues {
  private ParamValues() {}

  /**
   * The value as the param's type, checked by the param itself.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static Object parse(Param<?> param, ConfigValue value) {
    Object parsed = convert(param, value);
    if (parsed == null) {
      throw new IllegalArgumentException(
          param.name()
              + " must be "
              + wanted(param)
              + ", got "
              + value.render(ConfigRenderOptions.concise()));
    }
    validate(param, parsed);
    return parsed;
  }

  @SuppressWarnings("unchecked")
  private static void validate(Param<?> param, Object value) {
    if (!(Boolean) ((Param<Object>) param).isValid().apply(value)) {
      throw new IllegalArgumentException(
          param.name() + " can't be " + text(value) + "; it is: " + param.doc());
    }
  }

  /** Null if the value isn't of the param's type. */
  private static Object convert(Param<?> param, ConfigValue value) {
    if (param instanceof BooleanParam) {
      return value.valueType() == ConfigValueType.BOOLEAN ? value.unwrapped() : null;
    }
    if (param instanceof IntParam || param instanceof LongParam) {
      Double number = number(value);
      if (number == null || number != Math.rint(number) || Math.abs(number) > 9e15) {
        return null;
      }
      if (param instanceof LongParam) {
        return number.longValue();
      }
      return Math.abs(number) <= Integer.MAX_VALUE ? number.intValue() : null;
    }
    if (param instanceof DoubleParam) {
      return number(value);
    }
    if (param instanceof FloatParam) {
      return number(value) == null ? null : number(value).floatValue();
    }
    if (param instanceof IntArrayParam) {
      double[] numbers = numbers(value);
      if (numbers == null) {
        return null;
      }
      int[] ints = new int[numbers.length];
      for (int i = 0; i < ints.length; i++) {
        ints[i] = (int) numbers[i];
        if (ints[i] != numbers[i]) {
          return null;
        }
      }
      return ints;
    }
    if (param instanceof DoubleArrayParam) {
      return numbers(value);
    }
    if (param instanceof StringArrayParam) {
      return texts(value);
    }
    return value.valueType() == ConfigValueType.STRING ? value.unwrapped() : null;
  }

  private static String wanted(Param<?> param) {
    if (param instanceof BooleanParam) {
      return "true or false";
    }
    if (param instanceof IntParam || param instanceof LongParam) {
      return "a whole number";
    }
    if (param instanceof DoubleParam || param instanceof FloatParam) {
      return "a number";
    }
    if (param instanceof IntArrayParam) {
      return "a list of whole numbers";
    }
    if (param instanceof DoubleArrayParam) {
      return "a list of numbers";
    }
    return param instanceof StringArrayParam ? "a list of texts" : "a text";
  }

  private static Double number(ConfigValue value) {
    return value.valueType() == ConfigValueType.NUMBER
        ? ((Number) value.unwrapped()).doubleValue()
        : null;
  }

  private static double[] numbers(ConfigValue value) {
    if (!(value instanceof ConfigList list)) {
      return null;
    }
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      Double number = number(list.get(i));
      if (number == null) {
        return null;
      }
      numbers[i] = number;
    }
    return numbers;
  }

  private static String[] texts(ConfigValue value) {
    if (!(value instanceof ConfigList list)) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    for (ConfigValue element : list) {
      if (element.valueType() != ConfigValueType.STRING) {
        return null;
      }
      texts.add((String) element.unwrapped());
    }
    return texts.toArray(String[]::new);
  }

  /** For people: arrays written out. */
  static String text(Object value) {
    if (value instanceof int[] ints) {
      return java.util.Arrays.toString(ints);
    }
    if (value instanceof double[] doubles) {
      return java.util.Arrays.toString(doubles);
    }
    return value instanceof String[] texts
        ? java.util.Arrays.toString(texts)
        : String.valueOf(value);
  }
}
