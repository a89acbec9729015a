package org.sparkmlp.cuda;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/**
 * Puts JCuda's JNI libraries where JCuda looks for them, before it looks.
 *
 * <p>JCuda writes a library under a fixed name to {@code java.io.tmpdir} when there is none,
 * without a lock, and loads what it finds. Executors that start together on one host map each
 * other's half-written files and die (SIGBUS), and so does every later JVM when one was killed
 * while writing. Here a file whose bytes aren't those inside the jar is replaced by a rename, which
 * others see before or after, never halfway.
 *
 * <p>Files are read and written by streams that don't mind interrupts, as those of {@link Files}
 * do: a killed task must not make this JVM believe that it has no GPU.
 */
final class Natives {
  private Natives() {}

  /**
   * Makes {@code java.io.tmpdir} hold whole copies of the named libraries, {@code JCudaDriver} for
   * example. What isn't in a jar on the class path is left to JCuda.
   *
   * @throws IOException if a file can't be written, or is somebody else's
   */
  static void prepare(String... names) throws IOException {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    for (String name : names) {
      String file = LibUtils.createPlatformLibraryName(name + "-" + JCudaVersion.get());
      prepare(folder, System.mapLibraryName(file));
    }
  }

  private static void prepare(Path folder, String file) throws IOException {
    String resource = "/lib/" + file;
    String wanted = digest(LibUtils.class.getResourceAsStream(resource));
    if (wanted == null) {
      return;
    }
    Files.createDirectories(folder);
    Path target = folder.resolve(file);
    if (isOurs(target) && wanted.equals(digest(new FileInputStream(target.toFile())))) {
      return;
    }
    Path whole = Files.createTempFile(folder, file, ".part");
    try (InputStream in = LibUtils.class.getResourceAsStream(resource)) {
      try (OutputStream out = new FileOutputStream(whole.toFile())) {
        in.transferTo(out);
      }
      Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IOException(
          String.format(
              "can't put JCuda's library at %s: %s; set java.io.tmpdir to a folder of your own",
              target, e),
          e);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  /** Whether it is a plain file that nobody else, but the administrator, can have written. */
  private static boolean isOurs(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    UserPrincipal owner = Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
    return owner.getName().equals(System.getProperty("user.name"))
        || owner.getName().equals("root");
  }

  /** SHA-256 of a stream, which it closes; null of none. */
  private static String digest(InputStream in) throws IOException {
    if (in == null) {
      return null;
    }
    try (in) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
