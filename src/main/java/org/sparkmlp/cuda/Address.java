package org.sparkmlp.cuda;

import jcuda.driver.CUdeviceptr;

/** An address of device memory that kernels can be handed as a number. */
final class Address extends CUdeviceptr {
  long value() {
    return getNativePointer();
  }
}
