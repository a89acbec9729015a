package org.sparkmlp.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Where checkpoints lie: folders of files that are written once and read whole. It asks little of a
 * file system: no rename, no append, no overwriting; a file that is being written may be visible
 * before it is complete, or not. {@code toString} says, in messages, where it is.
 */
public interface CheckpointStore {
  /** Names of the files in a folder, in any order; none if there is no such folder. */
  List<String> list(String folder) throws IOException;

  /**
   * Creates a file, and its folder if need be.
   *
   * @param name of no file that is there
   */
  OutputStream create(String folder, String name) throws IOException;

  InputStream open(String folder, String name) throws IOException;

  /** Deletes a file if it is there. */
  void delete(String folder, String name) throws IOException;

  /** Deletes a folder with all its files, if it is there. */
  void deleteFolder(String folder) throws IOException;
}
