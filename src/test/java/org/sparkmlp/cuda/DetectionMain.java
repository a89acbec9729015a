package org.sparkmlp.cuda;

/** Prints what {@link Detection} finds when the libraries named as arguments are loaded first. */
final class DetectionMain {
  private DetectionMain() {}

  public static void main(String[] libraries) {
    for (String library : libraries) {
      System.load(library);
    }
    if (libraries.length > 0) {
      FakeCuda.devices(Integer.getInteger("fakecuda.devices", 2));
      String failing = System.getProperty("fakecuda.fail");
      if (failing != null) {
        FakeCuda.fail(failing, 1, 803);
      }
    }
    if (Boolean.getBoolean("interrupted")) {
      Thread.currentThread().interrupt(); // as the thread of a task that was killed
    }
    Detection found = Detection.get();
    System.out.println(
        found
            .unavailable()
            .map(why -> "off: " + why)
            .orElseGet(
                () ->
                    String.format(
                        "on: driver %s, %d devices, %s",
                        Detection.version(found.driverVersion()),
                        found.devices().size(),
                        found
                            .noCublas()
                            .orElseGet(
                                () -> "cuBLAS " + Detection.version(found.cublasVersion())))));
  }
}
