package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.junit.jupiter.api.Test;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solver;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;

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
        "\nActivations, losses, initial weights, solvers and schedules are written as specs: a name, or a name with ");
    text.append(
        "arguments, as in `adam(beta1=0.8)`\nor `warmup(2ep).then(cosine)`. More about them is in the Javadoc of ");
    text.append("`Activations`, `Losses`, `Initializer`, `Schedules` and of each solver.\n\n");
    functions(text);
    text.append("| solver | with all its arguments | stepSize by default |\n|---|---|---|\n");
    for (String name : Solvers.names()) {
      Solver solver = Solvers.parse(name);
      String stepSize =
          solver instanceof Optimizer optimizer
              ? String.valueOf(optimizer.defaultStepSize())
              : "finds its own";
      row(text, name, Solvers.aliases(name), solver.spec(), stepSize);
    }
    text.append("\n| schedule | arguments | learning rate at time t of T |\n|---|---|---|\n");
    for (String name : Schedules.names()) {
      String arguments = String.join(", ", Schedules.parameters(name));
      row(text, name, Schedules.aliases(name), arguments, Schedules.meaning(name));
    }
    return text.toString();
  }

  private static void functions(StringBuilder text) {
    text.append("| activation | with all its arguments | of a sum z |\n|---|---|---|\n");
    for (String name : Activations.names()) {
      Activation activation = Activations.parse(name);
      row(text, name, Activations.aliases(name), activation.spec(), Activations.meaning(name));
    }
    text.append("\n| loss | with all its arguments | of outputs z and targets y | for classes |\n");
    text.append("|---|---|---|---|\n");
    for (String name : Losses.names()) {
      Loss loss = Losses.parse(name);
      String classes = loss.forClasses() ? " | yes" : " | no";
      row(text, name, Losses.aliases(name), loss.spec(), Losses.meaning(name) + classes);
    }
    text.append("\n| weightInit | arguments | weights of a layer; biases are 0 |\n|---|---|---|\n");
    for (String name : Initializer.names()) {
      List<String> parameters = Initializer.parameters(name);
      String arguments = parameters.isEmpty() ? "none" : String.join(", ", parameters);
      row(text, name, Initializer.aliases(name), arguments, Initializer.meaning(name));
    }
    text.append("\n");
  }

  private static void row(
      StringBuilder text, String name, List<String> aliases, String spec, String meaning) {
    assertThat(meaning).as(name).isNotBlank();
    text.append("| `").append(name).append("`");
    aliases.forEach(alias -> text.append(", `").append(alias).append("`"));
    text.append(" | `").append(spec).append("` | ").append(meaning).append(" |\n");
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
