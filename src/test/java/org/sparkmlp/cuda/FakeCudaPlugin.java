package org.sparkmlp.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/** Gives every executor the stand-in of CUDA, before anything of JCuda is touched there. */
public final class FakeCudaPlugin implements SparkPlugin {
  /** Setting that names kernels.cu. */
  public static final String KERNELS = "spark.sparkmlp.kernels";

  /**
   * Setting that names a file which one task finds and removes at its beginning: the twentieth
   * launch of a kernel from then on fails, with the code that the file holds.
   */
  public static final String FAULT = "spark.sparkmlp.cudaFault";

  private static final int LAUNCH = 20;

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Loader();
  }

  private static final class Loader implements ExecutorPlugin {
    private Path fault;

    @Override
    public void init(PluginContext context, Map<String, String> unused) {
      FakeCuda.load();
      FakeCuda.reset();
      FakeCuda.source(Path.of(context.conf().get(KERNELS)));
      fault = Path.of(context.conf().get(FAULT));
    }

    @Override
    public void onTaskStart() {
      if (TaskContext.get().attemptNumber() > 0 || !Files.exists(fault)) {
        return;
      }
      try {
        int code = Integer.parseInt(Files.readString(fault).strip());
        if (Files.deleteIfExists(fault)) {
          FakeCuda.fail("cuLaunchKernel", LAUNCH, code);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
