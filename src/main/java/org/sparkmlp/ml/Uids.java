package org.sparkmlp.ml;

import java.util.Objects;

/**
 * Hands a stage's uid to its {@code uid()} before its fields exist. The constructors of Spark's
 * Scala classes make the inherited params, which ask for the uid of their owner, before a Java
 * subclass can set a field; but the arguments of {@code this(...)} are evaluated before even that.
 */
final class Uids {
  private static final ThreadLocal<String> NEXT = new ThreadLocal<>();

  private Uids() {}

  /** The uid of the stage that this thread is about to construct. */
  static Void next(String uid) {
    NEXT.set(Objects.requireNonNull(uid, "uid"));
    return null;
  }

  static String take() {
    String uid = NEXT.get();
    NEXT.remove();
    return uid;
  }
}
