package org.sparkmlp.backend;

import dev.ludovic.netlib.blas.BLAS;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.util.Names;

/**
 * The CPU backends by name, fastest first. Each is loaded once a JVM, when it is first asked for.
 * Kinds of devices besides, by name too.
 */
public final class Backends {
  /** Takes the fastest backend that loads. */
  public static final String AUTO = "auto";

  /** NVIDIA GPUs. */
  public static final String CUDA = "cuda";

  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final Map<String, Supplier<CpuBackend>> PROVIDERS = new LinkedHashMap<>();
  private static final Map<String, CpuBackend> LOADED = new ConcurrentHashMap<>();
  private static final Map<String, DeviceProvider> DEVICES = new ConcurrentHashMap<>();

  static {
    PROVIDERS.put("openblas", OpenBlas::load);
    PROVIDERS.put("netlib", Backends::netlib);
    PROVIDERS.put("ejml", EjmlBackend::new);
  }

  private Backends() {}

  /** The names of all backends, fastest first. */
  public static List<String> names() {
    return List.copyOf(PROVIDERS.keySet());
  }

  /**
   * Throws an {@link IllegalArgumentException} unless {@code name} is {@code auto} or a backend's;
   * loads nothing.
   */
  public static String check(String name) {
    if (!name.equals(AUTO) && !PROVIDERS.containsKey(name)) {
      if (isDevice(name)) {
        throw new IllegalArgumentException(
            String.format(
                "backend = %s: backend names what computes on a CPU (auto, %s); set device = %s instead",
                name, String.join(", ", names()), name));
      }
      List<String> known = new ArrayList<>(List.of(AUTO));
      known.addAll(names());
      throw new IllegalArgumentException(
          String.format(
              "unknown backend '%s'; known are %s%s",
              name, String.join(", ", known), Names.didYouMean(name, known)));
    }
    return name;
  }

  /**
   * The backend of that name, {@code auto} for the fastest that loads here.
   *
   * @throws IllegalArgumentException if there is no such backend
   * @throws IllegalStateException if it can't be loaded on this machine
   */
  public static Backend get(String name) {
    return cpu(name);
  }

  /** Whether it is a kind of device, not a CPU backend; loads nothing. */
  public static boolean isDevice(String name) {
    return name.equals(CUDA);
  }

  /**
   * The kind of device of that name.
   *
   * @throws IllegalStateException if this installation has no part for it
   */
  public static DeviceProvider device(String name) {
    return DEVICES.computeIfAbsent(
        name,
        key ->
            ServiceLoader.load(DeviceProvider.class, Backends.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(key))
                .findFirst()
                .orElseThrow(
                    () -> new IllegalStateException("no part of this installation knows " + key)));
  }

  /** What computes on this CPU beside a backend of that name: itself, or, for a device, auto. */
  public static Backend onHost(String name) {
    return get(isDevice(name) ? AUTO : name);
  }

  /** The double-precision product of the backend of that name. */
  public static DoubleGemm doubles(String name) {
    return cpu(name);
  }

  /** Unpacks and loads the OpenBLAS inside the jar; returns its file, for others who can use it. */
  public static File openBlasLibrary() {
    return OpenBlas.unpack();
  }

  private static CpuBackend cpu(String name) {
    return LOADED.computeIfAbsent(check(name), key -> key.equals(AUTO) ? fastest() : load(key));
  }

  private static CpuBackend load(String name) {
    try {
      return PROVIDERS.get(name).get();
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalStateException(
          String.format(
              "backend '%s' can't be loaded on this machine: %s; backend = auto takes the fastest that can",
              name, e),
          e);
    }
  }

  private static CpuBackend fastest() {
    List<String> refused = new ArrayList<>();
    for (String name : PROVIDERS.keySet()) {
      try {
        CpuBackend found = load(name);
        LOG.info(
            "backend auto: {}{}",
            found.description(),
            refused.isEmpty() ? "" : "; refused: " + String.join("; ", refused));
        return found;
      } catch (IllegalStateException e) {
        refused.add(e.getMessage());
      }
    }
    throw new IllegalStateException("no backend loads on this machine: " + refused);
  }

  /** What Spark itself uses: a native BLAS of the system if netlib finds one, else Java. */
  private static CpuBackend netlib() {
    BLAS blas = BLAS.getInstance();
    return new BlasBackend("netlib", "netlib (" + blas.getClass().getSimpleName() + ")", blas);
  }
}
