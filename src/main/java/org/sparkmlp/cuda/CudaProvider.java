package org.sparkmlp.cuda;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.DeviceProvider;

/** GPUs through JCuda. */
public final class CudaProvider implements DeviceProvider {
  private static final Logger LOG = LoggerFactory.getLogger(CudaProvider.class);

  /** Devices of which it has been said what multiplies there. */
  private static final Set<Integer> SAID = ConcurrentHashMap.newKeySet();

  @Override
  public String name() {
    return Backends.CUDA;
  }

  @Override
  public String unavailable() {
    return Detection.get().unavailable().orElse("");
  }

  @Override
  public int count() {
    return Detection.get().devices().size();
  }

  @Override
  public int choose(Optional<String> address, int partition) {
    return DeviceChoice.of(address, partition, Detection.get().devices()).ordinal();
  }

  @Override
  public DeviceBackend open(int ordinal) {
    Detection found = Detection.get(); // JCuda's libraries must be in place first
    DeviceBackend backend = new CudaBackend(ordinal);
    if (SAID.add(ordinal)) {
      LOG.info(
          "GPU {} ({}): products by {}",
          ordinal,
          found.devices().get(ordinal).name(),
          products(found));
    }
    return backend;
  }

  /** What multiplies, for the log. */
  static String products(Detection found) {
    return found
        .noCublas()
        .map(why -> "a kernel of our own, slower than cuBLAS: " + why)
        .orElse("cuBLAS " + Detection.version(found.cublasVersion()));
  }

  @Override
  public void forget(String group) {
    if (Detection.get().unavailable().isEmpty()) {
      Gpu.forgetRows(group + "/");
    }
  }

  @Override
  public boolean freeIdle(long nanos) {
    return Detection.get().unavailable().isEmpty() && Gpu.freeIdleRows(nanos);
  }
}
