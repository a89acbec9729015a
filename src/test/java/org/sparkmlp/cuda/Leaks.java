package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;

/** What must not be left on the stand-in. */
final class Leaks {
  private Leaks() {}

  static void assertNone() {
    assertThat(FakeCuda.live()).isEmpty();
    assertThat(FakeCuda.abandoned()).as("left in contexts that were destroyed").isEmpty();
  }
}
