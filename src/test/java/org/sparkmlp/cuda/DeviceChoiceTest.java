package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceChoiceTest {
  private static Detection.Device device(int ordinal, String busId) {
    String uuid = "GPU-0000000" + ordinal + "-aaaa-bbbb-cccc-000000000000";
    return new Detection.Device(ordinal, "a GPU", uuid, busId, 1L << 30, 8, 0);
  }

  /** The driver counts the fastest first, which needn't be the first on the bus. */
  private static final List<Detection.Device> THREE =
      List.of(device(0, "0000:65:00.0"), device(1, "0000:0b:00.0"), device(2, "0000:1A:00.0"));

  private static int choose(String address, List<Detection.Device> devices) {
    return DeviceChoice.of(Optional.ofNullable(address), 0, devices).ordinal();
  }

  @Test
  void withoutAnAddressPartitionsSpread() {
    for (int partition = 0; partition < 7; partition++) {
      assertThat(DeviceChoice.of(Optional.empty(), partition, THREE).ordinal())
          .isEqualTo(partition % 3);
    }
  }

  @Test
  void anIndexCountsInTheOrderOfTheBus() {
    assertThat(choose("0", THREE)).isEqualTo(1);
    assertThat(choose("1", THREE)).isEqualTo(2);
    assertThat(choose("2", THREE)).isZero();
  }

  @Test
  void uuids() {
    assertThat(choose(THREE.get(2).uuid(), THREE)).isEqualTo(2);
    assertThat(choose(THREE.get(1).uuid().toUpperCase(Locale.ROOT), THREE)).isEqualTo(1);
  }

  @Test
  void oneVisibleDeviceIsTheOneThatAnIndexMeans() {
    List<Detection.Device> one = List.of(device(0, "0000:65:00.0"));
    assertThat(choose("3", one)).isZero();
    assertThat(choose("MIG-5c89852c-d268-c3f3-1b07-005d5ae1dc3f", one)).isZero();
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> choose("3", THREE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this task is to use GPU 3, but CUDA sees 3 devices")
        .hasMessageContaining(THREE.get(1).uuid());
    assertThatThrownBy(() -> choose("GPU-1", THREE)).hasMessageContaining("GPU GPU-1");
    assertThatThrownBy(() -> choose("MIG-1", THREE)).hasMessageContaining("GPU MIG-1");
  }

  @Test
  void theLogSaysWhatMultiplies() {
    assertThat(
            CudaProvider.products(
                new Detection(Optional.empty(), 12040, THREE, Optional.empty(), 120401)))
        .isEqualTo("cuBLAS 12.4.1");
    Optional<String> none = Optional.of("there is no cuBLAS 12 (libcublas.so.12: none)");
    assertThat(CudaProvider.products(new Detection(Optional.empty(), 13000, THREE, none, 0)))
        .isEqualTo("a kernel of our own, slower than cuBLAS: " + none.get());
  }

  @Test
  void toolkitsAreLookedForWhereTheUserSays() {
    assertThat(CudaLibraries.folders("/own", Map.of("CUDA_HOME", "/home")))
        .containsExactly(Path.of("/own"));
    assertThat(CudaLibraries.folders(null, Map.of("CUDA_HOME", "/home", "CUDA_PATH", "/path")))
        .startsWith(Path.of("/home/lib64"))
        .contains(Path.of("/path/lib64"));
  }
}
