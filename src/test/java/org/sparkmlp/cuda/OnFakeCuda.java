package org.sparkmlp.cuda;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that run on the stand-in of CUDA, in a JVM of their own. Without a C++ compiler they are
 * skipped, with a line that says so, or fail if {@code -Dcuda.standin.required=true}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("cuda")
@ExtendWith(OnFakeCuda.Loaded.class)
public @interface OnFakeCuda {
  /** Builds and loads the stand-in before the first test, and resets it before each. */
  final class Loaded implements BeforeAllCallback, BeforeEachCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
      FakeCuda.require(context.getDisplayName());
      FakeCuda.load();
      FakeCuda.reset(); // arguments of tests are made before beforeEach
    }

    @Override
    public void beforeEach(ExtensionContext context) {
      FakeCuda.reset();
    }
  }
}
