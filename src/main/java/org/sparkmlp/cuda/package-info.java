/**
 * Training on NVIDIA GPUs through JCuda's driver API and cuBLAS. No other package names a type of
 * JCuda, which is not on the class path of those who train on CPUs.
 */
package org.sparkmlp.cuda;
