package org.sparkmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A headless Chromium of the system, spoken to by its DevTools protocol. Where there is none, tests
 * are skipped with a line, or fail with {@code -Dchromium.required=true}.
 */
public final class Browser implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int PATIENCE_SECONDS = 60;

  private final Path profile;
  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private String session;

  private Browser(Path profile, Process process, String address) {
    this.profile = profile;
    this.process = process;
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Listener())
            .join();
  }

  /** Opens one, or skips the test if there is none on this machine. */
  public static Browser open() throws Exception {
    Path program = find();
    if (program == null) {
      String message =
          "no chromium on this machine (apt-get install chromium): not tested in a browser";
      if (Boolean.getBoolean("chromium.required")) {
        throw new AssertionError(message + ", but -Dchromium.required=true");
      }
      System.out.println("SKIPPED: " + message);
      Assumptions.abort(message);
    }
    Path profile = Files.createTempDirectory("chromium");
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("log").toFile())
            .start();
    Path port = profile.resolve("DevToolsActivePort");
    for (int i = 0; i < 10 * PATIENCE_SECONDS && !hasTwoLines(port); i++) {
      if (!process.isAlive()) {
        throw new IOException("chromium has ended: " + Files.readString(profile.resolve("log")));
      }
      Thread.sleep(100);
    }
    List<String> lines = Files.readAllLines(port);
    Browser browser =
        new Browser(profile, process, "ws://127.0.0.1:" + lines.get(0) + lines.get(1));
    browser.attach();
    return browser;
  }

  private static boolean hasTwoLines(Path file) throws IOException {
    return Files.exists(file) && Files.readAllLines(file).size() == 2;
  }

  private static Path find() {
    for (String folder : System.getenv("PATH").split(":")) {
      for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
        if (Files.isExecutable(Path.of(folder, name))) {
          return Path.of(folder, name);
        }
      }
    }
    return null;
  }

  private void attach() throws Exception {
    JsonNode targets = call("Target.getTargets", "{}").get("targetInfos");
    String id = null;
    for (JsonNode target : targets) {
      id = target.get("type").asText().equals("page") ? target.get("targetId").asText() : id;
    }
    session =
        call("Target.attachToTarget", "{\"targetId\": \"" + id + "\", \"flatten\": true}")
            .get("sessionId")
            .asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", "{}");
    }
  }

  /** Calls a method of the protocol. */
  public JsonNode call(String method, String params) throws Exception {
    int number = numbers.incrementAndGet();
    ObjectNode message = MAPPER.createObjectNode();
    message.put("id", number);
    message.put("method", method);
    message.set("params", MAPPER.readTree(params));
    if (session != null) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(number, answer);
    socket.sendText(message.toString(), true).join();
    JsonNode got = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (got.has("error")) {
      throw new IOException(method + ": " + got.get("error"));
    }
    return got.get("result");
  }

  /** Goes to a file. */
  public void go(Path file) throws Exception {
    call("Page.navigate", "{\"url\": " + MAPPER.writeValueAsString(file.toUri().toString()) + "}");
  }

  /** Writes a page of ours to a file and waits until it is drawn, in light, on a desktop. */
  public void show(Path file, String html) throws Exception {
    Files.writeString(file, html);
    look(1280, 900, false);
    go(file);
    await(
        "document.URL === '"
            + file.toUri()
            + "' && document.documentElement?.dataset.ready === 'true'");
  }

  /** The value of an expression of JavaScript. */
  public JsonNode eval(String expression) throws Exception {
    ObjectNode params = MAPPER.createObjectNode();
    params.put("expression", expression);
    params.put("returnByValue", true);
    params.put("awaitPromise", true);
    JsonNode answer = call("Runtime.evaluate", params.toString());
    if (answer.has("exceptionDetails")) {
      throw new IOException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.get("result").path("value");
  }

  /** Waits until an expression is true. */
  public void await(String expression) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!eval("Boolean(" + expression + ")").asBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not true: " + expression + "; errors: " + errors);
      }
      Thread.sleep(20);
    }
  }

  /** The size of the window, and light or dark. */
  public void look(int width, int height, boolean dark) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        String.format(
            "{\"width\": %d, \"height\": %d, \"deviceScaleFactor\": 1, \"mobile\": false}",
            width, height));
    call(
        "Emulation.setEmulatedMedia",
        String.format(
            "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"%s\"}]}",
            dark ? "dark" : "light"));
  }

  /** Lays the page out as for paper of a width, or for the screen again. */
  public void paper(int width, boolean on) throws Exception {
    look(width, 1000, false);
    call("Emulation.setEmulatedMedia", "{\"media\": \"" + (on ? "print" : "") + "\"}");
    eval("window.dispatchEvent(new Event('" + (on ? "beforeprint" : "afterprint") + "'))");
  }

  /** A picture of the window, or of the whole page. */
  public byte[] screenshot(boolean whole) throws Exception {
    String answer =
        call("Page.captureScreenshot", "{\"captureBeyondViewport\": " + whole + "}")
            .get("data")
            .asText();
    return Base64.getDecoder().decode(answer);
  }

  /** The page as it is printed. */
  public byte[] pdf() throws Exception {
    return Base64.getDecoder()
        .decode(call("Page.printToPDF", "{\"printBackground\": true}").get("data").asText());
  }

  /** Presses a key where the focus is. */
  public void press(String key, String text) throws Exception {
    ObjectNode down = MAPPER.createObjectNode().put("type", "keyDown").put("key", key);
    if (text != null) {
      down.put("text", text);
    }
    if (key.equals("Enter")) {
      down.put("windowsVirtualKeyCode", 13);
    }
    if (key.equals("Tab")) {
      down.put("windowsVirtualKeyCode", 9);
    }
    call("Input.dispatchKeyEvent", down.toString());
    call("Input.dispatchKeyEvent", "{\"type\": \"keyUp\", \"key\": \"" + key + "\"}");
  }

  /** Moves, presses or releases the mouse. */
  public void mouse(String type, double x, double y) throws Exception {
    call(
        "Input.dispatchMouseEvent",
        String.format(
            java.util.Locale.ROOT,
            "{\"type\": \"%s\", \"x\": %f, \"y\": %f, \"button\": \"%s\", \"clickCount\": 1}",
            type,
            x,
            y,
            type.equals("mouseMoved") ? "none" : "left"));
  }

  /** Errors of scripts and of the console so far. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** What was asked of the network or of files, by URL. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    process.waitFor(10, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        try {
          take(MAPPER.readTree(message));
        } catch (IOException e) {
          errors.add("not JSON: " + message);
        }
      }
      from.request(1);
      return null;
    }

    private void take(JsonNode message) {
      if (message.has("id")) {
        CompletableFuture<JsonNode> answer = answers.remove(message.get("id").asInt());
        if (answer != null) {
          answer.complete(message);
        }
        return;
      }
      JsonNode params = message.path("params");
      switch (message.path("method").asText()) {
        case "Runtime.exceptionThrown" -> errors.add(params.path("exceptionDetails").toString());
        case "Log.entryAdded" -> {
          if (params.path("entry").path("level").asText().equals("error")) {
            errors.add(params.path("entry").toString());
          }
        }
        case "Runtime.consoleAPICalled" -> {
          if (List.of("error", "assert").contains(params.path("type").asText())) {
            errors.add(params.path("args").toString());
          }
        }
        case "Network.requestWillBeSent" ->
            requests.add(params.path("request").path("url").asText());
        default -> {
          // nothing to note
        }
      }
    }
  }
}
