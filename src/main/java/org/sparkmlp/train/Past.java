package org.sparkmlp.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What training inherits from earlier training, besides the weights it begins with.
 *
 * @param epochs by which the learning rate schedule is ahead: at the beginning it stands at t =
 *     epochs, and its end T is as much later
 * @param anchor what the weights are held to, or null
 */
public record Past(int epochs, Anchor anchor) implements Serializable {
  /** Nothing. */
  public static final Past NONE = new Past(0, null);

  /** What the weights depend on, in lines of text; none where there is nothing. */
  List<String> description() {
    List<String> lines = new ArrayList<>();
    if (epochs > 0) {
      lines.add("schedule goes on after " + epochs + " epochs");
    }
    if (anchor != null) {
      lines.addAll(anchor.description());
    }
    return lines;
  }
}
