package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import scala.jdk.javaapi.CollectionConverters;

/**
 * One combination of params that a search tries.
 *
 * @param number from 1
 * @param params values by name, for records: numbers, texts, booleans and lists of them
 * @param map the same, for Spark
 */
public record Cell(int number, Map<String, Object> params, ParamMap map) {
  public Cell {
    params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
  }

  /** Cells of those maps, numbered in their order. */
  public static List<Cell> of(ParamMap... maps) {
    List<Cell> cells = new ArrayList<>();
    for (ParamMap map : maps) {
      Map<String, Object> params = new TreeMap<>();
      List<ParamPair<?>> pairs = CollectionConverters.asJava(map.toSeq());
      for (ParamPair<?> pair : pairs) {
        String name = pair.param().name();
        boolean alone = pairs.stream().filter(p -> p.param().name().equals(name)).count() == 1;
        params.put(alone ? name : pair.param().parent() + "." + name, plain(pair.value()));
      }
      cells.add(new Cell(cells.size() + 1, params, map));
    }
    return cells;
  }

  private static Object plain(Object value) {
    if (value instanceof int[] ints) {
      return Arrays.stream(ints).boxed().toList();
    }
    if (value instanceof double[] doubles) {
      return Arrays.stream(doubles).boxed().toList();
    }
    if (value instanceof String[] texts) {
      return List.of(texts);
    }
    return value instanceof Number || value instanceof Boolean ? value : String.valueOf(value);
  }

  /** The params, as in {@code batchSize=8 stepSize=0.1}. */
  public String text() {
    return params.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }
}
