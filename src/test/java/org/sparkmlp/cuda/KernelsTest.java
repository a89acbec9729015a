package org.sparkmlp.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels that are shipped are those of the source, and any GPU since Maxwell can run them. */
@Tag("cuda")
class KernelsTest {
  private static final Path SOURCE = Path.of("src/main/cuda/kernels.cu");

  @BeforeAll
  static void putTheAssemblerInPlace() throws Exception {
    Natives.prepare("JNvPTXCompiler");
  }

  private static String ptx() {
    return UTF_8.decode(Kernels.ptx()).toString();
  }

  @Test
  void thePtxWasMadeOfThisSource() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(SOURCE));
    assertThat(ptx())
        .as("src/main/cuda/make-ptx.sh must run after every change of kernels.cu")
        .contains("// source-sha256: " + HexFormat.of().formatHex(digest) + "\n");
  }

  @Test
  void everyKernelOfTheSourceIsInThePtxAndIsUsed() throws Exception {
    Set<String> made = names(ptx(), "\\.entry (\\w+)\\(");
    assertThat(made)
        .hasSize(23)
        .isEqualTo(
            names(
                Files.readString(SOURCE),
                "__global__ void (?:__launch_bounds__\\(\\d+\\) )?(\\w+)\\("));
    String backend = Files.readString(Path.of("src/main/java/org/sparkmlp/cuda/CudaBackend.java"));
    assertThat(names(backend, "kernel\\(\"(\\w+)\"\\)")).isEqualTo(made);
  }

  private static Set<String> names(String text, String pattern) {
    Set<String> names = new TreeSet<>();
    for (Matcher m = Pattern.compile(pattern).matcher(text); m.find(); ) {
      names.add(m.group(1));
    }
    return names;
  }

  /** By NVIDIA's own assembler, of CUDA 12.0, which is part of JCuda's libraries. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sm_50", "sm_52", "sm_53", "sm_60", "sm_61", "sm_62", "sm_70", "sm_72", "sm_75", "sm_80",
        "sm_86", "sm_87", "sm_89", "sm_90"
      })
  void assembles(String gpu) {
    String log = assemble(ptx(), gpu);
    assertThat(log).isEmpty();
  }

  @Test
  void theAssemblerTellsWhatIsWrong() {
    assertThat(assemble(ptx().replaceFirst("fma.rn.f32", "fma.nonsense"), "sm_80"))
        .contains("nonsense");
  }

  /** Empty, or what is wrong. */
  private static String assemble(String ptx, String gpu) {
    byte[] text = ptx.getBytes(UTF_8); // ends with 0
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    int created = JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length - 1, text);
    assertThat(created).isZero();
    try {
      int result =
          JNvPTXCompiler.nvPTXCompilerCompile(compiler, 1, new String[] {"--gpu-name=" + gpu});
      if (result == nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
        assertThat(size[0]).isGreaterThan(1000);
        return "";
      }
      long[] size = new long[1];
      JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
      byte[] log = new byte[(int) size[0] + 1];
      JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
      return nvPTXCompileResult.stringFor(result) + ": " + UTF_8.decode(ByteBuffer.wrap(log));
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }
}
