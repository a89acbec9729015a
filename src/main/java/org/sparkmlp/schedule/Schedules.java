package org.sparkmlp.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
 * <tr><td>{@code inverseTime(k=0.1)}</td><td>η / (1 + k t)</td></tr>
 * <tr><td>{@code linear}</td><td>η (1 - t/T)</td></tr>
 * <tr><td>{@code polynomial(power=1, end=0)}</td><td>η (end + (1 - end) (1 - t/T)^power)</td></tr>
 * <tr><td>{@code exponential(k=0.1)}</td><td>η e^(-k t)</td></tr>
 * <tr><td>{@code piecewise(10ep, 0.1, 20ep, 0.01)}</td><td>η, from 10 epochs on 0.1 η, from 20 on
 * 0.01 η; up to 8 pairs of a boundary, in epochs or updates, and the factor from there on</td></tr>
 * <tr><td>{@code cosine}</td><td>η (1 + cos(π t/T)) / 2 (Loshchilov and Hutter 2017, without restarts)</td></tr>
 * <tr><td>{@code cosineRestarts(10ep, mult=1)}</td><td>SGDR (Loshchilov and Hutter 2017): cosine over
 * 10 epochs, then anew over mult times as many as before, and so on</td></tr>
 * <tr><td>{@code warmup(L)}</td><td>η (t + 1 update) / L while t &lt; L, then η (Goyal et al. 2017)</td></tr>
 * <tr><td>{@code oneCycle(pctStart=0.3, divFactor=25, finalDivFactor=1e4)}</td><td>Smith 2018, as
 * PyTorch's OneCycleLR: by half a cosine from η / divFactor up to η over pctStart of the updates, then
 * down to η / divFactor / finalDivFactor at the last. Momentum stays as it is.</td></tr>
 * <tr><td>{@code reduceOnPlateau(factor=0.1, patience=10, threshold=1e-4, cooldown=0, minFactor=0)}</td>
 * <td>η times factor for every time that the loss has stopped falling: see {@link Plateau}. The loss is
 * that of the validation rows, or of training where there are none. Whole epochs count.</td></tr>
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

  private static final int MOST_PIECES = 8;

  /** Of an update: times that differ by less are the same, rounding aside. */
  private static final double TOLERANCE = 1e-6;

  private static final Registry<Leaf> ALL = new Registry<>("learning-rate schedule");

  static {
    decay("constant", "η", (t, total, step) -> 1);
    decay("invsqrt", "η / √(t + 1)", (t, total, step) -> 1 / Math.sqrt(t + 1));
    ALL.alias("step", "invsqrt");
    ALL.add(
        "inverseTime",
        "η / (1 + k t), k = 0.1",
        List.of("k", "unit", "length"),
        arguments -> {
          double k = rateOfDecay(arguments);
          return leaf(arguments, (t, total, step) -> 1 / (1 + k * t));
        });
    decay("linear", "η (1 - t/T)", (t, total, step) -> 1 - t / total);
    ALL.add(
        "polynomial",
        "η (end + (1 - end) (1 - t/T)^power), power = 1, end = 0",
        List.of("power", "end", "unit", "length"),
        Schedules::polynomial);
    ALL.add(
        "exponential",
        "η e^(-k t), k = 0.1",
        List.of("k", "unit", "length"),
        arguments -> {
          double k = rateOfDecay(arguments);
          return leaf(arguments, (t, total, step) -> StrictMath.exp(-k * t));
        });
    ALL.add(
        "piecewise",
        "η, from each boundary on η times its factor, as in piecewise(10ep,0.1,20ep,0.01)",
        piecewiseParameters(),
        Schedules::piecewise);
    decay("cosine", "η (1 + cos(π t/T)) / 2", (t, total, step) -> fall(t, total));
    ALL.add(
        "cosineRestarts",
        "cosine over the first cycle, then anew over mult times as long each time, mult = 1; as in cosineRestarts(10ep)",
        List.of("first", "mult", "length"),
        Schedules::cosineRestarts);
    ALL.add(
        "warmup",
        "η (t + 1 update) / length while t < length, then η",
        List.of("length"),
        arguments -> {
          Check.that(
              arguments.has("length"),
              "warmup needs its length, as in warmup(2ep) or warmup(200step)");
          return leaf(arguments, (t, total, step) -> Math.min(1, (t + step) / total));
        });
    ALL.add(
        "oneCycle",
        "by half a cosine from η / divFactor up to η over pctStart of T, then down to η / divFactor / finalDivFactor; 0.3, 25 and 1e4",
        List.of("pctStart", "divFactor", "finalDivFactor", "length"),
        Schedules::oneCycle);
    ALL.add(
        "reduceOnPlateau",
        "η times factor for every time that the loss (of the validation rows, if there are any) hasn't fallen by threshold, relative, in more than patience epochs; 0.1, 10, 1e-4, no cooldown, minFactor = 0",
        List.of("factor", "patience", "threshold", "cooldown", "minFactor"),
        Schedules::reduceOnPlateau);
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
          last || part.plateau == null,
          "'%s': %s has no end, so nothing can follow it",
          text,
          chain.get(i));
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

  /**
   * Makes a schedule of one's own known by a name, for all of this JVM: {@code learningRateSchedule
   * = "name(...)"} is then understood, alone or in a chain. Do it before the name is used, on the
   * driver; executors need the class alone. The argument {@code length} comes by itself: {@link
   * Schedule#factor} sees it as T.
   *
   * @param parameters names of the arguments, in the order in which they may be given without names
   * @param make makes the schedule of its arguments
   * @throws IllegalArgumentException if the name is known already
   */
  public static void register(
      String name, List<String> parameters, Function<Arguments, Schedule> make) {
    List<String> all = new ArrayList<>(parameters);
    all.remove("length");
    all.add("length");
    ALL.register(
        name,
        all,
        arguments -> {
          Schedule made = make.apply(arguments);
          String length = arguments.text("length", null);
          return new Leaf(
              arguments.spec(),
              made::factor,
              false,
              length == null ? null : Length.parse(length),
              made.plateau(1).orElse(null));
        });
  }

  /** Names of the library's own schedules. */
  public static List<String> names() {
    return ALL.names();
  }

  /** What a schedule of the library does, in a line. */
  public static String meaning(String name) {
    return ALL.meaning(name);
  }

  /** The argument names of a schedule. */
  public static List<String> parameters(String name) {
    return ALL.parameters(name);
  }

  /** The other names of a schedule. */
  public static List<String> aliases(String name) {
    return ALL.aliases(name);
  }

  private static void decay(String name, String meaning, Curve curve) {
    ALL.add(name, meaning, List.of("unit", "length"), arguments -> leaf(arguments, curve));
  }

  private static double rateOfDecay(Arguments arguments) {
    double k = arguments.number("k", 0.1);
    Check.that(k >= 0 && k < 1e6, "%s: k must be a number >= 0, got %s", arguments.spec(), k);
    return k;
  }

  /** By half a cosine from 1 at t = 0 down to 0 at t = T. */
  private static double fall(double t, double total) {
    return (1 + StrictMath.cos(Math.PI * t / total)) / 2;
  }

  private static Leaf polynomial(Arguments arguments) {
    double power = Check.positive(arguments.number("power", 1), "power of " + arguments.spec());
    double end = unitInterval(arguments, "end", 0);
    return leaf(
        arguments,
        (t, total, step) ->
            // x^power; StrictMath.pow would allocate
            end + (1 - end) * StrictMath.exp(power * StrictMath.log(1 - t / total)));
  }

  private static List<String> piecewiseParameters() {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= MOST_PIECES; i++) {
      names.add("boundary" + i);
      names.add("factor" + i);
    }
    names.add("length");
    return names;
  }

  private static Leaf piecewise(Arguments arguments) {
    int pieces = 0;
    for (int i = 1; i <= MOST_PIECES; i++) {
      boolean boundary = arguments.has("boundary" + i);
      Check.that(
          boundary == arguments.has("factor" + i) && (!boundary || pieces == i - 1),
          "%s needs pairs of a boundary and the factor from there on, one after the other, as in"
              + " piecewise(10ep, 0.1, 20ep, 0.01)",
          arguments.spec());
      pieces += boundary ? 1 : 0;
    }
    Check.that(
        pieces > 0,
        "piecewise needs a boundary and the factor from there on, as in piecewise(10ep, 0.1)");
    Length[] boundaries = new Length[pieces];
    double[] factors = new double[pieces];
    for (int i = 0; i < pieces; i++) {
      boundaries[i] = Length.parse(arguments.text("boundary" + (i + 1), null));
      factors[i] = arguments.number("factor" + (i + 1), 0);
      Check.that(
          factors[i] >= 0 && factors[i] < Double.POSITIVE_INFINITY,
          "%s: factors must be finite numbers >= 0, got %s",
          arguments.spec(),
          factors[i]);
      Check.that(
          i == 0
              || boundaries[i].inSteps() != boundaries[i - 1].inSteps()
              || boundaries[i].amount() > boundaries[i - 1].amount(),
          "%s: boundaries must rise, but %s comes after %s",
          arguments.spec(),
          boundaries[i].text(),
          i == 0 ? "" : boundaries[i - 1].text());
    }
    return leaf(
        arguments,
        (t, total, step) -> {
          double factor = 1;
          for (int i = 0; i < factors.length; i++) {
            factor = t < boundaries[i].epochs(step) - TOLERANCE * step ? factor : factors[i];
          }
          return factor;
        });
  }

  private static Leaf cosineRestarts(Arguments arguments) {
    Check.that(
        arguments.has("first"),
        "cosineRestarts needs the length of its first cycle, as in cosineRestarts(10ep) or"
            + " cosineRestarts(500step)");
    Length first = Length.parse(arguments.text("first", null));
    double mult = arguments.number("mult", 1);
    Check.that(
        mult >= 1 && mult < 1e6, "%s: mult must be a number >= 1, got %s", arguments.spec(), mult);
    return leaf(
        arguments,
        (t, total, step) -> {
          double cycle = first.epochs(step);
          double since = t;
          if (mult == 1) {
            since -= cycle * Math.floor((t + TOLERANCE * step) / cycle);
          } else {
            while (since >= cycle - TOLERANCE * step) {
              since -= cycle;
              cycle *= mult;
            }
          }
          return fall(Math.max(0, since), cycle);
        });
  }

  private static Leaf oneCycle(Arguments arguments) {
    double rising = arguments.number("pctStart", 0.3);
    Check.that(
        rising > 0 && rising < 1,
        "%s: pctStart must be between 0 and 1, got %s",
        arguments.spec(),
        rising);
    double first = 1 / atLeastOne(arguments, "divFactor", 25);
    double last = first / atLeastOne(arguments, "finalDivFactor", 1e4);
    return leaf(
        arguments,
        (t, total, step) -> {
          double peak = Math.max(0, rising * total - step);
          double end = Math.max(step, total - step);
          return t < peak
              ? 1 + (first - 1) * fall(t, peak)
              : last + (1 - last) * fall(Math.min(t, end) - peak, end - peak);
        });
  }

  private static double atLeastOne(Arguments arguments, String name, double byDefault) {
    double value = arguments.number(name, byDefault);
    Check.that(
        value >= 1 && value < Double.POSITIVE_INFINITY,
        "%s: %s must be a finite number >= 1, got %s",
        arguments.spec(),
        name,
        value);
    return value;
  }

  private static double unitInterval(Arguments arguments, String name, double byDefault) {
    double value = arguments.number(name, byDefault);
    Check.that(
        value >= 0 && value <= 1,
        "%s: %s must be between 0 and 1, got %s",
        arguments.spec(),
        name,
        value);
    return value;
  }

  private static Leaf reduceOnPlateau(Arguments arguments) {
    double factor = arguments.number("factor", 0.1);
    Check.that(
        factor > 0 && factor < 1,
        "%s: factor must be greater than 0 and less than 1, got %s",
        arguments.spec(),
        factor);
    Plateau plateau =
        new Plateau(
            factor,
            Check.atLeast(0, arguments.integer("patience", 10), "patience of " + arguments.spec()),
            Check.fraction(arguments.number("threshold", 1e-4), "threshold of " + arguments.spec()),
            Check.atLeast(0, arguments.integer("cooldown", 0), "cooldown of " + arguments.spec()),
            unitInterval(arguments, "minFactor", 0),
            0);
    return new Leaf(arguments.spec(), (t, total, step) -> 1, false, null, plateau);
  }

  private static Leaf leaf(Arguments arguments, Curve curve) {
    boolean inSteps = arguments.oneOf("unit", List.of("epoch", "step")).equals("step");
    String length = arguments.text("length", null);
    return new Leaf(
        arguments.spec(), curve, inSteps, length == null ? null : Length.parse(length), null);
  }

  /** One curve, with the unit of its time and perhaps a length, or a rule without an end. */
  private static final class Leaf implements Schedule {
    private final String spec;
    private final Curve curve;
    private final boolean inSteps;
    private final Length length;
    private final Plateau plateau;

    Leaf(String spec, Curve curve, boolean inSteps, Length length, Plateau plateau) {
      this.spec = spec;
      this.curve = curve;
      this.inSteps = inSteps;
      this.length = length;
      this.plateau = plateau;
    }

    @Override
    public double factor(double t, double total, double step) {
      double end = length == null ? total : length.epochs(step);
      double unit = inSteps ? step : 1;
      return curve.at(Math.min(t, end) / unit, end / unit, step / unit);
    }

    @Override
    public Optional<Plateau> plateau(double step) {
      return Optional.ofNullable(plateau);
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
        if (t < end - TOLERANCE * step) { // a boundary belongs to the next part, rounding aside
          return parts.get(i).factor(t - start, total - start, step);
        }
        start = end;
      }
      return parts.get(last).factor(t - start, total - start, step);
    }

    @Override
    public Optional<Plateau> plateau(double step) {
      int last = parts.size() - 1;
      double start = 0;
      for (int i = 0; i < last; i++) {
        start += parts.get(i).length.epochs(step);
      }
      double begins = start;
      return parts.get(last).plateau(step).map(rule -> rule.beginningAt(begins));
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
