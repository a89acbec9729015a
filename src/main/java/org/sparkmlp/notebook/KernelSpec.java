package org.sparkmlp.notebook;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tells Jupyter of the kernel. */
public final class KernelSpec {
  /** What notebooks call it. */
  static final String NAME = "spark-mlp";

  private KernelSpec() {}

  /**
   * Jupyter's folder for the data of a user, as Jupyter itself finds it on Linux and macOS.
   *
   * @param jupyterDataDir the variable of that name, or null
   * @param xdgDataHome likewise
   */
  public static Path userFolder(
      String jupyterDataDir, String xdgDataHome, Path home, String system) {
    if (jupyterDataDir != null && !jupyterDataDir.isEmpty()) {
      return Path.of(jupyterDataDir);
    }
    if (system.startsWith("Mac")) {
      return home.resolve("Library/Jupyter");
    }
    Path data =
        xdgDataHome != null && !xdgDataHome.isEmpty()
            ? Path.of(xdgDataHome)
            : home.resolve(".local/share");
    return data.resolve("jupyter");
  }

  /**
   * Installs the kernel, in the place of an older one.
   *
   * @param jupyter a folder of Jupyter's, as in JUPYTER_PATH
   * @param script bin/spark-mlp, which starts it
   * @return the folder of the kernel
   */
  public static Path install(Path jupyter, Path script) throws IOException {
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode spec = json.createObjectNode();
    for (String word :
        List.of(script.toAbsolutePath().toString(), "notebook", "kernel", "{connection_file}")) {
      spec.withArray("argv").add(word);
    }
    spec.put("display_name", "Java (spark-mlp)")
        .put("language", "java")
        .put("interrupt_mode", "message");
    Path folder = Files.createDirectories(jupyter.resolve("kernels").resolve(NAME));
    Files.writeString(folder.resolve("kernel.json"), json.writeValueAsString(spec) + "\n");
    return folder;
  }
}
