package org.sparkmlp.notebook;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import jdk.jshell.spi.ExecutionControl.InternalException;
import jdk.jshell.spi.ExecutionControl.NotImplementedException;

/**
 * The classes that JShell makes of cells. One loader for all of them, so that tasks of a local
 * Spark find them by the context class loader.
 */
final class SnippetLoader extends ClassLoader implements LoaderDelegate {
  private static final String CLASS = ".class";

  private final Map<String, byte[]> codes = new ConcurrentHashMap<>();

  SnippetLoader(ClassLoader parent) {
    super("cells", parent);
  }

  @Override
  public void load(ClassBytecodes[] classes) throws ClassInstallException {
    boolean[] loaded = new boolean[classes.length];
    for (ClassBytecodes each : classes) {
      codes.put(each.name(), each.bytecodes());
    }
    for (int i = 0; i < classes.length; i++) {
      try {
        Class.forName(classes[i].name(), false, this);
        loaded[i] = true;
      } catch (ClassNotFoundException | LinkageError e) {
        throw new ClassInstallException(e.toString(), loaded);
      }
    }
  }

  @Override
  public Class<?> findClass(String name) throws ClassNotFoundException {
    Class<?> known = findLoadedClass(name);
    if (known != null) {
      return known; // JShell asks here, not by loadClass
    }
    byte[] code = codes.get(name);
    if (code == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, code, 0, code.length);
  }

  /** The code of a class, too, since Spark reads that of closures. */
  @Override
  public InputStream getResourceAsStream(String name) {
    if (name.endsWith(CLASS)) {
      String type = name.substring(0, name.length() - CLASS.length()).replace('/', '.');
      byte[] code = codes.get(type);
      if (code != null) {
        return new ByteArrayInputStream(code);
      }
    }
    return super.getResourceAsStream(name);
  }

  /** JShell wraps what is defined anew into new classes, so that no class ever changes. */
  @Override
  public void classesRedefined(ClassBytecodes[] classes) {}

  @Override
  public void addToClasspath(String path) throws InternalException, NotImplementedException {
    throw new NotImplementedException(
        "the class path of a notebook is that of spark-submit: give --jars");
  }
}
