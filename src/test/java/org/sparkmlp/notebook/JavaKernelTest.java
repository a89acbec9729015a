package org.sparkmlp.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cells as a notebook would send them, without Jupyter. Public, for cells to call. */
@Timeout(120)
public class JavaKernelTest {
  /** What a cell may call, to tell the test that it is running. */
  public static volatile CountDownLatch running;

  private static JavaKernel kernel;

  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

  @BeforeAll
  static void open() {
    kernel = new JavaKernel();
  }

  @AfterAll
  static void close() {
    kernel.onShutdown(false);
  }

  @AfterEach
  void restore() {
    Thread.currentThread().setContextClassLoader(loader);
  }

  private static Object shown(String cell, String type) throws Exception {
    DisplayData data = kernel.eval(cell);
    return data == null ? null : data.getData(MIMEType.parse(type));
  }

  private static Object text(String cell) throws Exception {
    return shown(cell, "text/plain");
  }

  @Test
  void theValueOfAnExpressionAtTheEndIsShown() throws Exception {
    assertThat(text("1 + 1")).isEqualTo("2");
    assertThat(text("int a = 3;\nint twice(int x) {\n  return 2 * x;\n}\ntwice(a)")).isEqualTo("6");
    assertThat(text("twice(4);")).isNull();
    assertThat(text("a")).isEqualTo("3");
    assertThat(text("a;")).isNull();
    assertThat(text("int b = 5")).isNull();
    assertThat(text("String nothing = null; nothing")).isNull();
    assertThat(text("")).isNull();
    assertThat(text("record Point(int x, int y) {}\nnew Point(1, 2)")).isEqualTo("Point[x=1, y=2]");
  }

  @Test
  void tablesAndPicturesAreRich() throws Exception {
    assertThat(shown("table(List.of(\"<a>\"), List.of(List.of(0.5), List.of(\"&\")))", "text/html"))
        .isEqualTo(
            "<table><thead><tr><th>&lt;a&gt;</th></tr></thead><tbody><tr><td>0.5000</td></tr><tr><td>&amp;</td></tr>"
                + "</tbody></table>");
    assertThat((String) shown("chart(\"y\", \"x\", line(\"<l>\", 1, 2, 3))", "image/svg+xml"))
        .startsWith("<svg xmlns")
        .contains("&lt;l&gt;</text>")
        .doesNotContain("<l>");
    assertThatThrownBy(() -> kernel.eval("line(\"l\", new double[1], new double[2])"))
        .hasMessage("a curve needs as many x as y, but 'l' has 1 and 2");
  }

  @Test
  void dataFramesAreTablesAndTasksFindTheClassesOfCells() throws Exception {
    kernel.eval("var spark = org.sparkmlp.SparkSessions.open(\"local[2]\", \"cells\");");
    assertThat(
            text(
                "int twice(int x) { return 2 * x; }\n"
                    + "new org.apache.spark.api.java.JavaSparkContext(spark.sparkContext())"
                    + ".parallelize(List.of(1, 2, 3), 2).map(x -> twice(x)).reduce((x, y) -> x + y)"))
        .isEqualTo("12");
    assertThat((String) shown("spark.range(2).toDF(\"<id>\")", "text/html"))
        .contains("<th>&lt;id&gt;</th>")
        .contains("<tr><td>0</td></tr><tr><td>1</td></tr>");
  }

  @Test
  void errorsSayWhatIsWrong() {
    Throwable compile = catchThrowable(() -> kernel.eval("int x = \"text\";"));
    assertThat(kernel.formatError((Exception) compile).toString())
        .contains("incompatible types")
        .contains("in: int x = \"text\";");
    Throwable thrown =
        catchThrowable(() -> kernel.eval("throw new IllegalStateException(\"on purpose\");"));
    assertThat(kernel.formatError((Exception) thrown).get(0))
        .isEqualTo("java.lang.IllegalStateException: on purpose");
    Throwable incomplete = catchThrowable(() -> kernel.eval("int y = ("));
    assertThat(kernel.formatError((Exception) incomplete).get(0))
        .isEqualTo("the cell is incomplete from here on: int y = (");
    assertThat(kernel.isComplete("int y = (")).as("indent of the next line").isEmpty();
    assertThat(kernel.isComplete("int y = 1;")).isEqualTo("complete");
  }

  @Test
  void aCellCanBeInterrupted() throws Exception {
    running = new CountDownLatch(1);
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread cell =
        new Thread(
            () ->
                end.set(
                    catchThrowable(
                        () ->
                            kernel.eval(
                                JavaKernelTest.class.getName()
                                    + ".running.countDown(); Thread.sleep(60_000);"))));
    cell.start();
    assertThat(running.await(60, TimeUnit.SECONDS)).as("%s", end.get()).isTrue();
    while (cell.isAlive() && cell.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(10);
    }
    kernel.interrupt();
    cell.join(30_000);
    assertThat(cell.isAlive()).isFalse();
    assertThat(kernel.formatError((Exception) end.get()).get(0))
        .contains("java.lang.InterruptedException");
    assertThat(text("2 + 3")).as("the next cell").isEqualTo("5");
  }

  @Test
  void completesWords() {
    assertThat(kernel.complete("Strin", 5).getReplacements()).contains("String");
  }

  @Test
  void jupyterStartsItByTheScript(@TempDir Path folder) throws IOException {
    Path kernels = KernelSpec.install(folder, Path.of("/opt/spark-mlp/bin/spark-mlp"));
    KernelSpec.install(folder, Path.of("/opt/spark-mlp/bin/spark-mlp")); // again
    assertThat(kernels).isEqualTo(folder.resolve("kernels/spark-mlp"));
    JsonNode spec = new ObjectMapper().readTree(kernels.resolve("kernel.json").toFile());
    assertThat(spec.get("argv").toString())
        .isEqualTo(
            "[\"/opt/spark-mlp/bin/spark-mlp\",\"notebook\",\"kernel\",\"{connection_file}\"]");
    assertThat(spec.get("interrupt_mode").asText()).isEqualTo("message");
    Path home = Path.of("/home/me");
    assertThat(KernelSpec.userFolder("/data", "/xdg", home, "Linux")).isEqualTo(Path.of("/data"));
    assertThat(KernelSpec.userFolder(null, "/xdg", home, "Linux"))
        .isEqualTo(Path.of("/xdg/jupyter"));
    assertThat(KernelSpec.userFolder(null, null, home, "Linux"))
        .isEqualTo(Path.of("/home/me/.local/share/jupyter"));
    assertThat(KernelSpec.userFolder(null, null, home, "Mac OS X"))
        .isEqualTo(Path.of("/home/me/Library/Jupyter"));
  }
}
