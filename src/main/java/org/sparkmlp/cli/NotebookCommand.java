package org.sparkmlp.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.sparkmlp.notebook.JavaKernel;
import org.sparkmlp.notebook.KernelSpec;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code spark-mlp notebook}: the Jupyter kernel that notebooks/ run on. */
@Command(
    name = "notebook",
    description = "Notebooks in Java: makes Jupyter know this Spark and spark-mlp as a kernel.",
    mixinStandardHelpOptions = true)
final class NotebookCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "notebook what? install");
  }

  @Command(
      name = "install",
      description = "Installs the kernel \"Java (spark-mlp)\" for Jupyter.",
      mixinStandardHelpOptions = true)
  int install(
      @Option(
              names = "--path",
              paramLabel = "DIR",
              description = "A folder of Jupyter's, as in JUPYTER_PATH; by default the user's own.")
          Path path)
      throws IOException {
    needJShell();
    String home = System.getenv("SPARK_MLP_HOME");
    if (home == null) {
      throw new IllegalStateException("the kernel is started by bin/spark-mlp: install it by that");
    }
    Path jupyter =
        path != null
            ? path
            : KernelSpec.userFolder(
                System.getenv("JUPYTER_DATA_DIR"),
                System.getenv("XDG_DATA_HOME"),
                Path.of(System.getProperty("user.home")),
                System.getProperty("os.name"));
    Path kernel = KernelSpec.install(jupyter, Path.of(home, "bin", "spark-mlp"));
    System.out.println("installed the kernel \"Java (spark-mlp)\" in " + kernel);
    return 0;
  }

  @Command(name = "kernel", hidden = true, description = "What Jupyter starts.")
  int kernel(@Parameters(paramLabel = "FILE") Path connection) throws IOException {
    needJShell();
    JavaKernel.serve(connection);
    return 0;
  }

  private static void needJShell() {
    if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
      throw new IllegalStateException(
          "notebooks need JShell, which a JDK has and "
              + System.getProperty("java.home")
              + " has not: set JAVA_HOME to a JDK");
    }
  }
}
