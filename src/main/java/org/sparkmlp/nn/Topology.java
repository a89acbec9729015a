package org.sparkmlp.nn;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Loss;
import org.sparkmlp.util.Check;

/**
 * The shape of a fully connected network and the layout of its weights.
 *
 * <p>Layer l computes A_l = f(A_(l-1) W_l + 1 b_l'), with f the activation of a hidden layer and
 * the identity in the last, whose outputs are the logits that the loss is computed from. All
 * weights are one flat vector: for each layer W_l, row-major inputs x sums, then b_l. (Spark's
 * MultilayerPerceptronClassifier has the same order.)
 *
 * <p>A layer has as many sums as units, but where its activation has several pieces, as maxout(p):
 * then p times as many, the first piece of all u units, then the second of all units, and so on:
 * column k u + j of W_l and b_l makes piece k of unit j, and the unit's output is the largest of
 * its pieces. The next layer has u inputs.
 */
public final class Topology implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * Weights, two slots each, three digits of an exact sum: nine numbers a weight must fit into one
   * Java array.
   */
  private static final int MAX_WEIGHTS = Integer.MAX_VALUE / 10;

  /** Of one layer, for all rows of a batch: 256 MB of floats. */
  private static final int MOST_VALUES_AT_ONCE = 1 << 26;

  /**
   * A named part of the flat vector.
   *
   * @param name for example {@code layer1.weights} or {@code layer1.bias}, layers from 1
   * @param rows inputs of the layer; 1 for a bias
   * @param columns sums of the layer
   */
  public record Slice(String name, int offset, int rows, int columns) {
    public int length() {
      return rows * columns;
    }

    public int end() {
      return offset + length();
    }

    /** Whether these are biases, not weights. */
    public boolean isBias() {
      return name.endsWith(".bias");
    }
  }

  private final int[] layers;
  private final List<Activation> activations;
  private final Loss loss;
  private final boolean classTargets;
  private final int size;

  /** A network with the same activation in all hidden layers. */
  public Topology(int[] layers, Activation activation, Loss loss, boolean classTargets) {
    this(
        layers,
        Collections.nCopies(Math.max(0, layers.length - 2), activation),
        loss,
        classTargets);
  }

  /**
   * @param layers sizes of all layers, inputs first, outputs last; at least two, each &gt; 0
   * @param activations of the hidden layers, one each
   * @param classTargets whether the target of a row is a class index; else a row has as many target
   *     values as outputs
   */
  public Topology(int[] layers, List<Activation> activations, Loss loss, boolean classTargets) {
    Check.that(
        layers.length >= 2,
        "layers must name at least inputs and outputs, got %s",
        Arrays.toString(layers));
    Check.that(
        activations.size() == layers.length - 2,
        "%d activations (%s) are given for the %d hidden layers of %s",
        activations.size(),
        Activations.specs(activations),
        layers.length - 2,
        Arrays.toString(layers));
    this.layers = layers.clone();
    this.activations = new ArrayList<>(activations); // serializable, whatever was given
    this.loss = loss;
    this.classTargets = classTargets;
    long weights = 0;
    for (int l = 0; l < layers.length; l++) {
      Check.that(layers[l] > 0, "layers must be > 0, got %s", Arrays.toString(layers));
      weights += l == 0 ? 0 : (layers[l - 1] + 1L) * layers[l] * activation(l).pieces();
    }
    Check.that(
        weights <= MAX_WEIGHTS,
        "layers %s have %d weights; at most %d fit into the arrays of training",
        Arrays.toString(layers),
        weights,
        MAX_WEIGHTS);
    this.size = (int) weights;
  }

  /** Rows to take through a network together: {@code most}, or fewer where a layer is very wide. */
  public int rowsAtOnce(int most) {
    int widest = inputs();
    for (int l = 1; l <= depth(); l++) {
      widest = Math.max(widest, sums(l));
    }
    return Math.max(1, Math.min(most, MOST_VALUES_AT_ONCE / widest));
  }

  /** Layers of weights: one less than layers of units. */
  public int depth() {
    return layers.length - 1;
  }

  /** Units of layer {@code l}, 0 being the inputs. */
  public int units(int l) {
    return layers[l];
  }

  /** Sums of layer {@code l}, from 1 to {@link #depth}: columns of its weights. */
  public int sums(int l) {
    return layers[l] * activation(l).pieces();
  }

  public int inputs() {
    return layers[0];
  }

  public int outputs() {
    return layers[layers.length - 1];
  }

  public int[] layers() {
    return layers.clone();
  }

  /** The activation of layer {@code l}, from 1 to {@link #depth}. */
  public Activation activation(int l) {
    return l == depth() ? Activations.IDENTITY : activations.get(l - 1);
  }

  /** The activations of the hidden layers, one each. */
  public List<Activation> activations() {
    return Collections.unmodifiableList(activations);
  }

  public Loss loss() {
    return loss;
  }

  public boolean classTargets() {
    return classTargets;
  }

  /** The table of all parts of the flat vector, in order, without gaps. */
  public List<Slice> slices() {
    List<Slice> slices = new ArrayList<>();
    int offset = 0;
    for (int l = 1; l < layers.length; l++) {
      Slice weights = new Slice("layer" + l + ".weights", offset, layers[l - 1], sums(l));
      Slice bias = new Slice("layer" + l + ".bias", weights.end(), 1, sums(l));
      slices.add(weights);
      slices.add(bias);
      offset = bias.end();
    }
    return slices;
  }

  /** Length of the flat vector. */
  public int size() {
    return size;
  }

  /** Where W_l begins. */
  int weightsOffset(int l) {
    int offset = 0;
    for (int i = 1; i < l; i++) {
      offset += (layers[i - 1] + 1) * sums(i);
    }
    return offset;
  }

  /** Where b_l begins. */
  int biasOffset(int l) {
    return weightsOffset(l) + layers[l - 1] * sums(l);
  }

  /** Equal topologies compute the same function of equal weights. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Topology that && key().equals(that.key());
  }

  @Override
  public int hashCode() {
    return key().hashCode();
  }

  @Override
  public String toString() {
    return key();
  }

  private String key() {
    return Arrays.toString(layers)
        + " "
        + Activations.specs(activations)
        + " "
        + loss.spec()
        + (classTargets ? " of classes" : " of values");
  }
}
