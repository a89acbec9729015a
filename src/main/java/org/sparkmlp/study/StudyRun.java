package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.ChartRenderer;
import org.sparkmlp.report.Page;
import org.sparkmlp.util.Check;

/**
 * Runs a study and writes NAME.json, NAME.md, figures/NAME-FIGURE.svg and, where there is something
 * to play, NAME.html. The pages depend on the records alone.
 */
public final class StudyRun {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 420;

  private final Study study;

  private StudyRun(Study study) {
    this.study = study;
  }

  /**
   * The study of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static StudyRun of(String name) {
    return new StudyRun(Studies.get(name));
  }

  /**
   * Reads settings; what comes back measures and writes, and returns the path of the page.
   *
   * @throws IllegalArgumentException if a setting is wrong
   */
  public Writer prepare(Path config, Path output) {
    Settings settings = Settings.read(config);
    Supplier<ObjectNode> work = prepare(settings);
    return () -> {
      Files.createDirectories(output);
      write(output.resolve(study.name() + ".json"), Records.text(records(settings, work)));
      return page(output);
    };
  }

  /** What runs a study and writes its files. */
  @FunctionalInterface
  public interface Writer {
    Path run() throws IOException;
  }

  private Supplier<ObjectNode> prepare(Settings settings) {
    Supplier<ObjectNode> work = study.prepare(settings);
    settings.end();
    return work;
  }

  /** Measures. */
  JsonNode records(Settings settings) {
    return records(settings, prepare(settings));
  }

  private JsonNode records(Settings settings, Supplier<ObjectNode> work) {
    long start = System.nanoTime();
    ObjectNode found = work.get();
    ObjectNode records = Records.object();
    records.put("recordVersion", Records.VERSION);
    records.put("study", study.name());
    records.set("settings", settings.json());
    ObjectNode environment = records.putObject("environment");
    environment.put("java", System.getProperty("java.version"));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    environment.put("cores", Runtime.getRuntime().availableProcessors());
    records.put("seconds", Math.rint((System.nanoTime() - start) / 1e8) / 10);
    records.set("found", found);
    return records;
  }

  /**
   * Makes the page anew from the records in a folder; returns its path.
   *
   * @throws IllegalArgumentException if there are none, or none that can be read
   */
  public Path page(Path folder) throws IOException {
    Path records = folder.resolve(study.name() + ".json");
    Check.that(
        Files.isRegularFile(records),
        "there are no records %s; run bin/spark-mlp study %s first",
        records,
        study.name());
    JsonNode read = Records.parse(Files.readString(records), study.name());
    StudyPage page = page(read);
    Files.createDirectories(folder.resolve("figures"));
    for (Map.Entry<String, Chart> figure : page.figures().entrySet()) {
      write(folder.resolve(file(figure.getKey())), svg(figure.getValue()));
    }
    Optional<String> played = html(read);
    if (played.isPresent()) {
      write(folder.resolve(study.name() + ".html"), played.get());
    }
    Path file = folder.resolve(study.name() + ".md");
    write(file, markdown(page));
    return file;
  }

  StudyPage page(JsonNode records) {
    StudyPage page = study.page(records.get("settings"), records.get("found"));
    page.section("How to repeat it")
        .text(
            String.format(
                Locale.ROOT,
                "`bin/spark-mlp study %s` measures this anew by the settings in conf/studies/%s.conf; it took %s"
                    + " here (Java %s, %s, %d cores). This page was made of the records in %s.json, which"
                    + " every measured number comes from (`--page` makes it anew without measuring).",
                study.name(),
                study.name(),
                time(records.path("seconds").asDouble()),
                records.path("environment").path("java").asText(),
                records.path("environment").path("os").asText(),
                records.path("environment").path("cores").asInt(),
                study.name()));
    return page;
  }

  /** The page to play with, if the study has one. */
  Optional<String> html(JsonNode records) {
    return study.played(records.get("settings"), records.get("found")).map(Page::html);
  }

  private static String time(double seconds) {
    return seconds < 2
        ? "less than two seconds"
        : String.format(Locale.ROOT, "%.0f seconds", seconds);
  }

  String markdown(StudyPage page) {
    return page.markdown("figures/" + study.name() + "-");
  }

  String file(String figure) {
    return "figures/" + study.name() + "-" + figure + ".svg";
  }

  /** One is enough for all charts, and made where there is one to draw. */
  private static final class Renderer {
    static final ChartRenderer ONE = new ChartRenderer();
  }

  static String svg(Chart chart) {
    return Renderer.ONE.svg(chart, WIDTH, HEIGHT);
  }

  /** Whoever is killed here leaves the old file or the new one. */
  private static void write(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling("_tmp-" + file.getFileName());
    try {
      Files.writeString(temporary, text);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw new IOException(file + " can't be written: " + e.getMessage(), e);
    }
  }
}
