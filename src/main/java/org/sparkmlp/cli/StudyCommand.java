package org.sparkmlp.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.Callable;
import org.sparkmlp.study.Studies;
import org.sparkmlp.study.StudyRun;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spark-mlp study NAME}: measures what the textbook claims, and makes a page of it. */
@Command(
    name = "study",
    description = "Measures a claim about training; writes its records, a page and figures.",
    mixinStandardHelpOptions = true)
final class StudyCommand implements Callable<Integer> {
  /** What picocli lists. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Studies.names().iterator();
    }
  }

  @Parameters(
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description = "One of: ${COMPLETION-CANDIDATES}.")
  private String name;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "output/studies",
      description = "Where to write records, pages and figures; by default ${DEFAULT-VALUE}.")
  private Path output;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings; by default conf/studies/NAME.conf.")
  private String config;

  @Option(
      names = "--page",
      description =
          "Measures nothing: makes page and figures anew from the records that are there.")
  private boolean page;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path file;
    if (page) {
      file = checked(() -> StudyRun.of(name).page(output));
    } else {
      StudyRun.Writer writer =
          checked(
              () -> {
                StudyRun study = StudyRun.of(name);
                String settings = config == null ? "conf/studies/" + name + ".conf" : config;
                return study.prepare(Path.of(Installation.find(settings)), output);
              });
      file = writer.run();
    }
    System.out.println("study: " + file);
    return 0;
  }

  private interface Part<T> {
    T get() throws IOException;
  }

  /** A wrong name, setting or record is bad usage. */
  private <T> T checked(Part<T> part) throws IOException {
    try {
      return part.get();
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
    }
  }
}
