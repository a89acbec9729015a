package org.sparkmlp.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The notebooks run from top to bottom on the kernel that {@code bin/spark-mlp notebook install}
 * installs, and what they show is of the kinds that are committed, with the same words and about
 * the same numbers. {@code -Dupdate.notebooks=true} writes the outputs into them.
 *
 * <p>Without jupyter this is skipped, unless {@code -Dnotebooks.required=true}.
 */
@Tag("slow")
@Tag("notebook")
class NotebooksIT {
  private static final Path NOTEBOOKS = Installations.PROJECT.resolve("notebooks");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;

  static List<Path> notebooks() throws IOException {
    try (Stream<Path> files = Files.list(NOTEBOOKS)) {
      return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList();
    }
  }

  @BeforeAll
  static void installKernel() {
    boolean jupyter = Command.exists("jupyter-nbconvert");
    if (!jupyter && !Boolean.getBoolean("notebooks.required")) {
      System.out.println(
          "notebooks: SKIPPED, since there is no jupyter-nbconvert (Debian: apt-get install jupyter-nbconvert"
              + " jupyter-client)");
    }
    assumeTrue(jupyter || Boolean.getBoolean("notebooks.required"));
    Command.Result installed =
        new Command(folder)
            .run(
                Installations.PROJECT.resolve("bin/spark-mlp").toString(),
                "notebook",
                "install",
                "--path",
                folder.resolve("jupyter").toString());
    assertThat(installed.code()).as(installed.err()).isZero();
    assertThat(installed.out()).contains("installed the kernel \"Java (spark-mlp)\"");
  }

  private static Command.Result execute(Path notebook) {
    return new Command(folder)
        .with("JUPYTER_PATH", folder.resolve("jupyter").toString())
        .with("HOME", folder.toString())
        .run(
            "jupyter-nbconvert",
            "--to",
            "notebook",
            "--execute",
            "--ExecutePreprocessor.timeout=300",
            "--ExecutePreprocessor.record_timing=False",
            "--output-dir",
            folder.resolve("out").toString(),
            notebook.toString());
  }

  private static JsonNode read(Path notebook) throws IOException {
    return JSON.readTree(notebook.toFile());
  }

  /** What each cell shows, without the numbers in it. */
  private static List<List<String>> kinds(JsonNode notebook) {
    List<List<String>> kinds = new ArrayList<>();
    for (JsonNode cell : notebook.get("cells")) {
      List<String> outputs = new ArrayList<>();
      for (JsonNode output : cell.path("outputs")) {
        List<String> types = new ArrayList<>(List.of(output.get("output_type").asText()));
        output.path("data").fieldNames().forEachRemaining(types::add);
        outputs.add(String.join(" ", types));
      }
      kinds.add(outputs);
    }
    return kinds;
  }

  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?(e[-+]?\\d+)?");

  /** Times, hashes, and which weight rounding is worst for, aren't the same on any machine. */
  private static final Pattern OF_A_MACHINE =
      Pattern.compile("\\d (ms|s|seconds)\\b|^[0-9a-f]{8}$|^layer\\d+\\.\\w+\\[");

  /** A cell's lines of text, and its tables cell by cell. */
  private static List<String> lines(JsonNode cell) {
    List<String> lines = new ArrayList<>();
    for (JsonNode output : cell.path("outputs")) {
      JsonNode text =
          output.has("text")
              ? output.get("text")
              : output.path("data").path("text/html").isMissingNode()
                  ? output.path("data").path("text/plain")
                  : output.path("data").path("text/html");
      StringBuilder whole = new StringBuilder(text.asText());
      text.forEach(part -> whole.append(part.asText()));
      whole.toString().replaceAll("<[^>]*>", "\n").lines().map(String::strip).forEach(lines::add);
    }
    lines.removeIf(line -> line.isEmpty() || OF_A_MACHINE.matcher(line).find());
    return lines;
  }

  private static boolean agree(String line, String other) {
    List<MatchResult> numbers = NUMBER.matcher(line).results().toList();
    List<MatchResult> others = NUMBER.matcher(other).results().toList();
    if (!NUMBER.matcher(line).replaceAll("#").equals(NUMBER.matcher(other).replaceAll("#"))) {
      return false;
    }
    for (int i = 0; i < numbers.size(); i++) {
      String a = numbers.get(i).group();
      String b = others.get(i).group();
      double x = Double.parseDouble(a);
      double y = Double.parseDouble(b);
      // kinds of processors round differently: a row or two, an epoch or two
      double least = a.matches("-?\\d+") && b.matches("-?\\d+") ? 2 : 0.02;
      if (Math.abs(x - y) > Math.max(least, 0.1 * Math.max(Math.abs(x), Math.abs(y)))) {
        return false;
      }
    }
    return true;
  }

  /** Texts that differ by more than kinds of processors do. */
  private static List<String> differences(JsonNode ran, JsonNode committed) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < ran.get("cells").size(); i++) {
      List<String> now = lines(ran.get("cells").get(i));
      List<String> then = lines(committed.get("cells").get(i));
      if (now.size() != then.size()) {
        differences.add("cell " + (i + 1) + ": " + now + " instead of " + then);
        continue;
      }
      for (int j = 0; j < now.size(); j++) {
        if (!agree(now.get(j), then.get(j))) {
          differences.add("cell " + (i + 1) + ": " + now.get(j) + " instead of " + then.get(j));
        }
      }
    }
    return differences;
  }

  private static JsonNode showing(String text) {
    ObjectNode notebook = JSON.createObjectNode();
    notebook.putArray("cells").addObject().putArray("outputs").addObject().put("text", text);
    return notebook;
  }

  @Test
  void outputsOfOldCodeAreTold() {
    JsonNode committed = showing("accuracy 0.983, after epoch 10\nabout 14 ms\n7de2669b");
    assertThat(
            differences(showing("accuracy 0.978, after epoch 9\nabout 99 ms\nb1642d20"), committed))
        .isEmpty();
    assertThat(differences(showing("accuracy 0.983, after epoch 6\nabout 14 ms"), committed))
        .hasSize(1);
    for (String other :
        List.of("accuracy 0.61, after epoch 10", "precision 0.983, after epoch 10", "", "a\nb")) {
      assertThat(differences(showing(other), committed)).as(other).hasSize(1);
    }
  }

  @Test
  void thereAreFour() throws IOException {
    assertThat(notebooks()).hasSize(4);
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void runsAndShowsWhatIsCommitted(Path notebook) throws IOException {
    Command.Result result = execute(notebook);
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode ran = read(folder.resolve("out").resolve(notebook.getFileName()));
    assertThat(ran.toString()).doesNotContain("\"output_type\":\"error\"");
    if (Boolean.getBoolean("update.notebooks")) {
      write(ran, notebook);
    }
    JsonNode committed = read(notebook);
    assertThat(kinds(ran)).isEqualTo(kinds(committed));
    assertThat(differences(ran, committed))
        .as("%s shows something else: -Dupdate.notebooks=true", notebook)
        .isEmpty();
    assertThat(kinds(ran).toString())
        .as("pictures and tables")
        .contains("image/svg+xml")
        .contains("text/html");
    for (JsonNode cell : committed.get("cells")) {
      if (cell.get("cell_type").asText().equals("code")) {
        assertThat(cell.get("execution_count").isInt()).as("%s", cell.get("source")).isTrue();
      }
    }
  }

  /** Outputs of one kernel run and nothing of the machine, indented as Jupyter does. */
  private static void write(JsonNode notebook, Path file) throws IOException {
    ((ObjectNode) notebook.get("metadata"))
        .putObject("language_info")
        .put("name", "java")
        .put("file_extension", ".jshell")
        .put("mimetype", "text/x-java-source");
    DefaultIndenter indent = new DefaultIndenter(" ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indent);
    printer.indentArraysWith(indent);
    Files.writeString(file, JSON.writer(printer).writeValueAsString(notebook) + "\n");
  }

  /** What a reader who makes a mistake sees: an error, and which line it is about. */
  @Test
  void aCellThatFailsFailsTheNotebook() throws IOException {
    for (String cell :
        List.of(
            "int x = \"text\";", "throw new IllegalStateException(\"on purpose\");", "int y = (")) {
      Path notebook = folder.resolve("failing.ipynb");
      ObjectNode json = (ObjectNode) read(notebooks().get(0));
      ArrayNode cells = json.putArray("cells");
      ObjectNode only =
          cells.addObject().put("cell_type", "code").put("id", "a").put("source", cell);
      only.putObject("metadata");
      only.putArray("outputs");
      only.putNull("execution_count");
      JSON.writeValue(notebook.toFile(), json);
      Command.Result result = execute(notebook);
      assertThat(result.code()).as(cell).isNotZero();
      assertThat(result.err())
          .containsAnyOf("incompatible types", "on purpose", "the cell is incomplete");
    }
  }
}
