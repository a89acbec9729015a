package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Fork;

/**
 * The JVM checks every call between Java and JCuda's libraries. JCuda breaks their rules when it is
 * given arrays, and when it takes some itself: it calls the JVM while it holds one.
 */
@OnFakeCuda
class JniCheckTest {
  private static final String WARNING =
      "Calling other JNI functions in the scope of Get/ReleasePrimitiveArrayCritical";

  @TempDir Path folder;

  private String run(String what) throws Exception {
    return Fork.run(
        folder,
        List.of("-Xcheck:jni", "-Xmx512m", FakeCuda.option()),
        JniCheckMain.class.getName(),
        what);
  }

  private static void assertRulesKept(String printed) {
    // each warning begins where a line isn't indented; those of CPU backends are their own
    assertThat(
            Arrays.stream(printed.split("(?m)^(?=\\S)"))
                .filter(
                    part -> !part.contains("dev.ludovic.netlib") && !part.contains("org.bytedeco"))
                .collect(Collectors.joining()))
        .doesNotContain(WARNING, "WARNING in native method", "FATAL ERROR in native method");
  }

  @Test
  void ourCallsKeepTheRules() throws Exception {
    String printed = run("backend");
    assertThat(printed).contains("done");
    assertRulesKept(printed);
  }

  @Test
  void theWholeContractKeepsThem() throws Exception {
    String printed = run("contract");
    assertThat(printed).containsPattern("(?m)^[1-9]\\d+ tests held, 0 failed$");
    assertRulesKept(printed);
  }

  @Test
  void arraysWouldBreakThem() throws Exception {
    assertThat(run("arrays")).contains("done").contains(WARNING);
  }
}
