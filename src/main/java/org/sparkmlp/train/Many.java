package org.sparkmlp.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.IntPredicate;
import org.sparkmlp.data.Shard;

/**
 * Several programs as one: each has its own state and its own sum, which are those it would have
 * alone, to the bit.
 *
 * @param programs what runs, one after the other, on every shard; null in the place of one that
 *     other shards run
 */
public record Many(List<Part<?, ?>> programs) implements Program<Many.States, Many.Sums> {
  /**
   * One of the programs; pairs the types of its state and its results.
   *
   * @param <S> its state
   * @param <R> its results
   */
  public record Part<S extends Serializable, R extends Mergeable<R>>(Program<S, R> program)
      implements Serializable {
    @SuppressWarnings("unchecked") // it is given its own state
    private R run(Serializable state, Shard shard, Workspaces workspaces) {
      return program.run((S) state, shard, workspaces);
    }
  }

  /**
   * The states, one a program.
   *
   * @param each in the order of the programs
   */
  public record States(ArrayList<Serializable> each) implements Serializable {}

  /** The sums, one a program. */
  public static final class Sums implements Mergeable<Sums> {
    private static final long serialVersionUID = 1;

    private final Mergeable<?>[] each;

    private Sums(Mergeable<?>[] each) {
      this.each = each;
    }

    /** The sum of the program of that index. */
    @SuppressWarnings("unchecked")
    public <R extends Mergeable<R>> R of(int program) {
      return (R) each[program];
    }

    @Override
    public Sums merge(Sums other) {
      for (int i = 0; i < each.length; i++) {
        each[i] = either(each[i], other.each[i], Sums::merged);
      }
      return this;
    }

    @Override
    public Sums mergeInTask(Sums other) {
      for (int i = 0; i < each.length; i++) {
        each[i] = either(each[i], other.each[i], Sums::mergedInTask);
      }
      return this;
    }

    @Override
    public Sums finish() {
      for (int i = 0; i < each.length; i++) {
        each[i] = each[i] == null ? null : each[i].finish();
      }
      return this;
    }

    private static Mergeable<?> either(
        Mergeable<?> a, Mergeable<?> b, BinaryOperator<Mergeable<?>> both) {
      return a == null ? b : b == null ? a : both.apply(a, b);
    }

    @SuppressWarnings("unchecked") // both are sums of the same program
    private static <R extends Mergeable<R>> R merged(Mergeable<?> a, Mergeable<?> b) {
      return ((R) a).merge((R) b);
    }

    @SuppressWarnings("unchecked")
    private static <R extends Mergeable<R>> R mergedInTask(Mergeable<?> a, Mergeable<?> b) {
      return ((R) a).mergeInTask((R) b);
    }
  }

  /** The programs of those places, with their states and sums in the places they have here. */
  public Many only(IntPredicate places) {
    List<Part<?, ?>> some = new ArrayList<>();
    for (int i = 0; i < programs.size(); i++) {
      some.add(places.test(i) ? programs.get(i) : null);
    }
    return new Many(some);
  }

  @Override
  public Sums empty() {
    return new Sums(
        programs.stream()
            .map(part -> part == null ? null : part.program().empty())
            .toArray(Mergeable<?>[]::new));
  }

  @Override
  public Sums run(States states, Shard shard, Workspaces workspaces) {
    Mergeable<?>[] sums = new Mergeable<?>[programs.size()];
    for (int i = 0; i < sums.length; i++) {
      Part<?, ?> part = programs.get(i);
      sums[i] = part == null ? null : part.run(states.each().get(i), shard, workspaces);
    }
    return new Sums(sums);
  }
}
