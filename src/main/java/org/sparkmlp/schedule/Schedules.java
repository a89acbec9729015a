package org.sparkmlp.schedule;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlp.util.Arguments;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Registry;
import org.sparkmlp.util.Spec;

/**
 * The schedules by name. t and T are in epochs, so that a grid over batch sizes doesn't change the
 * schedule; with the argument {@code unit=step} they are counted in updates instead.
 *
 * <table>
 * <caption>Learning rate at time t of T</caption>
 * <tr><td>{@code constant}</td><td>η</td></tr>
 * <tr><td>{@code invsqrt}, alias {@code step}</td><td>η / √(t + 1)</td></tr>
 * <tr><td>{@code linear}</td><td>η (1 - t/T)</td></tr>
 * <tr><td>{@code exponential(k=0.1)}</td><td>η e^(-k t)</td></tr>
 * <tr><td>{@code cosine}</td><td>η (1 + cos(π t/T)) / 2 (Loshchilov and Hutter 2017, without restarts)</td></tr>
 * <tr><td>{@code warmup(L)}</td><td>η (t + 1 update) / L while t &lt; L, then η (Goyal et al. 2017)</td></tr>
 * </table>
 *
 * <p>{@code a.then(b)}: a needs a length of its own, as in {@code warmup(2ep).then(cosine)} or
 * {@code constant(length=10ep).then(linear)}; a's T is that length, b sees t and T minus it. A
 * schedule with a length that has passed stays at its final value.
 */
public final class Schedules {
  @FunctionalInterface
  private interface Curve extends java.io.Serializable {
    double at(double t, double total, double step);
  }

  private static final Registry<Leaf> ALL = new Registry<>("learning-rate schedule");

  static {
    decay("constant", (t, total, step) -> 1);
    decay("invsqrt", (t, total, step) -> 1 / Math.sqrt(t + 1));
    ALL.alias("step", "invsqrt");
    decay("linear", (t, total, step) -> 1 - t / total);
    ALL.add(
        "exponential",
        List.of("k", "unit", "length"),
        arguments -> {
          double k = arguments.number("k", 0.1);
          Check.that(k >= 0 && k < 1e6, "exponential: k must be a number >= 0, got %s", k);
          return leaf(arguments, (t, total, step) -> StrictMath.exp(-k * t));
        });
    decay("cosine", (t, total, step) -> (1 + StrictMath.cos(Math.PI * t / total)) / 2);
    ALL.add(
        "warmup",
        List.of("length"),
        arguments -> {
          Check.that(
              arguments.has("length"),
              "warmup needs its length, as in warmup(2ep) or warmup(200step)");
          return leaf(arguments, (t, total, step) -> Math.min(1, (t + step) / total));
        });
  }

  private Schedules() {}

  /** The schedule that a spec or a chain of specs describes. */
  public static Schedule parse(String text) {
    List<Spec> chain = Spec.parseChain(text);
    List<Leaf> parts = new ArrayList<>();
    for (int i = 0; i < chain.size(); i++) {
      Leaf part = ALL.make(chain.get(i));
      boolean last = i == chain.size() - 1;
      Check.that(
          last || part.length != null,
          "'%s': %s is followed by another schedule, so it needs a length, as in %s(length=5ep)",
          text,
          chain.get(i),
          chain.get(i).name());
      parts.add(part);
    }
    return parts.size() == 1 ? parts.get(0) : new Chain(List.copyOf(parts));
  }

  public static List<String> names() {
    return ALL.names();
  }

  private static void decay(String name, Curve curve) {
    ALL.add(name, List.of("unit", "length"), arguments -> leaf(arguments, curve));
  }

  private static Leaf leaf(Arguments arguments, Curve curve) {
    boolean inSteps = arguments.oneOf("unit", List.of("epoch", "step")).equals("step");
    String length = arguments.text("length", null);
    return new Leaf(arguments.spec(), curve, inSteps, length == null ? null : Length.parse(length));
  }

  /** One curve, with the unit of its time and perhaps a length. */
  private static final class Leaf implements Schedule {
    private final String spec;
    private final Curve curve;
    private final boolean inSteps;
    private final Length length;

    Leaf(String spec, Curve curve, boolean inSteps, Length length) {
      this.spec = spec;
      this.curve = curve;
      this.inSteps = inSteps;
      this.length = length;
    }

    @Override
    public double factor(double t, double total, double step) {
      double end = length == null ? total : length.epochs(step);
      double unit = inSteps ? step : 1;
      return curve.at(Math.min(t, end) / unit, end / unit, step / unit);
    }

    @Override
    public String spec() {
      return spec;
    }
  }

  /** Schedules one after the other. */
  private record Chain(List<Leaf> parts) implements Schedule {
    @Override
    public double factor(double t, double total, double step) {
      int last = parts.size() - 1;
      double start = 0;
      for (int i = 0; i < last; i++) {
        double end = start + parts.get(i).length.epochs(step);
        if (t < end - 1e-6 * step) { // a boundary belongs to the next part, rounding aside
          return parts.get(i).factor(t - start, total - start, step);
        }
        start = end;
      }
      return parts.get(last).factor(t - start, total - start, step);
    }

    @Override
    public String spec() {
      StringBuilder text = new StringBuilder();
      for (Leaf part : parts) {
        text.append(text.isEmpty() ? part.spec : ".then(" + part.spec + ")");
      }
      return text.toString();
    }
  }
}
