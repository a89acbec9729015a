package org.sparkmlp.cuda;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sparkmlp.util.Check;

/** Which device a task takes. */
public final class DeviceChoice {
  private DeviceChoice() {}

  /**
   * The device at an address that Spark's scheduler gave, or, without one, one by the partition's
   * number, so that partitions spread over all devices.
   *
   * <p>An address is what the discovery script printed: an index, which counts devices in the order
   * of the PCI bus as nvidia-smi does, or a UUID. Where one device only is visible, as in a
   * container that was given one, an index that is beyond it means that one.
   *
   * @param devices not empty
   * @throws IllegalArgumentException if there is no such device here
   */
  public static Detection.Device of(
      Optional<String> address, int partition, List<Detection.Device> devices) {
    if (address.isEmpty()) {
      return devices.get(Math.floorMod(partition, devices.size()));
    }
    String wanted = address.get().trim();
    if (wanted.matches("\\d{1,9}")) {
      return byIndex(Integer.parseInt(wanted), devices);
    }
    if (wanted.toUpperCase(Locale.ROOT).startsWith("MIG-") && devices.size() == 1) {
      return devices.get(0); // the driver names the GPU it is a part of
    }
    return devices.stream()
        .filter(device -> device.uuid().equalsIgnoreCase(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(none(wanted, devices)));
  }

  private static Detection.Device byIndex(int index, List<Detection.Device> devices) {
    if (devices.size() == 1) {
      return devices.get(0);
    }
    Check.that(index < devices.size(), "%s", none(String.valueOf(index), devices));
    return devices.stream()
        .sorted(Comparator.comparing(device -> device.busId().toUpperCase(Locale.ROOT)))
        .toList()
        .get(index);
  }

  private static String none(String address, List<Detection.Device> devices) {
    return String.format(
        "this task is to use GPU %s, but CUDA sees %d device%s in this process: %s; let Spark's discovery script, or"
            + " spark.sparkmlp.gpus, name what CUDA_VISIBLE_DEVICES leaves visible",
        address,
        devices.size(),
        devices.size() == 1 ? "" : "s",
        devices.stream()
            .map(device -> device.uuid() + " at " + device.busId())
            .collect(Collectors.joining(", ")));
  }
}
