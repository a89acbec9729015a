package org.sparkmlp.cli;

import dev.ludovic.netlib.blas.NativeBLAS;
import java.io.File;
import org.sparkmlp.backend.Backends;

/** The same OpenBLAS for Spark's own models as for ours, so that a comparison is one of methods. */
final class SparkBlas {
  private SparkBlas() {}

  /**
   * Points Spark's BLAS to the bundled library; to be called before anything of Spark's touches it.
   *
   * @return what Spark computes with
   */
  static String useBundled() {
    File library = Backends.openBlasLibrary();
    System.setProperty("dev.ludovic.netlib.blas.nativeLibPath", library.getPath());
    return NativeBLAS.getInstance().getClass().getSimpleName() + " on " + library.getName();
  }
}
