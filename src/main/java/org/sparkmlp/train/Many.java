package org.sparkmlp.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlp.data.Shard;

/**
 * Several programs on the same shards as one: each has its own state and its own sum, which are
 * those it would have alone, to the bit.
 *
 * @param programs what runs, one after the other, on every shard
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
        each[i] = merged(each[i], other.each[i]);
      }
      return this;
    }

    @Override
    public Sums mergeInTask(Sums other) {
      for (int i = 0; i < each.length; i++) {
        each[i] = mergedInTask(each[i], other.each[i]);
      }
      return this;
    }

    @Override
    public Sums finish() {
      for (int i = 0; i < each.length; i++) {
        each[i] = each[i].finish();
      }
      return this;
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

  @Override
  public Sums empty() {
    return new Sums(
        programs.stream().map(part -> part.program().empty()).toArray(Mergeable<?>[]::new));
  }

  @Override
  public Sums run(States states, Shard shard, Workspaces workspaces) {
    Mergeable<?>[] sums = new Mergeable<?>[programs.size()];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = programs.get(i).run(states.each().get(i), shard, workspaces);
    }
    return new Sums(sums);
  }
}
