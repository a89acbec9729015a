/**
 * Where the numbers are crunched: {@link org.sparkmlp.backend.Backend} and its providers {@code
 * openblas}, {@code netlib} and {@code ejml}. All matrices are row-major.
 */
package org.sparkmlp.backend;
