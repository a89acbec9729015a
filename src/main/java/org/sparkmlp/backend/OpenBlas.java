package org.sparkmlp.backend;

import dev.ludovic.netlib.blas.BLAS;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The OpenBLAS that travels inside the jar. JavaCPP unpacks and loads the library; the calls go
 * through netlib's JNI code, which, unlike JavaCPP's, takes {@code float[]} with an offset and
 * doesn't copy it. Where netlib has no JNI code (macOS, Windows), JavaCPP's own calls do, on
 * copies.
 */
final class OpenBlas {
  private static final String LIBRARY_PROPERTY = "dev.ludovic.netlib.blas.nativeLibPath";

  private OpenBlas() {}

  /** Loads it by the fastest way that works here, or throws whatever hinders it. */
  static CpuBackend load() {
    File library = unpack();
    try {
      return new BlasBackend(
          "openblas",
          "openblas (bundled " + library.getName() + ", JNI on arrays)",
          netlib(library));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return new JavaCppBackend("openblas (bundled " + library.getName() + ", JavaCPP on copies)");
    }
  }

  /** Unpacks and loads the library, with one thread: tasks are the unit of parallelism here. */
  static File unpack() {
    File folder = new File(Loader.load(openblas_nolapack.class)).getParentFile();
    openblas_nolapack.blas_set_num_threads(1);
    File[] found =
        folder.listFiles(
            (in, name) ->
                name.startsWith("libopenblas_nolapack") || name.startsWith("libopenblas."));
    if (found == null || found.length == 0) {
      throw new UnsatisfiedLinkError("no libopenblas in " + folder);
    }
    return found[0];
  }

  /**
   * A copy of netlib's JNI class of our own, bound to {@code library}. The class binds to one
   * library for good when it is loaded; loading it in a class loader of its own leaves the JVM's
   * shared copy, which Spark's MLlib uses, as it is.
   */
  private static synchronized BLAS netlib(File library) throws ReflectiveOperationException {
    String before = System.getProperty(LIBRARY_PROPERTY);
    System.setProperty(LIBRARY_PROPERTY, library.getPath());
    try {
      Class<?> type =
          Class.forName(
              "dev.ludovic.netlib.blas.JNIBLAS", true, new OwnCopy(BLAS.class.getClassLoader()));
      Method getInstance = type.getDeclaredMethod("getInstance");
      getInstance.setAccessible(true);
      return (BLAS) getInstance.invoke(null);
    } finally {
      if (before == null) {
        System.clearProperty(LIBRARY_PROPERTY);
      } else {
        System.setProperty(LIBRARY_PROPERTY, before);
      }
    }
  }

  /**
   * Defines the two implementation classes itself and leaves the rest, the BLAS interface too, to
   * its parent.
   */
  private static final class OwnCopy extends ClassLoader {
    OwnCopy(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.endsWith(".JNIBLAS") && !name.endsWith(".AbstractBLAS")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] code = in.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
