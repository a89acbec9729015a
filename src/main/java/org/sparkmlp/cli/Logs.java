package org.sparkmlp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.ErrorHandler;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.slf4j.LoggerFactory;

/** Sends everything that is logged to a file of the run; the screen is for people. */
final class Logs {
  private static volatile Path file;
  private static volatile FileAppender appender;
  private static volatile boolean listening;

  private Logs() {}

  /** Logs to {@code path} from now on, anew. */
  static void to(Path path) throws IOException {
    Files.deleteIfExists(path);
    goOn(path);
  }

  /** Logs to {@code path} from now on, after what is there already. */
  static void goOn(Path path) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
        .close(); // or says why
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    if (!listening) {
      listening = true;
      // Under spark-submit, Spark configures logging anew when the application first logs.
      context.addPropertyChangeListener(
          event -> {
            if (file != null
                && !context.getConfiguration().getAppenders().containsKey(file.toString())) {
              attach(context); // updating the loggers, below, comes here too
            }
          });
    }
    file = path;
    attach(context);
  }

  private static void attach(LoggerContext context) {
    Configuration configuration = context.getConfiguration();
    detach(configuration);
    appender =
        FileAppender.newBuilder()
            .setName(file.toString())
            .withFileName(file.toString())
            .setLayout(
                PatternLayout.newBuilder()
                    .withConfiguration(configuration)
                    .withPattern("%d{ISO8601} %p %c{1}: %m%n%ex")
                    .build())
            .setConfiguration(configuration)
            .build();
    appender.setHandler(new Once());
    appender.start();
    configuration.addAppender(appender);
    configuration.getRootLogger().addAppender(appender, Level.INFO, null);
    context.updateLoggers();
  }

  /** Says once that the file can't be written, as on a full disk, where log4j says it each time. */
  private static final class Once implements ErrorHandler {
    private final AtomicBoolean said = new AtomicBoolean();

    @Override
    public void error(String message) {
      if (said.compareAndSet(false, true)) {
        System.err.println("spark-mlp: the log isn't whole: " + message);
      }
    }

    @Override
    public void error(String message, Throwable t) {
      error(message);
    }

    @Override
    public void error(String message, LogEvent event, Throwable t) {
      error(message);
    }
  }

  private static void detach(Configuration configuration) {
    if (appender != null) {
      configuration.getRootLogger().removeAppender(appender.getName());
      appender.stop();
      appender = null;
    }
  }

  /** Ends the log and deletes its file, which nobody needs any more. */
  static void discard() throws IOException {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    Path old = file;
    file = null;
    detach(context.getConfiguration());
    context.updateLoggers();
    Files.deleteIfExists(old);
  }

  static void failure(Throwable error) {
    LoggerFactory.getLogger(Logs.class).error("the run has failed", error);
  }

  /** The log file, or null if there is none. */
  static Path file() {
    return file;
  }
}
