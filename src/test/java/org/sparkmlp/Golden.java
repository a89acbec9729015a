package org.sparkmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers computed by somebody else; the script that made each file lies beside it in
 * resources/golden.
 */
public final class Golden {
  private Golden() {}

  public static JsonNode read(String file) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + file)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new AssertionError(file, e);
    }
  }

  public static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
  }

  public static double[][] table(JsonNode rows) {
    List<double[]> table = new ArrayList<>();
    rows.forEach(row -> table.add(numbers(row)));
    return table.toArray(double[][]::new);
  }
}
