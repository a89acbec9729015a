package org.sparkmlp.train;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files in memory. Any operation, a part of a write included, can be made to fail: as an error of
 * the file system, after which it works again, or as the end of the process, after which nothing
 * happens any more.
 */
final class MemoryStore implements CheckpointStore {
  /** The process has been killed. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Path to content; a file that is being written is seen as far as it is written. */
  final Map<String, byte[]> files = new TreeMap<>();

  /** Paths of the files that were written to their end, in order. */
  final List<String> completed = new ArrayList<>();

  private final boolean seenWhileWritten;
  private int failAt = Integer.MAX_VALUE;
  private boolean kills;
  private boolean dead;
  private int operations;

  /**
   * @param seenWhileWritten whether a file that was never closed is there (as on a disk) or not (as
   *     in an object store)
   */
  MemoryStore(boolean seenWhileWritten) {
    this.seenWhileWritten = seenWhileWritten;
  }

  MemoryStore() {
    this(true);
  }

  /** The process ends at the n-th operation from here, half done. */
  MemoryStore killedAt(int n) {
    return failing(n, true);
  }

  /** The n-th operation from here fails, half done. */
  MemoryStore failingAt(int n) {
    return failing(n, false);
  }

  private MemoryStore failing(int n, boolean kill) {
    operations = 0;
    failAt = n;
    kills = kill;
    return this;
  }

  /** A new process, to which nothing happens. */
  MemoryStore revive() {
    dead = false;
    failAt = Integer.MAX_VALUE;
    return this;
  }

  @Override
  public String toString() {
    return "memory";
  }

  int operations() {
    return operations;
  }

  private boolean fails() {
    if (dead) {
      throw new Killed();
    }
    return ++operations == failAt;
  }

  private void fail() throws IOException {
    if (kills) {
      dead = true;
      throw new Killed();
    }
    throw new IOException("operation " + failAt + " fails");
  }

  @Override
  public synchronized List<String> list(String folder) throws IOException {
    if (fails()) {
      fail();
    }
    return files.keySet().stream()
        .filter(path -> path.startsWith(folder + "/"))
        .map(path -> path.substring(folder.length() + 1))
        .toList();
  }

  @Override
  public synchronized OutputStream create(String folder, String name) throws IOException {
    String path = folder + "/" + name;
    boolean failing = fails();
    if (files.containsKey(path)) {
      throw new IOException(path + " is there already");
    }
    if (failing) {
      if (seenWhileWritten) {
        files.put(path, new byte[0]);
      }
      fail();
    }
    return new Writing(path);
  }

  private final class Writing extends OutputStream {
    private final String path;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private boolean closed;

    Writing(String path) {
      this.path = path;
      show();
    }

    private void show() {
      if (seenWhileWritten) {
        files.put(path, content.toByteArray());
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      synchronized (MemoryStore.this) {
        boolean failing = fails();
        content.write(bytes, from, failing ? length / 2 : length);
        show();
        if (failing) {
          fail();
        }
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (MemoryStore.this) {
        if (!closed) {
          closed = true;
          if (fails()) {
            fail();
          }
          files.put(path, content.toByteArray());
          completed.add(path);
        }
      }
    }
  }

  @Override
  public synchronized InputStream open(String folder, String name) throws IOException {
    if (fails()) {
      fail();
    }
    byte[] content = files.get(folder + "/" + name);
    if (content == null) {
      throw new FileNotFoundException(name + " is not there");
    }
    return new ByteArrayInputStream(content);
  }

  @Override
  public synchronized void delete(String folder, String name) throws IOException {
    if (fails()) {
      fail();
    }
    files.remove(folder + "/" + name);
  }

  @Override
  public synchronized void deleteFolder(String folder) throws IOException {
    boolean failing = fails();
    List<String> inside =
        files.keySet().stream().filter(path -> path.startsWith(folder + "/")).toList();
    for (String path : failing ? inside.subList(0, inside.size() / 2) : inside) {
      files.remove(path);
    }
    if (failing) {
      fail();
    }
  }
}
