package org.sparkmlp.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.CUuuid;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasStatus;

/** The part of {@link Detection} that touches JCuda, and fails where there is none. */
final class CudaProbe {
  private CudaProbe() {}

  static Detection probe() {
    try {
      Natives.prepare("JCudaDriver", "JCublas2");
    } catch (IOException e) {
      return Detection.off(e.getMessage());
    }
    try {
      JCudaDriver.setExceptionsEnabled(false); // the first touch
    } catch (LinkageError e) {
      String reason = Detection.reason(e);
      return Detection.off(
          reason.contains("libcuda.so") ? "there is no NVIDIA driver (" + reason + ")" : reason);
    }
    int[] number = {0};
    int driver = JCudaDriver.cuDriverGetVersion(number) == CUresult.CUDA_SUCCESS ? number[0] : 0;
    int result = JCudaDriver.cuInit(0);
    if (result == CUresult.CUDA_SUCCESS) {
      result = JCudaDriver.cuDeviceGetCount(number);
    }
    if (result == CUresult.CUDA_ERROR_NO_DEVICE
        || (result == CUresult.CUDA_SUCCESS && number[0] == 0)) {
      return without(
          driver, "the NVIDIA driver finds no device (" + CUresult.stringFor(result) + ")");
    }
    if (result != CUresult.CUDA_SUCCESS) {
      return without(driver, "the NVIDIA driver doesn't start: " + CUresult.stringFor(result));
    }
    List<Detection.Device> devices = new ArrayList<>();
    for (int i = 0; i < number[0]; i++) {
      devices.add(device(i));
    }
    Optional<String> noCublas = CudaLibraries.loadCublas();
    int cublas = 0;
    if (noCublas.isEmpty()) {
      try {
        JCublas2.setExceptionsEnabled(false);
        cublas = cublasVersion();
      } catch (LinkageError | IllegalStateException e) {
        noCublas = Optional.of("there is no cuBLAS 12 (" + Detection.reason(e) + ")");
      }
    }
    return new Detection(Optional.empty(), driver, List.copyOf(devices), noCublas, cublas);
  }

  private static Detection without(int driver, String why) {
    return new Detection(Optional.of(why), driver, List.of(), Optional.of("not looked for"), 0);
  }

  private static int cublasVersion() {
    int version = 0;
    for (int part = 0; part < 3; part++) { // major, minor, patch
      int[] value = {0};
      int status = JCublas2.cublasGetProperty(part, value);
      if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
        throw new IllegalStateException("cublasGetProperty: " + cublasStatus.stringFor(status));
      }
      version = 100 * version + value[0];
    }
    return version;
  }

  private static Detection.Device device(int ordinal) {
    CUdevice device = new CUdevice();
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
    byte[] name = new byte[256];
    check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
    CUuuid uuid = new CUuuid();
    check("cuDeviceGetUuid", JCudaDriver.cuDeviceGetUuid(uuid, device));
    String[] busId = {""};
    check("cuDeviceGetPCIBusId", JCudaDriver.cuDeviceGetPCIBusId(busId, 32, device));
    long[] bytes = {0};
    check("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(bytes, device));
    return new Detection.Device(
        ordinal,
        new String(name, StandardCharsets.UTF_8).replaceFirst("\0.*", ""),
        uuid(uuid.bytes),
        busId[0],
        bytes[0],
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
  }

  private static int attribute(CUdevice device, int which) {
    int[] value = {0};
    check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, which, device));
    return value[0];
  }

  /** As nvidia-smi writes it. */
  private static String uuid(byte[] bytes) {
    String digits = HexFormat.of().formatHex(bytes);
    return "GPU-" + digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  private static void check(String function, int result) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new IllegalStateException(function + ": " + CUresult.stringFor(result));
    }
  }
}
