package org.sparkmlp.notebook;

import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * A Jupyter kernel for Java: cells are snippets of the JDK's JShell and run in this JVM, which is
 * Spark's driver. An expression at the end of a cell, without semicolon, is shown; {@link Show}
 * says how.
 */
public final class JavaKernel extends BaseKernel {
  private static final List<String> IMPORTS =
      List.of(
          "import java.util.*;",
          "import java.util.function.*;",
          "import java.util.stream.*;",
          "import static " + Show.class.getName() + ".*;");

  private final SnippetLoader loader =
      new SnippetLoader(Thread.currentThread().getContextClassLoader());
  private final JShell shell;
  private final SourceCodeAnalysis analysis;
  private Object value; // of the last snippet
  private volatile Thread evaluating;

  JavaKernel() {
    shell =
        JShell.builder()
            .executionEngine(new InThisJvm(), Map.of())
            .compilerOptions("-classpath", classPath(), "-proc:none")
            .in(getIO().in)
            .out(getIO().out)
            .err(getIO().err)
            .build();
    analysis = shell.sourceCodeAnalysis();
    IMPORTS.forEach(shell::eval);
    Show.to(this::display);
  }

  /**
   * Serves one notebook until it is closed.
   *
   * @param connection the file in which Jupyter says which ports to listen on
   */
  public static void serve(Path connection) throws IOException {
    LogManager.getLogManager().reset(); // the library's own news of messages
    JupyterConnection jupyter;
    try {
      jupyter =
          new JupyterConnection(KernelConnectionProperties.parse(Files.readString(connection)));
      new JavaKernel().becomeHandlerForConnection(jupyter);
    } catch (java.security.GeneralSecurityException e) {
      throw new IOException(connection + " asks for a signature that there is none of", e);
    }
    jupyter.connect();
    jupyter.waitUntilClose();
  }

  /** What snippets are compiled against: this JVM's class path and, under spark-submit, our jar. */
  private static String classPath() {
    try {
      Path own =
          Path.of(JavaKernel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return System.getProperty("java.class.path") + File.pathSeparator + own;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs snippets in this JVM, and keeps their values, of which JShell itself knows the text. */
  private final class InThisJvm implements ExecutionControlProvider {
    @Override
    public String name() {
      return "in this JVM";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
      return new DirectExecutionControl(loader) {
        @Override
        protected String invoke(Method method) throws Exception {
          value = null;
          value = method.invoke(null);
          return String.valueOf(value);
        }
      };
    }
  }

  @Override
  public DisplayData eval(String cell) throws Exception {
    Thread.currentThread().setContextClassLoader(loader);
    evaluating = Thread.currentThread();
    try {
      String rest = cell;
      boolean shown = false;
      while (!rest.isBlank()) {
        CompletionInfo snippet = analysis.analyzeCompletion(rest);
        if (!snippet.completeness().isComplete()) {
          throw new CellProblem("the cell is incomplete from here on: " + rest.strip());
        }
        shown = run(snippet);
        rest = snippet.remaining();
      }
      return shown && value != null ? Show.render(value) : null;
    } finally {
      evaluating = null;
      Thread.interrupted(); // one that came too late is not for the next cell
    }
  }

  /** Runs a snippet; returns whether it is an expression to be shown. */
  private boolean run(CompletionInfo snippet) throws JShellException, CellProblem {
    boolean shown = false;
    for (SnippetEvent event : shell.eval(snippet.source())) {
      if (event.exception() != null) {
        throw event.exception();
      }
      if (event.status() == Snippet.Status.REJECTED) {
        throw new CellProblem(diagnostics(event.snippet()));
      }
      if (event.causeSnippet() == null) {
        boolean expression =
            event.snippet().kind() == Snippet.Kind.EXPRESSION
                || event.snippet().subKind() == SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
        boolean hidden =
            snippet.completeness() == Completeness.COMPLETE
                && snippet.source().strip().endsWith(";");
        shown = expression && !hidden;
      }
    }
    return shown;
  }

  private String diagnostics(Snippet snippet) {
    StringBuilder text = new StringBuilder();
    shell.diagnostics(snippet).forEach(d -> text.append(d.getMessage(Locale.ROOT)).append('\n'));
    return text + "in: " + snippet.source().strip();
  }

  /** A cell that can't run. */
  static final class CellProblem extends Exception {
    private static final long serialVersionUID = 1;

    CellProblem(String message) {
      super(message);
    }
  }

  @Override
  public List<String> formatError(Exception error) {
    if (error instanceof CellProblem) {
      return error.getMessage().lines().toList();
    }
    String name = error instanceof EvalException e ? e.getExceptionClassName() : "";
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    return Stream.concat(
            Stream.of(name + ": " + error.getMessage()).filter(line -> !name.isEmpty()),
            trace.toString().lines())
        .toList();
  }

  /** Interrupts the cell; a fit then cancels its jobs. */
  @Override
  public void interrupt() {
    Thread thread = evaluating;
    if (thread != null) {
      thread.interrupt();
    }
  }

  @Override
  public String isComplete(String cell) {
    return analysis.analyzeCompletion(cell).completeness().isComplete()
        ? IS_COMPLETE_YES
        : ""; // incomplete: what the next line is to be indented with
  }

  @Override
  public ReplacementOptions complete(String cell, int at) {
    int[] from = new int[1];
    Set<String> options = new LinkedHashSet<>();
    for (Suggestion suggestion : analysis.completionSuggestions(cell, at, from)) {
      options.add(suggestion.continuation());
    }
    return new ReplacementOptions(new ArrayList<>(options), from[0], at);
  }

  @Override
  public LanguageInfo getLanguageInfo() {
    return new LanguageInfo.Builder("java")
        .version(Runtime.version().toString())
        .mimetype("text/x-java-source")
        .fileExtension(".jshell")
        .pygments("java")
        .codemirror("text/x-java")
        .build();
  }

  @Override
  public String getBanner() {
    return "Java " + Runtime.version() + " with Spark and spark-mlp";
  }

  @Override
  public void onShutdown(boolean restart) {
    shell.close();
  }
}
