package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;

/** What must not be left on the stand-in. */
final class Leaks {
  private Leaks() {}

  static void assertNone() {
    assertThat(FakeCuda.liveAllocations()).as("allocations").isZero();
    assertThat(FakeCuda.livePinned()).as("pinned buffers").isZero();
    for (String kind : new String[] {"CUstream", "CUevent", "CUmodule", "cublasHandle"}) {
      assertThat(FakeCuda.live(kind)).as(kind).isZero();
    }
    assertThat(FakeCuda.live("primaryCtx")).as("contexts").isZero();
  }
}
