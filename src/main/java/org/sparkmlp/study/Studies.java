package org.sparkmlp.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Names;

/** The studies by name. */
public final class Studies {
  private static final Map<String, Study> ALL = new LinkedHashMap<>();

  static {
    for (Study study :
        List.of(
            new GradientDescent(),
            new VanishingGradient(),
            new ScheduleStudy(),
            new OptimizerStudy(),
            new DepthStudy(),
            new RegularisationStudy(),
            new Plasticity(),
            new Robustness(),
            new BatchSizeStudy(),
            new LocalStepsStudy())) {
      ALL.put(study.name(), study);
    }
  }

  private Studies() {}

  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** The study of that name; an unknown one is an {@link IllegalArgumentException}. */
  static Study get(String name) {
    Check.that(
        ALL.containsKey(name),
        "there is no study '%s'; there are %s%s",
        name,
        String.join(", ", ALL.keySet()),
        Names.didYouMean(name, ALL.keySet()));
    return ALL.get(name);
  }
}
