package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.ml.param.Param;
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

  private static String text() {
    MLPClassifier classifier = new MLPClassifier("mlp");
    StringBuilder text = new StringBuilder();
    text.append("# Params of MLPClassifier\n\n");
    text.append("Made from the code by `ParamsDocTest`; not to be edited.\n\n");
    text.append("| param | default | meaning |\n|---|---|---|\n");
    for (Param<?> param : classifier.params()) {
      text.append("| `").append(param.name()).append("` | ");
      text.append(value(classifier, param)).append(" | ").append(param.doc()).append(" |\n");
    }
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

  private static String value(MLPClassifier classifier, Param<?> param) {
    Param<Object> typed = classifier.getParam(param.name());
    if (!classifier.hasDefault(typed)) {
      return "unset";
    }
    if (param.name().equals("seed")) {
      return "fixed";
    }
    return "`" + typed.jsonEncode(classifier.getDefault(typed).get()).replace("\"", "") + "`";
  }
}
