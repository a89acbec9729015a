package org.sparkmlp.cli;

import java.io.PrintWriter;
import org.sparkmlp.experiment.ConfigProblem;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * Entry point of {@code bin/spark-mlp}. Exit codes: 0 done, 1 failure, 2 bad usage or config, 130
 * interrupted.
 */
@Command(
    name = "spark-mlp",
    description = "Multilayer perceptrons for Apache Spark ML.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      RunCommand.class,
      ReportCommand.class,
      PredictCommand.class,
      StudyCommand.class,
      DevicesCommand.class,
      BenchmarkCommand.class,
      NotebookCommand.class
    },
    footer = {
      "",
      "Options after -- go to spark-submit, for example: -- --master local[2] --driver-memory 4g",
      "Exit codes: 0 done, 1 failure, 2 bad usage or config, 130 interrupted."
    })
public final class Main implements Runnable {
  static final int FAILURE = 1;
  static final int USAGE = 2;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs a command line and returns its exit code. */
  static int execute(String... arguments) {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler((error, command, parsed) -> explain(error, command.getErr()))
        .setExitCodeExceptionMapper(error -> error instanceof ParameterException ? USAGE : FAILURE)
        .execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Which command? run, report, predict, study, devices, notebook or benchmark");
  }

  private static int explain(Exception error, PrintWriter err) {
    if (error instanceof ConfigProblem problem) {
      problem.problems().forEach(err::println);
      err.printf(
          "%d problem%s; nothing was run%n",
          problem.problems().size(), problem.problems().size() == 1 ? "" : "s");
      return USAGE;
    }
    Logs.failure(error);
    err.println("spark-mlp: " + sentence(error));
    if (Logs.file() != null) {
      err.println("details: " + Logs.file());
    }
    return FAILURE;
  }

  /**
   * What went wrong at the bottom, in a line; the stack traces that Spark wraps it in are in the
   * log.
   */
  private static String sentence(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.toString() : message.lines().findFirst().orElse("");
  }

  /** The version in the manifest of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"spark-mlp " + (version == null ? "development" : version)};
    }
  }
}
