package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.junit.jupiter.api.Test;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solver;
import org.sparkmlp.optim.Solvers;

/**
 * docs/params.md is what the code says. {@code mvn test -Dtest=ParamsDocTest -Dupdate.docs=true}
 * writes it anew.
 */
class ParamsDocTest {
  private static final Path FILE = Path.of("docs/params.md");

  @Test
  void theDocumentationIsThatOfTheCode() throws IOException {
    String text = text();
    if (Boolean.getBoolean("update.docs")) {
      Files.writeString(FILE, text);
    }
    assertThat(Files.readString(FILE)).isEqualTo(text);
  }

  private static final List<Params> ESTIMATORS =
      List.of(
          new MLPClassifier("mlp"),
          new MLPRegressor("mlp"),
          new MLPMultiOutputRegressor("mlp"),
          new MLPMultiLabelClassifier("mlp"));

  private static String text() {
    StringBuilder text = new StringBuilder();
    text.append("# Params\n\n");
    text.append("Made from the code by `ParamsDocTest`; not to be edited.\n\n");
    text.append("## All Estimators\n\n");
    Set<String> common = new LinkedHashSet<>(rows(ESTIMATORS.get(0)));
    ESTIMATORS.forEach(estimator -> common.retainAll(rows(estimator)));
    table(text, common);
    for (Params estimator : ESTIMATORS) {
      text.append("\n## ").append(estimator.getClass().getSimpleName()).append(" besides\n\n");
      Set<String> own = new LinkedHashSet<>(rows(estimator));
      own.removeAll(common);
      table(text, own);
    }
    text.append("\n## Specs\n");
    text.append(
        "\nActivations, losses, solvers and schedules are written as specs: a name, or a name with arguments, as in ");
    text.append(
        "`adam(beta1=0.8)` or\n`warmup(2ep).then(cosine)`. Their formulas are in the Javadoc of `Activations`, ");
    text.append("`Losses`, `Schedules` and of each solver.\n\n");
    text.append("| solver | with all its arguments | stepSize by default |\n|---|---|---|\n");
    for (String name : Solvers.names()) {
      Solver solver = Solvers.parse(name);
      text.append("| `").append(name).append("` | `").append(solver.spec()).append("` | ");
      text.append(
              solver instanceof Optimizer optimizer ? optimizer.defaultStepSize() : "finds its own")
          .append(" |\n");
    }
    return text.toString();
  }

  private static void table(StringBuilder text, Set<String> rows) {
    text.append("| param | default | meaning |\n|---|---|---|\n");
    rows.forEach(text::append);
  }

  /** A row of a table for each param. */
  private static List<String> rows(Params estimator) {
    return Arrays.stream(estimator.params())
        .map(
            param ->
                "| `"
                    + param.name()
                    + "` | "
                    + value(estimator, param)
                    + " | "
                    + param.doc()
                    + " |\n")
        .toList();
  }

  private static String value(Params estimator, Param<?> param) {
    Param<Object> typed = estimator.getParam(param.name());
    if (!estimator.hasDefault(typed)) {
      return "unset";
    }
    if (param.name().equals("seed")) {
      return "fixed";
    }
    return "`" + typed.jsonEncode(estimator.getDefault(typed).get()).replace("\"", "") + "`";
  }
}
