package org.sparkmlp.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.sparkmlp.report.Comparison;
import org.sparkmlp.report.ReportFile;
import org.sparkmlp.report.RunFiles;
import org.sparkmlp.report.RunReport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spark-mlp report DIR...}: the page of a run, or of several side by side. */
@Command(
    name = "report",
    description =
        "Makes the report of a run anew from its records; of several runs, a page that compares them.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  private static final String COMPARISON = "comparison.html";

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "Output folders of runs, finished or not.")
  private List<String> folders = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where to write; by default DIR/report.html, of several runs comparison.html.")
  private String output;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(new SparkConf());
    List<RunFiles> runs = new ArrayList<>();
    for (String folder : folders) {
      try {
        runs.add(RunFiles.read(folder, hadoop));
      } catch (FileNotFoundException e) {
        throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
      }
    }
    boolean single = runs.size() == 1;
    String file = output != null ? output : single ? folders.get(0) + "/report.html" : COMPARISON;
    ReportFile.write(file, single ? RunReport.html(runs.get(0)) : Comparison.html(runs), hadoop);
    System.out.println("report: " + file);
    return 0;
  }
}
