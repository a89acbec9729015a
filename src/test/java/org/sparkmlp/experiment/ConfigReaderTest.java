package org.sparkmlp.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.feature.StandardScaler;
import org.apache.spark.ml.feature.StringIndexer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.search.Halving;

class ConfigReaderTest {
  @TempDir Path folder;

  private ExperimentConfig read(String text, String... overrides) throws IOException {
    Path file = folder.resolve("x.conf");
    Files.writeString(file, text);
    return new ConfigReader(new Inputs(new Configuration()))
        .read(file.toString(), List.of(overrides), null);
  }

  private List<String> problems(String text, String... overrides) {
    ConfigProblem problem = catchThrowableOfType(ConfigProblem.class, () -> read(text, overrides));
    assertThat(problem).as("a problem").isNotNull();
    return problem.problems();
  }

  @Test
  void includesAreFoundBesideTheFileAndMustBeThere() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    Files.writeString(folder.resolve("sub/base.conf"), "include \"inner.conf\"\nmodel.maxIter = 7");
    Files.writeString(folder.resolve("sub/inner.conf"), "model { seed = 5, maxIter = 1 }");
    ExperimentConfig config = read("include \"sub/base.conf\"\nmodel.batchSize = 9");
    assertThat(config.classifier().getMaxIter()).isEqualTo(7);
    assertThat(config.classifier().getSeed()).isEqualTo(5);
    assertThat(config.classifier().getBatchSize()).isEqualTo(9);
    assertThat(problems("include \"none.conf\""))
        .singleElement()
        .asString()
        .contains("include \"none.conf\"");
    assertThat(problems("include \"sub/base.conf\"\nmodel.batchSize = none"))
        .singleElement()
        .asString()
        .startsWith("x.conf:2: model.batchSize");
  }

  /** Records are found by the numbers of cells when a run goes on. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        search.grid {
          learningRateSchedule = [constant, cosine]
          batchSize = [4, 8]
          activation = [relu, tanh]
        }
        """,
        """
        search {
          kind = random
          trials = 5
          distributions {
            stepSize = "logUniform(1e-4, 1e-1)"
            batchSize = "integer(4, 64)"
          }
        }
        """
      })
  void aConfigThatWasWrittenHasTheSameCells(String text) throws IOException {
    ExperimentConfig config = read(text, "search.folds=4");
    ExperimentConfig again = read(config.resolved());
    assertThat(again.cells().stream().map(cell -> cell.number() + " " + cell.params()))
        .containsExactlyElementsOf(
            config.cells().stream().map(cell -> cell.number() + " " + cell.params()).toList());
    assertThat(again.folds()).isEqualTo(4);
  }

  @Test
  void aMisspeltFormatIsOneProblem() throws IOException {
    assertThat(problems("data { format = cvs, path = \"x.csv\", features = [a, b] }"))
        .singleElement()
        .asString()
        .contains("did you mean 'csv'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"conf/digits.conf", "conf/digits-halving.conf", "conf/fashion-mnist.conf"})
  void theConfigsOfTheProjectAreGood(String path) {
    Configuration hadoop = new Configuration();
    List<String> overrides = List.of();
    if (path.contains("fashion")) {
      ConfigProblem problem =
          catchThrowableOfType(
              ConfigProblem.class,
              () ->
                  new ConfigReader(new Inputs(hadoop))
                      .read(path, List.of("data.path=/nowhere"), null));
      // nothing is wrong but that the four files aren't there
      assertThat(problem.problems())
          .hasSize(4)
          .allMatch(line -> line.contains("there is no /nowhere/"));
    } else {
      ExperimentConfig config = new ConfigReader(new Inputs(hadoop)).read(path, overrides, null);
      assertThat(config.cells()).hasSize(15);
      assertThat(config.folds()).isEqualTo(3);
      assertThat(config.classifier().getNumShards()).isEqualTo(4);
      assertThat(
              config.cells().stream().map(c -> c.params().get("learningRateSchedule")).distinct())
          .hasSize(5);
      assertThat(config.cells().stream().map(c -> c.params().get("batchSize")).distinct())
          .hasSize(3);
    }
  }

  @Test
  void everySectionReachesItsStage() throws IOException {
    ExperimentConfig config =
        read(
            """
            name = mine
            data { format = digits, label = y, test = 0.3 }
            stages = [
              { class = StandardScaler, name = scaler, params { inputCol = features, outputCol = scaled, withMean = true } }
              { class = org.apache.spark.ml.feature.StringIndexer, params { inputCol = a, outputCol = b, handleInvalid = keep } }
            ]
            model { featuresCol = scaled, layers = [64, 8, 10], thresholds = [0.1, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05],
                    stepSize = 1, seed = 123456789012, solver = "adam(beta1=0.8)" }
            search {
              grid { batchSize = [8, 16], scaler { withStd = [true, false] }, hiddenLayers = [[4], [4, 5]] }
              folds = 4, parallelism = 2, metric = logLoss
            }
            output = /somewhere
            """,
            "model.maxIter=7",
            "name=other");
    assertThat(config.name()).isEqualTo("other");
    assertThat(config.data().label()).isEqualTo("y");
    assertThat(config.data().testFraction()).isEqualTo(0.3);
    StandardScaler scaler = (StandardScaler) config.stages().get(0);
    assertThat(scaler.getWithMean()).isTrue();
    assertThat(scaler.getOutputCol()).isEqualTo("scaled");
    assertThat(((StringIndexer) config.stages().get(1)).getHandleInvalid()).isEqualTo("keep");
    assertThat(config.classifier().getLabelCol()).isEqualTo("y");
    assertThat(config.classifier().getFeaturesCol()).isEqualTo("scaled");
    assertThat(config.classifier().getLayers()).containsExactly(64, 8, 10);
    assertThat(config.classifier().getThresholds()).hasSize(10);
    assertThat(config.classifier().getStepSize()).isEqualTo(1.0);
    assertThat(config.classifier().getSeed()).isEqualTo(123456789012L);
    assertThat(config.classifier().getSolver()).isEqualTo("adam(beta1=0.8)");
    assertThat(config.classifier().getMaxIter()).isEqualTo(7);
    assertThat(config.folds()).isEqualTo(4);
    assertThat(config.search().parallelism()).isEqualTo(2);
    assertThat(config.metric()).isEqualTo(Metric.LOG_LOSS);
    assertThat(config.output()).isEqualTo("/somewhere");
    assertThat(config.cells()).hasSize(8);
    assertThat(config.cells().get(1).params())
        .isEqualTo(Map.of("batchSize", 8, "scaler.withStd", false, "hiddenLayers", List.of(4)));
    assertThat(config.cells().get(1).map().get(scaler.withStd()).get()).isEqualTo(false);
    assertThat(config.cells().get(2).map().get(config.classifier().hiddenLayers()).get())
        .containsExactly(4, 5);
    assertThat(config.cells().get(7).params().get("batchSize")).isEqualTo(16);
    assertThat(config.resolved()).contains("maxIter=7").contains("batchSize");
  }

  @Test
  void allProblemsComeAtOnceWithTheirLines() {
    List<String> problems =
        problems(
            """
            name = x
            data {
              format = cvs
              test = 1.5
            }
            stages = [
              { class = StandardScalar }
              { class = StandardScaler, params { withMean = 3, outputColumn = a } }
              { class = java.lang.String }
              { params {} }
            ]
            model {
              maxIter = 0
              solver = adamm
              batchSize = many
              hiddenLayers = 5
              layer = [1]
            }
            serach {}
            search {
              grid { batchSize = 16, stepSize = [0.1, fast], momentum = [1] }
              folds = 1
              metric = acuracy
            }
            output = [1]
            """);
    assertThat(problems)
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .isEqualTo(
                        "x.conf:3: data.format must be one of digits, csv, json, parquet, libsvm, idx, got 'cvs'; did you mean 'csv'?"),
            line -> assertThat(line).isEqualTo("x.conf:4: data.test must be in [0, 1), got 1.5"),
            line ->
                assertThat(line)
                    .startsWith(
                        "x.conf:7: there is no class org.apache.spark.ml.feature.StandardScalar"),
            line ->
                assertThat(line)
                    .startsWith(
                        "x.conf:8: stages[1].params.outputColumn: StandardScaler has no param 'outputColumn'")
                    .endsWith("did you mean 'outputCol'?"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "x.conf:8: stages[1].params.withMean: withMean must be true or false, got 3"),
            line -> assertThat(line).isEqualTo("x.conf:9: java.lang.String is not a PipelineStage"),
            line -> assertThat(line).isEqualTo("x.conf:10: stages[3].class is missing"),
            line ->
                assertThat(line)
                    .isEqualTo("x.conf:13: model.maxIter: maxIter must be at least 1, got 0"),
            line ->
                assertThat(line)
                    .startsWith("x.conf:14: model.solver: unknown solver 'adamm'")
                    .endsWith("did you mean 'adam'?"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "x.conf:15: model.batchSize: batchSize must be a whole number, got \"many\""),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "x.conf:16: model.hiddenLayers: hiddenLayers must be a list of whole numbers, got 5"),
            line ->
                assertThat(line)
                    .startsWith("x.conf:17: model.layer: MLPClassifier has no param 'layer'")
                    .endsWith("did you mean 'layers'?"),
            line ->
                assertThat(line)
                    .startsWith("x.conf:19: unknown key 'serach'")
                    .endsWith("did you mean 'search'?"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "x.conf:21: search.grid.batchSize must be a list of values to try, at least one, got 16 (number)"),
            line ->
                assertThat(line)
                    .startsWith(
                        "x.conf:21: search.grid.momentum: MLPClassifier has no param 'momentum'"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "x.conf:21: search.grid.stepSize: stepSize must be a number, got \"fast\""),
            line -> assertThat(line).isEqualTo("x.conf:22: search.folds must be at least 2, got 1"),
            line ->
                assertThat(line)
                    .startsWith("x.conf:23: search.metric must be one of accuracy")
                    .endsWith("did you mean 'accuracy'?"),
            line -> assertThat(line).isEqualTo("x.conf:25: output must be a text, got [1] (list)"));
  }

  @Test
  void searchesOfEachKind() throws IOException {
    assertThat(read("model { maxIter = 1 }").search().kind()).isEqualTo("none");
    assertThat(read("search {}").search().kind()).isEqualTo("grid");
    SearchConfig halving =
        read("search { kind = halving, factor = 4, minResources = 0.1, brackets = 0, resource = rows }")
            .search();
    assertThat(halving.kind()).isEqualTo("halving");
    assertThat(halving.halving())
        .isEqualTo(new Halving(4, 0.1, 0, true, new MLPClassifier().getSeed()));
    assertThat(halving.resource()).isEqualTo("rows");
    assertThat(read("search { kind = halving }").search().halving().factor()).isEqualTo(3);
    assertThat(read("search { kind = halving }").search().halving().evaluateBest()).isTrue();
    assertThat(
            read("search { kind = halving, evaluateBest = false }")
                .search()
                .halving()
                .evaluateBest())
        .isFalse();
    ExperimentConfig random =
        read(
            "model.seed = 3, search { kind = random, trials = 4, grid { hiddenLayers = [[3], [4]] },"
                + " distributions { stepSize = \"uniform(1, 2)\", batchSize = \"choice(8, 16)\" } }");
    assertThat(random.cells()).hasSize(4);
    assertThat(random.cells().get(3).number()).isEqualTo(4);
    assertThat(random.cells().get(0).params().keySet())
        .containsExactly("hiddenLayers", "batchSize", "stepSize");
    assertThat(random.search().halves()).isFalse();
    assertThat(read("search { kind = random, trials = 9, grid { batchSize = [8, 16] } }").cells())
        .as("nothing but a grid of two")
        .hasSize(2);
  }

  @Test
  void whatMeansNothingForTheKindOfSearch() {
    assertThat(problems("search { kind = halving, brackets = 2, evaluateBest = false }"))
        .containsExactly(
            "x.conf:1: search.evaluateBest = false goes with one bracket, got search.brackets = 2: the best of each are"
                + " compared in the last rung");
    assertThat(
            problems(
                "search { kind = random, grid { stepSize = [1, 2] }, distributions { stepSize = \"uniform(1, 2)\" } }"))
        .containsExactly(
            "x.conf:1: stepSize is drawn from search.distributions, so the values in search.grid would never be tried;"
                + " take one of them");
    assertThat(problems("search { evaluateBest = false }"))
        .containsExactly(
            "x.conf:1: search.evaluateBest has no meaning with kind = grid, where every cell gets everything");
    assertThat(problems("search { kind = halfing }"))
        .containsExactly(
            "x.conf:1: search.kind must be one of grid, halving, random, got 'halfing'; did you mean 'halving'?");
    assertThat(problems("search { factor = 3 }"))
        .containsExactly(
            "x.conf:1: search.factor has no meaning with kind = grid, where every cell gets everything");
    assertThat(problems("search { kind = halving, factor = 1 }"))
        .containsExactly("x.conf:1: search.factor must be at least 2, got 1");
    assertThat(problems("search { kind = halving, trials = 3 }"))
        .containsExactly(
            "x.conf:1: search.trials has no meaning with kind = halving, but with random");
    assertThat(problems("search { kind = random }").get(0))
        .contains("search.kind = random needs search.distributions, or lists in search.grid");
    assertThat(problems("search { kind = random, brackets = 0, grid { batchSize = [1] } }"))
        .containsExactly(
            "x.conf:1: search.brackets has no meaning without halving; set search.factor to 2 or more");
    assertThat(
            problems(
                """
                search {
                  kind = random
                  distributions {
                    stepSize = "logUnifrom(1, 2)"
                    batchSize = "integer(0, 3)"
                    maxiter = "integer(1, 3)"
                    seed = 3
                  }
                }
                """))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("x.conf:4: search.distributions.stepSize: unknown distribution")
                    .endsWith("did you mean 'logUniform'?"),
            line ->
                assertThat(line)
                    .startsWith("x.conf:5: search.distributions.batchSize: batchSize must be"),
            line -> assertThat(line).endsWith("did you mean 'maxIter'?"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "x.conf:7: search.distributions.seed must be a text, got 3 (number)"));
  }

  @Test
  void paramsOfSparksOwnStagesAreCheckedToo() {
    assertThat(problems("stages = [ { class = Binarizer, params { threshold = high } } ]"))
        .containsExactly(
            "x.conf:1: stages[0].params.threshold: threshold must be a number, got \"high\"");
    assertThat(
            problems("stages = [ { class = StringIndexer, params { handleInvalid = maybe } } ]")
                .get(0))
        .startsWith(
            "x.conf:1: stages[0].params.handleInvalid: handleInvalid can't be maybe; it is: ");
  }

  @Test
  void filesThatAreMissing() {
    assertThat(problems("data { format = csv, path = /no/such/file.csv }"))
        .containsExactly("x.conf:1: data.path: there is no /no/such/file.csv");
    assertThat(problems("data { format = parquet }"))
        .containsExactly("x.conf:1: data.path is missing");
    assertThat(problems("data { format = parquet, path = \"nofs://x/y\" }").get(0))
        .startsWith("x.conf:1: data.path: nofs://x/y can't be looked at: No FileSystem for scheme");
    ConfigProblem noConfig =
        catchThrowableOfType(
            ConfigProblem.class,
            () ->
                new ConfigReader(new Inputs(new Configuration()))
                    .read("/no/such.conf", List.of(), null));
    assertThat(noConfig.problems().get(0)).startsWith("the config /no/such.conf can't be read: ");
  }

  @Test
  void keysThatMeanNothingForTheFormat() {
    assertThat(problems("data { format = digits, path = /x }"))
        .containsExactly(
            "x.conf:1: data.path has no meaning with format = digits, which is built in");
    assertThat(problems("data { format = digits, features = pixels }"))
        .containsExactly("x.conf:1: format = digits has its features in the column 'features'");
  }

  @Test
  void syntaxErrorsAndOverrides() {
    assertThat(problems("name = x\ndata {").get(0)).contains("x.conf: 2");
    assertThat(problems("name = x", "model.maxIter=0"))
        .containsExactly("command line: model.maxIter: maxIter must be at least 1, got 0");
    assertThat(problems("name = x", "modell.maxIter=1").get(0))
        .startsWith("command line: unknown key 'modell'");
    assertThat(problems("name = ${nothing}").get(0)).contains("nothing");
    assertThat(problems("name = x", "a=[").get(0))
        .startsWith("command line: 'a=[' is not of the form key=value");
  }
}
