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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The notebooks run from top to bottom on the kernel that {@code bin/spark-mlp notebook install}
 * installs, and what they show is of the kinds that are committed. {@code -Dupdate.notebooks=true}
 * writes the outputs into them.
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
