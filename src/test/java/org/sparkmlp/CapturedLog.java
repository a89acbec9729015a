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
  private final AbstractAppender appender =
      new AbstractAppender("captured", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
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

  @Override
  public void close() {
    logger.removeAppender(appender);
    logger.setLevel(level);
    logger.setAdditive(additive);
  }
}
