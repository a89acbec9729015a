/**
 * What every other package may use: argument checks, the spec grammar, stateless randomness. Knows
 * nothing.
 */
package org.sparkmlp.util;
