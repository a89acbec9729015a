/**
 * Activations and losses: the formulas, in double precision, as the reference that every backend is
 * held to.
 */
package org.sparkmlp.function;
