package org.sparkmlp.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * PyTorch in a process of its own, if a Python can import it (Debian: python3-torch), kept warm
 * between measurements.
 */
final class TorchPeer implements AutoCloseable {
  /** The one on the path, and the one of Debian's packages. */
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  private final Process process;
  private final Path script;
  private final BufferedReader answers;
  private final Writer questions;
  private final String version;

  private TorchPeer(Process process, Path script) throws IOException {
    this.process = process;
    this.script = script;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    this.version = answers.readLine(); // null if the process has ended
  }

  /** The first Python that has PyTorch; null if none has. */
  static TorchPeer start() throws IOException {
    Path script = Files.createTempFile("kernel", ".py");
    try (InputStream in = TorchPeer.class.getResourceAsStream("kernel.py")) {
      Files.write(script, in.readAllBytes());
    }
    for (String python : PYTHONS) {
      try {
        TorchPeer peer = new TorchPeer(process(python, script), script);
        if (peer.version != null) {
          return peer;
        }
      } catch (IOException e) { // no such Python: the next
      }
    }
    Files.delete(script);
    return null;
  }

  private static Process process(String python, Path script) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(python, script.toString());
    builder.environment().put("OPENBLAS_NUM_THREADS", "1");
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Its name and version. */
  String version() {
    return version;
  }

  double rowsPerSecond(String units, int batchSize, int rows) throws IOException {
    questions.write(units + " " + batchSize + " " + rows + "\n");
    questions.flush();
    return Double.parseDouble(answers.readLine());
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    Files.deleteIfExists(script);
  }
}
