/** Solvers: optimizers as definitions without state, and L-BFGS, which is of its own kind. */
package org.sparkmlp.optim;
