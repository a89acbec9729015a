package org.sparkmlp.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.experiment.Experiment;
import org.sparkmlp.experiment.Outcome;
import org.sparkmlp.report.RunFiles;
import org.sparkmlp.report.RunReport;
import org.sparkmlp.ui.TrainingPlugin;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spark-mlp run CONFIG}: one experiment. */
@Command(
    name = "run",
    description = "Runs the experiment of a config file: grid search, training, test, records.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CONFIG",
      description = "The config file, as in conf/digits.conf.")
  private String config;

  @Parameters(
      index = "1..*",
      paramLabel = "key=value",
      description = "Values that win over the file's, as in model.maxIter=5.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Folder for the results; by default the config's own, output/NAME.")
  private String output;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Instead of CONFIG: go on with the run that was writing to this folder.")
  private String resume;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    SparkConf conf = new SparkConf();
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    Experiment experiment = resume == null ? prepare(hadoop) : resumed(hadoop);
    Path local = experiment.localOutput();
    Path log = local != null ? local.resolve("run.log") : Files.createTempFile("spark-mlp", ".log");
    if (resume == null) {
      Logs.to(log);
    } else {
      Logs.goOn(log); // why the run ended is in it
    }
    PrintStream out = System.out;
    boolean done = false;
    out.printf(
        "experiment %s, results go to %s%n",
        experiment.name(), local != null ? local : experiment.output());
    try (TerminalProgress progress = new TerminalProgress(out, Installation.onTerminal())) {
      Outcome outcome =
          experiment.run(
              () ->
                  SparkSession.builder()
                      .appName("spark-mlp " + experiment.name())
                      .config("spark.plugins", TrainingPlugin.amongOthers(conf))
                      .getOrCreate(),
              progress);
      progress.close();
      print(outcome, out);
      experiment.saveReport(RunReport.html(RunFiles.read(experiment.output().toString(), hadoop)));
      out.printf(
          "report: %s%n",
          local != null ? local.resolve("report.html") : experiment.output() + "/report.html");
      done = true;
      return 0;
    } finally {
      if (local == null) {
        experiment.saveLog(log);
      }
      if (SparkSession.getDefaultSession().isDefined()) {
        SparkSession.getDefaultSession().get().stop();
      }
      if (local == null && done) {
        Logs.discard(); // the output folder has it; who sees a failure is told of this one
      }
    }
  }

  private Experiment prepare(Configuration hadoop) throws IOException {
    if (config == null) {
      throw wrong("Which config file? CONFIG, or --resume DIR to go on with a run");
    }
    for (String override : overrides) {
      if (!override.contains("=")) {
        throw wrong("'" + override + "' is not of the form key=value");
      }
    }
    return Experiment.prepare(Installation.find(config), overrides, output, hadoop);
  }

  private Experiment resumed(Configuration hadoop) throws IOException {
    if (config != null || output != null) {
      throw wrong(
          "--resume goes on with what is in the folder; it takes no CONFIG, no key=value and no --output");
    }
    return Experiment.resume(resume, hadoop);
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  private static void print(Outcome outcome, PrintStream out) {
    if (!outcome.ranking().isEmpty()) {
      out.println();
      out.print(SearchTable.of(outcome));
    }
    out.println();
    if (!outcome.best().isEmpty()) {
      out.println("best: " + outcome.best());
    }
    out.printf(
        Locale.ROOT,
        "trained on %d rows: %d epochs in %.1f s, %.0f rows/s, backend %s, %d shards, localSteps %d%n",
        outcome.training().rows(),
        outcome.training().totalIterations(),
        outcome.training().costs().seconds(),
        outcome.training().costs().rowsPerSecond(),
        outcome.training().backend(),
        outcome.training().numShards(),
        outcome.training().localSteps());
    outcome
        .test()
        .forEach((name, value) -> out.printf(Locale.ROOT, "test %s: %.4f%n", name, value));
  }
}
