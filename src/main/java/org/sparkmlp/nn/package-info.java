/**
 * Networks: their shape, their weights as one flat vector, the fast float {@link
 * org.sparkmlp.nn.Network} on a backend and the slow {@link org.sparkmlp.nn.ReferenceNetwork} in
 * double that it is held to.
 */
package org.sparkmlp.nn;
