package org.sparkmlp.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.deploy.history.FsHistoryProvider;
import org.apache.spark.deploy.history.HistoryServer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.train.DivergenceException;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

/** The tab by HTTP: while a fit runs, after it, and in the history server. */
class TrainingTabTest {
  /** What a user may call a stage. */
  private static final String UID = "mlp<script>alert(1)</script>&\"'";

  private static final String TAB = "/mlp-training/";

  @TempDir Path folder;

  private static String get(String url) {
    try {
      HttpResponse<String> response =
          HttpClient.newBuilder()
              .followRedirects(HttpClient.Redirect.NORMAL)
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create(url)).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(url).isEqualTo(200);
      return response.body();
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode json(String url) {
    try {
      return new ObjectMapper().readTree(get(url));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void settle(SparkContext spark) {
    try {
      spark.listenerBus().waitUntilEmpty();
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier(UID)
        .setHiddenLayers(6)
        .setMaxIter(4)
        .setBatchSize(16)
        .setLearningRateSchedule("cosine")
        .setNumShards(2)
        .setValidationFraction(0.25)
        .setSeed(3);
  }

  @Test
  void curvesWhileAFitRunsAfterItAndInTheHistoryServer() throws Exception {
    Vector without =
        classifier().fit(Frames.xor(SparkSessions.shared(), 40)).weights(); // nobody watches
    Path log = Files.createDirectory(folder.resolve("log"));
    SparkSession session =
        SparkSessions.open(
            "local[2]",
            "tab",
            "spark.ui.enabled",
            "true",
            "spark.ui.port",
            "0",
            "spark.plugins",
            TrainingPlugin.class.getName(),
            "spark.eventLog.enabled",
            "true",
            "spark.eventLog.dir",
            log.toUri().toString());
    SparkContext spark = session.sparkContext();
    JsonNode live;
    String page;
    try {
      String ui = spark.uiWebUrl().get();
      assertThat(get(ui + TAB)).contains("No fit has begun to train yet.");
      assertThat(get(ui + "/jobs/")).contains("MLP training");

      List<String> pages = new ArrayList<>();
      List<JsonNode> metrics = new ArrayList<>();
      TrainingListener visitor =
          new TrainingListener() {
            @Override
            public void onEpoch(EpochRecord epoch) {
              settle(spark);
              pages.add(get(ui + TAB));
              metrics.add(json(ui + "/metrics/json/").get("gauges"));
            }
          };
      var model = classifier().setListener(visitor).fit(Frames.xor(session, 40));
      assertThat(model.weights()).as("the same bits, watched or not").isEqualTo(without);
      assertThatThrownBy(
              () -> classifier().setSolver("sgd").setStepSize(1e30).fit(Frames.xor(session, 40)))
          .isInstanceOf(DivergenceException.class);
      settle(spark);

      assertThat(pages).hasSize(4);
      assertThat(pages.get(2))
          .contains("Fits: 1 running")
          .contains("3.0 of 4")
          .contains(epochTitle("training", 3, model.summary().epochs().get(2).loss()))
          .contains(epochTitle("validation", 3, model.summary().epochs().get(2).validationLoss()))
          .doesNotContain("epoch 4:")
          .contains("<script>\n(function ()"); // which asks for it again

      String prefix =
          spark.applicationId() + ".driver.plugin." + TrainingPlugin.class.getName() + ".training.";
      EpochRecord third = model.summary().epochs().get(2);
      assertThat(value(metrics.get(2), prefix + "loss")).isEqualTo(third.loss());
      assertThat(value(metrics.get(2), prefix + "learningRate")).isEqualTo(third.learningRate());
      assertThat(value(metrics.get(2), prefix + "epoch")).isEqualTo(3);
      assertThat(value(metrics.get(2), prefix + "fitsRunning")).isEqualTo(1);
      assertThat(value(metrics.get(2), prefix + "rowsPerSecond")).isPositive();
      assertThat(value(metrics.get(2), prefix + "aggregationShare")).isBetween(0.0, 1.0);
      JsonNode after = json(ui + "/metrics/json/").get("gauges");
      assertThat(value(after, prefix + "fitsRunning")).isZero();
      assertThat(value(after, prefix + "rowsPerSecond")).isZero();

      page = get(ui + TAB);
      assertThat(page).contains("Fits: 1 done, 1 failed").contains("training diverged in epoch 1");
      assertThat(page)
          .contains("mlp&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;")
          .contains("learningRateSchedule=&quot;cosine&quot;")
          .doesNotContain("<script>alert");
      assertThat(page)
          .as("what all fits share is said once")
          .containsOnlyOnce("batchSize=16")
          .containsPattern("All fits: [^<]*batchSize=16");
      assertThat(get(ui + TAB + "?fit=2&fit=x&fit=77")).doesNotContain("epoch 1:");
      live = json(ui + TAB + "json/");
      assertThat(live).hasSize(2);
      assertThat(live.get(0).get("estimator").asText()).isEqualTo(UID);
      assertThat(live.get(0).get("state").asText()).isEqualTo("done");
      JsonNode history = live.get(0).get("history");
      assertThat(history).hasSize(4);
      for (int i = 0; i < 4; i++) {
        EpochRecord record = model.summary().epochs().get(i);
        assertThat(history.get(i).get("loss").asDouble()).isEqualTo(record.loss());
        assertThat(history.get(i).get("validationAccuracy").asDouble())
            .isEqualTo(record.validationAccuracy());
      }
      assertThat(live.get(1).get("state").asText()).isEqualTo("failed");
      assertThat(live.get(1).get("loss").isNull()).isTrue();
    } finally {
      session.stop();
    }
    assertHistory(log, spark.applicationId(), live);
  }

  private static String epochTitle(String rows, int epoch, double value) {
    return "fit 1 "
        + rows
        + ", epoch "
        + epoch
        + ": "
        + String.format(java.util.Locale.ROOT, "%.4f", value).replaceAll("0+$", "");
  }

  private static double value(JsonNode gauges, String name) {
    assertThat(gauges.has(name)).as(name + " in " + gauges).isTrue();
    return gauges.get(name).get("value").asDouble();
  }

  /** A history server that keeps what it reads on disk shows the same. */
  private void assertHistory(Path log, String application, JsonNode live) throws Exception {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.history.fs.logDirectory", log.toUri().toString())
            .set("spark.history.store.path", Files.createDirectory(folder.resolve("db")).toString())
            .set("spark.history.store.hybridStore.enabled", "false");
    FsHistoryProvider provider = new FsHistoryProvider(conf);
    HistoryServer server =
        new HistoryServer(conf, provider, new SecurityManager(conf, scala.Option.empty(), null), 0);
    server.initialize();
    server.bind();
    try {
      provider.checkForLogs();
      String url = "http://127.0.0.1:" + server.boundPort() + "/history/" + application;
      String page = get(url + TAB);
      assertThat(page)
          .contains("Fits: 1 done, 1 failed")
          .contains("fit 1 training, epoch 4:")
          .doesNotContain("<script>alert")
          .doesNotContain("setInterval");
      assertThat(json(url + TAB + "json/")).isEqualTo(live);
    } finally {
      server.stop();
      provider.stop();
    }
  }

  @Test
  void metricsWithoutTheWebUi() {
    SparkSession session =
        SparkSessions.open("local[2]", "no ui", "spark.plugins", TrainingPlugin.class.getName());
    try {
      classifier().fit(Frames.xor(session, 10));
      settle(session.sparkContext());
      assertThat(
              session
                  .sparkContext()
                  .env()
                  .metricsSystem()
                  .getSourcesByName("plugin." + TrainingPlugin.class.getName())
                  .head()
                  .metricRegistry()
                  .getGauges()
                  .get("training.epoch")
                  .getValue())
          .isEqualTo(4.0);
    } finally {
      session.stop();
    }
  }

  @Test
  void joinsOtherPlugins() {
    SparkConf conf = new SparkConf(false);
    String own = TrainingPlugin.class.getName();
    assertThat(TrainingPlugin.amongOthers(conf)).isEqualTo(own);
    conf.set("spark.plugins", "a.B, " + own);
    assertThat(TrainingPlugin.amongOthers(conf)).isEqualTo("a.B, " + own);
    conf.set("spark.plugins", "a.B");
    assertThat(TrainingPlugin.amongOthers(conf)).isEqualTo("a.B," + own);
  }
}
