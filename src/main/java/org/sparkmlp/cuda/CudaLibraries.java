package org.sparkmlp.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where cuBLAS 12 lies. The system's dynamic linker finds it where ldconfig or LD_LIBRARY_PATH say;
 * JCuda's own search path has the folder of CUDA 12.0 only. A library that is loaded by its path
 * beforehand satisfies whoever needs one of its name, so that is what is done with those of a
 * toolkit elsewhere.
 */
final class CudaLibraries {
  /**
   * System property: the folder with libcublas.so.12 and libcublasLt.so.12. (Spark refuses those of
   * executors that begin with spark.)
   */
  static final String FOLDER_PROPERTY = "org.sparkmlp.cuda.libraries";

  private static final String CUBLAS = "libcublas.so.12";

  /** Each needs those before it. */
  private static final List<String> ORDER = List.of("libcublasLt.so.12", CUBLAS);

  private CudaLibraries() {}

  /**
   * Loads cuBLAS 12 from the first folder that has it, if any does; else the linker may find it.
   *
   * @return what went wrong with a folder that the user has named, if something did
   */
  static Optional<String> loadCublas() {
    String named = System.getProperty(FOLDER_PROPERTY);
    if (named != null && !Files.exists(Path.of(named, CUBLAS))) {
      return Optional.of(
          String.format("there is no %s in %s, which %s names", CUBLAS, named, FOLDER_PROPERTY));
    }
    Optional<Path> folder =
        folders(named, System.getenv()).stream()
            .filter(candidate -> Files.exists(candidate.resolve(CUBLAS)))
            .findFirst();
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    for (String name : ORDER) {
      Path file = folder.get().resolve(name);
      if (!Files.exists(file)) {
        continue; // the linker may find it elsewhere
      }
      try {
        System.load(file.toRealPath().toString());
      } catch (UnsatisfiedLinkError e) {
        if (!String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
          return Optional.of(String.format("%s doesn't load: %s", file, e.getMessage()));
        }
      } catch (IOException e) {
        return Optional.of(String.format("%s can't be read: %s", file, e.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** Where to look, best first: where the user says, then where toolkits are installed. */
  static List<Path> folders(String named, Map<String, String> environment) {
    List<Path> folders = new ArrayList<>();
    if (named != null) {
      folders.add(Path.of(named));
      return folders;
    }
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      String home = environment.get(variable);
      if (home != null && !home.isEmpty()) {
        addToolkit(folders, Path.of(home));
      }
    }
    try (Stream<Path> installed = Files.list(Path.of("/usr/local"))) {
      installed
          .filter(path -> path.getFileName().toString().matches("cuda(-12(\\.\\d+)?)?"))
          .sorted()
          .forEach(path -> addToolkit(folders, path));
    } catch (IOException e) {
      return folders; // no such folder: nothing is installed there
    }
    return folders;
  }

  private static void addToolkit(List<Path> folders, Path home) {
    folders.add(home.resolve("lib64"));
    folders.add(home.resolve("targets").resolve("x86_64-linux").resolve("lib"));
    folders.add(home.resolve("lib"));
  }
}
