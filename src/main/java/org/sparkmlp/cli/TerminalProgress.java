package org.sparkmlp.cli;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.sparkmlp.experiment.Progress;

/** Shows how an experiment goes: on a terminal a live bar, otherwise a line for each fit. */
final class TerminalProgress implements Progress, AutoCloseable {
  /** The bar counts hundredths of fits. */
  private static final int UNITS = 100;

  private final PrintStream out;
  private final boolean live;
  private final Map<Fit, Double> shares = new HashMap<>();
  private int fits;
  private int done;
  private ProgressBar bar;

  TerminalProgress(PrintStream out, boolean live) {
    this.out = out;
    this.live = live;
  }

  @Override
  public synchronized void onStart(int allFits) {
    fits = allFits;
    if (live) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("training")
              .setInitialMax((long) fits * UNITS)
              .setUnit(" fits", UNITS)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(out))
              .build();
    }
  }

  @Override
  public synchronized void onRound(
      Fit fit, double share, int epoch, int epochs, double loss, double rowsPerSecond) {
    shares.put(fit, share);
    if (bar != null) {
      step();
      bar.setExtraMessage(
          String.format(
              Locale.ROOT,
              " %s epoch %d/%d loss %.4f %.0f rows/s",
              name(fit),
              epoch,
              epochs,
              loss,
              rowsPerSecond));
    }
  }

  private void step() {
    double running = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    bar.stepTo(Math.round((done + running) * UNITS));
  }

  private static String name(Fit fit) {
    if (fit.isFinal()) {
      return "all rows";
    }
    String name =
        String.format(
            Locale.ROOT, "cell %d/%d fold %d/%d", fit.cell(), fit.cells(), fit.fold(), fit.folds());
    return fit.rungs() == 1
        ? name
        : String.format(Locale.ROOT, "rung %d/%d %s", fit.rung(), fit.rungs(), name);
  }

  @Override
  public synchronized void onFit(Fit fit, double metric, double seconds) {
    finish(fit);
    if (bar == null) {
      String result = Double.isNaN(metric) ? "" : String.format(Locale.ROOT, " %.4f", metric);
      out.printf(Locale.ROOT, "%s:%s in %.1f s  %s%n", name(fit), result, seconds, fit.params());
    }
  }

  @Override
  public synchronized void onFailure(Fit fit, String error) {
    finish(fit);
    if (bar == null) {
      out.printf("%s: failed  %s: %s%n", name(fit), fit.params(), error);
    }
  }

  private void finish(Fit fit) {
    shares.remove(fit);
    done++;
    if (bar != null) {
      step();
    }
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
