/**
 * Activations and losses: the formulas, in double precision, as the reference that every backend is
 * held to.
 *
 * <p>One of your own is a class that implements {@link org.sparkmlp.function.Activation} or {@link
 * org.sparkmlp.function.Loss}, best a record, in a jar that executors have too, and a call before
 * params, config files or saved models name it:
 *
 * <pre>{@code
 * Activations.register("bent", List.of("k"), arguments -> new Bent(arguments.number("k", 1)));
 * new MLPClassifier().setActivation("bent(k=0.5)")
 * }</pre>
 *
 * <p>{@code org.sparkmlp.nn.GradientCheck} finds a wrong derivative.
 */
package org.sparkmlp.function;
