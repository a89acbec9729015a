package org.sparkmlp.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.util.JsonProtocol$;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.Costs;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

class FitEventsTest {
  private final SparkContext spark = SparkSessions.shared().sparkContext();

  /** What is posted on the bus meanwhile. */
  private List<SparkListenerEvent> posted(Runnable action) throws Exception {
    List<SparkListenerEvent> events = new ArrayList<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onOtherEvent(SparkListenerEvent event) {
            if (event.getClass().getName().startsWith("org.sparkmlp.")) {
              events.add(event);
            }
          }
        };
    spark.addSparkListener(listener);
    try {
      action.run();
      spark.listenerBus().waitUntilEmpty();
    } finally {
      spark.removeSparkListener(listener);
    }
    return events;
  }

  private static <E> List<E> only(Class<E> type, List<SparkListenerEvent> events) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static FitEvents.Subject subject(int epochs) {
    Topology topology =
        new Topology(
            new int[] {2, 3, 2},
            Activations.forLayers("relu", 1),
            Losses.SOFTMAX_CROSS_ENTROPY,
            true);
    return new FitEvents.Subject(
        "mlp", Map.of(), topology, "adam", epochs, new DataLayout(2, new int[] {5}, 0), 1, "ejml");
  }

  @Test
  void anEventAnEpochWithTheNumbersOfTheSummary() throws Exception {
    MLPClassifier classifier =
        new MLPClassifier()
            .setHiddenLayers(4)
            .setMaxIter(3)
            .setBatchSize(8)
            .setLocalSteps(1)
            .setNumShards(2);
    MLPClassificationModel[] model = new MLPClassificationModel[1];
    List<SparkListenerEvent> events =
        posted(() -> model[0] = classifier.fit(Frames.xor(SparkSessions.shared(), 16)));

    FitStarted started = only(FitStarted.class, events).get(0);
    assertThat(started.estimator()).isEqualTo(classifier.uid());
    assertThat(started.params())
        .containsEntry("hiddenLayers", "[4]")
        .containsEntry("batchSize", "8")
        .doesNotContainKey("seed");
    assertThat(started.rows()).isEqualTo(64);
    List<FitEpoch> epochs = only(FitEpoch.class, events);
    assertThat(epochs).hasSize(3);
    for (int i = 0; i < 3; i++) {
      EpochRecord record = model[0].summary().epochs().get(i);
      assertThat(epochs.get(i).loss()).isEqualTo(record.loss());
      assertThat(epochs.get(i).accuracy()).isEqualTo(record.accuracy());
      assertThat(epochs.get(i).learningRate()).isEqualTo(record.learningRate());
      assertThat(epochs.get(i).validationLoss()).isNaN();
      assertThat(epochs.get(i).rows()).isEqualTo(64 * (i + 1));
      assertThat(epochs.get(i).rounds()).isEqualTo(8 * (i + 1));
    }
    assertThat(only(FitProgress.class, events)).hasSize(24); // a round each
    FitEnded ended = only(FitEnded.class, events).get(0);
    assertThat(ended.failed()).isFalse();
    assertThat(ended.reason()).isEqualTo(model[0].summary().stopReason());
    assertThat(ended.seconds()).isEqualTo(model[0].summary().costs().seconds());
    assertThat(events.stream().map(FitEventsTest::fit)).containsOnly(started.fit());
  }

  private static String fit(SparkListenerEvent event) {
    if (event instanceof FitStarted e) {
      return e.fit();
    } else if (event instanceof FitProgress e) {
      return e.fit();
    } else if (event instanceof FitEpoch e) {
      return e.fit();
    }
    return ((FitEnded) event).fit();
  }

  @Test
  void longTrainingHasABoundedNumberOfEvents() throws Exception {
    int epochs = 7_003;
    List<SparkListenerEvent> events =
        posted(
            () ->
                assertThatThrownBy(
                        () ->
                            FitEvents.tell(
                                spark,
                                subject(epochs),
                                TrainingListener.NONE,
                                listener -> {
                                  for (int e = 1; e <= epochs; e++) {
                                    listener.onCosts(new Costs(e, e, e, e, 0, 0));
                                    listener.onRound(e - 0.5, epochs, 1, e);
                                    listener.onRound(e, epochs, 1, e);
                                    listener.onEpoch(new EpochRecord(e, 1.0 / e, 1, 1, 1, 1, 1, 1));
                                  }
                                  throw new IllegalStateException("at the end <b>");
                                }))
                    .hasMessage("at the end <b>"));
    List<FitEpoch> given = only(FitEpoch.class, events);
    assertThat(given.size()).isBetween(400, FitEvents.MOST_EPOCHS + 1);
    assertThat(given.get(0).epoch()).isEqualTo(1);
    assertThat(given.get(given.size() - 1).epoch()).as("the last one is told").isEqualTo(epochs);
    assertThat(only(FitProgress.class, events).size())
        .isBetween(FitEvents.MOST_PROGRESS / 2, FitEvents.MOST_PROGRESS);
    FitEnded ended = only(FitEnded.class, events).get(0);
    assertThat(ended.failed()).isTrue();
    assertThat(ended.epochs()).isEqualTo(epochs);
  }

  /** Event logs of today are to be read for ever, and those of tomorrow as far as possible. */
  @Test
  void eventsAreReadFromEventLogs() {
    JsonProtocol$ json = JsonProtocol$.MODULE$;
    SparkListenerEvent read =
        json.sparkEventFromJson(
            "{\"Event\":\"org.sparkmlp.events.FitEpoch\",\"fit\":\"a\",\"epoch\":3,\"loss\":0.5,\"accuracy\":\"NaN\","
                + "\"learningRate\":0.01,\"validationLoss\":\"NaN\",\"validationAccuracy\":0.9,\"validationMetric\":0.8,"
                + "\"rounds\":4,\"rows\":5,\"seconds\":6.0,\"computeSeconds\":7.0,\"inLaterVersions\":8}");
    FitEpoch epoch =
        new FitEpoch("a", 3, 0.5, Double.NaN, 0.01, Double.NaN, 0.9, 0.8, 4, 5, 6.0, 7.0);
    assertThat(read).isEqualTo(epoch);
    assertThat(json.sparkEventFromJson(json.sparkEventToJsonString(epoch))).isEqualTo(epoch);
    FitStarted started =
        new FitStarted(
            "a", 1, "mlp", "[2, 2]", "adam", 2, 3, 4, 5, 6, "ejml", Map.of("stepSize", "0.1"));
    assertThat(json.sparkEventFromJson(json.sparkEventToJsonString(started))).isEqualTo(started);
    FitEnded ended = new FitEnded("a", 1, true, "why", 2, 3, 4, 5, 6.0, 7.0);
    assertThat(json.sparkEventFromJson(json.sparkEventToJsonString(ended))).isEqualTo(ended);
  }
}
