package org.sparkmlp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** {@code bin/benchmark}: side-by-side measurements. */
@Command(
    name = "benchmark",
    description = "Measures spark-mlp beside others, on this machine and in one run.",
    mixinStandardHelpOptions = true,
    subcommands = {
      KernelBenchmark.class,
      SparkBenchmark.Auto.class,
      SparkBenchmark.Sync.class,
      MlpcBenchmark.class,
      SearchBenchmark.class,
      HalvingBenchmark.class,
      TransformBenchmark.class,
      AccuracyBenchmark.class,
      LocalStepsBenchmark.class,
      OutOfCoreBenchmark.class,
      ScaleBenchmark.class,
      SumsBenchmark.class
    })
final class BenchmarkCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Which benchmark? " + String.join(", ", spec.commandLine().getSubcommands().keySet()));
  }
}
