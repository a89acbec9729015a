package org.sparkmlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.experiment.Datasets;

/**
 * What README.md shows works: its Java is compiled and run, its commands are those that are tested.
 */
class ReadmeTest {
  /** What a snippet that is no whole class may use. */
  private static final String FRAME =
      """
      import static org.apache.spark.sql.functions.*;
      import org.apache.spark.ml.evaluation.*;
      import org.apache.spark.ml.param.ParamMap;
      import org.apache.spark.ml.tuning.*;
      import org.apache.spark.sql.*;
      import org.sparkmlp.ml.*;
      import org.sparkmlp.train.*;

      public class %s {
        public static void run(Dataset<Row> train, String folder) throws Exception {
          %s
        }
      }
      """;

  @TempDir Path folder;

  private static String readme() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  private static List<String> snippets() throws IOException {
    List<String> snippets = new ArrayList<>();
    Matcher matcher = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme());
    while (matcher.find()) {
      snippets.add(matcher.group(1));
    }
    return snippets;
  }

  private Class<?> compile(String name, String source) throws Exception {
    Path file = folder.resolve(name + ".java");
    Files.writeString(file, source);
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, errors, "-cp", classPath, "-d", folder.toString(), file.toString());
    assertThat(code).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
    return loader.loadClass(name);
  }

  @Test
  void everySnippetCompilesAndRuns() throws Exception {
    SparkSession spark = SparkSessions.shared();
    Dataset<Row> train = Datasets.digits(spark).limit(500).cache();
    List<String> snippets = snippets();
    assertThat(snippets).hasSize(4);
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      for (int i = 0; i < snippets.size(); i++) {
        String snippet = snippets.get(i);
        if (snippet.contains("public class Quickstart")) {
          Method main = compile("Quickstart", snippet).getMethod("main", String[].class);
          main.invoke(null, (Object) new String[0]);
        } else {
          Class<?> type = compile("Snippet" + i, FRAME.formatted("Snippet" + i, snippet));
          type.getMethod("run", Dataset.class, String.class).invoke(null, train, folder.toString());
        }
      }
    } finally {
      System.setOut(before);
      train.unpersist();
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .containsPattern("accuracy 0\\.9[5-9]\\d, \\d+ rows a second")
        .containsPattern("[1-9] anomalies, the largest an odd \\d")
        .containsPattern("10: \\d\\.\\d+, validation \\d\\.\\d+");
    assertThat(folder.resolve("best/metadata")).exists();
  }

  @Test
  void theTwoCommandsAreThoseThatAreTested() throws IOException {
    assertThat(readme().lines())
        .contains("    bin/spark-mlp run conf/digits.conf", "    mvn verify");
    assertThat(Files.readString(Path.of(".ci/run")))
        .contains("mvn verify")
        .contains("bin/spark-mlp run conf/digits.conf");
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    Matcher links = Pattern.compile("\\]\\(([^)]+)\\)").matcher(readme());
    while (links.find()) {
      if (!links.group(1).startsWith("http")) {
        String[] fileAndHeading = links.group(1).split("#", 2);
        Path file = Path.of(fileAndHeading[0]);
        assertThat(file).exists();
        if (fileAndHeading.length > 1) {
          assertThat(Files.readAllLines(file).stream().filter(line -> line.startsWith("#")))
              .extracting(ReadmeTest::anchor)
              .contains(fileAndHeading[1]);
        }
      }
    }
  }

  /** What a heading is linked by: in small letters, blanks as hyphens, no other signs. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(java.util.Locale.ROOT)
        .replaceAll("[^a-z0-9 -]", "")
        .replace(' ', '-');
  }
}
