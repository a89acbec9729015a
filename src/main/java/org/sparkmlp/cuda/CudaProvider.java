package org.sparkmlp.cuda;

import java.util.Optional;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.DeviceProvider;

/** GPUs through JCuda. */
public final class CudaProvider implements DeviceProvider {
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
    Detection.get(); // JCuda's libraries must be in place first
    return new CudaBackend(ordinal);
  }

  @Override
  public void forget(String group) {
    if (Detection.get().unavailable().isEmpty()) {
      Gpu.forgetRows(group + "/");
    }
  }
}
