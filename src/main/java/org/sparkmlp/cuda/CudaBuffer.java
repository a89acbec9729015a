package org.sparkmlp.cuda;

import org.sparkmlp.backend.Backend;

/** Floats on a device. */
record CudaBuffer(Address address, int length) implements Backend.Buffer {}
