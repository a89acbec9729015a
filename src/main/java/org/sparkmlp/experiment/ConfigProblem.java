package org.sparkmlp.experiment;

import java.util.List;

/** A config that can't be run; the message has one line a problem. */
public final class ConfigProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  ConfigProblem(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
