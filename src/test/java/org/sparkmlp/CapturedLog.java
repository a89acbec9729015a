package org.sparkmlp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What a class logs while this is open, from INFO on; it goes nowhere else. */
public final class CapturedLog implements AutoCloseable {
  private final Logger logger;
  private final Level level;
  private final boolean additive;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final AbstractAppender appender =
      new AbstractAppender("captured", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          String line = event.getLevel() + " " + event.getMessage().getFormattedMessage();
          lines.add(line);
          if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
            complaints.add(line + causes(event.getThrown()));
          }
        }
      };

  public CapturedLog(String className) {
    logger = (Logger) LogManager.getLogger(className);
    level = logger.getLevel();
    additive = logger.isAdditive();
    appender.start();
    logger.addAppender(appender);
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
  }

  /** Level and message of each event so far. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Warnings and errors so far, with what their exceptions say. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  private static String causes(Throwable thrown) {
    return thrown == null ? "" : "; " + thrown + causes(thrown.getCause());
  }

  @Override
  public void close() {
    logger.removeAppender(appender);
    logger.setLevel(level);
    logger.setAdditive(additive);
  }
}
