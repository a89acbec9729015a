package org.sparkmlp.experiment;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.param.Params;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.search.Cell;
import org.sparkmlp.search.Distribution;
import org.sparkmlp.search.Draws;
import org.sparkmlp.search.Halving;
import org.sparkmlp.util.Names;

/**
 * Reads an experiment from a HOCON file, before Spark is started. Everything that can be wrong
 * without looking at the rows (keys, types, names of classes and params, their values, missing
 * files) is found here, all at once.
 */
final class ConfigReader {
  private final Inputs inputs;
  private final Problems problems = new Problems();

  ConfigReader(Inputs inputs) {
    this.inputs = inputs;
  }

  /**
   * Reads a config.
   *
   * @param path of the file, in any of Hadoop's file systems
   * @param overrides {@code key=value} each, which win over the file
   * @param output folder for the results, or null for the file's own
   * @throws ConfigProblem with all problems
   */
  ExperimentConfig read(String path, List<String> overrides, String output) {
    ConfigObject root = parse(path, overrides).root();
    Section top = new Section("", root, problems);
    String name = top.text("name", new Path(path).getName().replaceFirst("\\.conf$", ""));
    DataConfig data = data(top.section("data"));
    List<PipelineStage> stages = new ArrayList<>();
    Map<String, Params> named = new LinkedHashMap<>();
    for (Section section : top.sections("stages")) {
      stage(section, stages, named);
    }
    MLPClassifier classifier = new MLPClassifier("mlp").setLabelCol(data.label());
    setParams(top.section("model"), classifier);
    Section search = top.section("search");
    List<Cell> grid = cells(search.section("grid"), classifier, named);
    boolean hasSearch = top.has("search");
    SearchConfig how = search(search, hasSearch, classifier);
    List<Cell> cells =
        how.kind().equals(SearchConfig.RANDOM) ? draw(search, grid, classifier) : grid;
    search.end();
    String folder = top.text("output", "output/" + name);
    top.end();
    problems.throwIfAny();
    return new ExperimentConfig(
        name,
        data,
        stages,
        classifier,
        cells,
        how,
        output == null ? folder : output,
        root.withValue("name", ConfigValueFactory.fromAnyRef(name))
            .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false)));
  }

  private Config parse(String path, List<String> overrides) {
    Config config = ConfigFactory.empty();
    for (String override : overrides) {
      try {
        config =
            ConfigFactory.parseString(
                    override, ConfigParseOptions.defaults().setOriginDescription("command line"))
                .withFallback(config);
      } catch (ConfigException e) {
        problems.add(
            null, "command line: '%s' is not of the form key=value: %s", override, e.getMessage());
      }
    }
    Path file = new Path(path);
    try {
      Config parsed = parse(file, file.getName());
      return config.withFallback(parsed).resolve();
    } catch (IOException e) {
      problems.add(null, "the config %s can't be read: %s", path, e.getMessage());
    } catch (ConfigException e) {
      problems.add(null, "%s", e.getMessage());
    }
    problems.throwIfAny();
    return config;
  }

  /**
   * Reads one file with what it includes.
   *
   * @param name of the file in problems
   */
  private Config parse(Path file, String name) throws IOException {
    try (Reader reader =
        new InputStreamReader(inputs.open(file.toString()), StandardCharsets.UTF_8)) {
      return ConfigFactory.parseReader(
          reader,
          ConfigParseOptions.defaults()
              .setOriginDescription(name)
              .setIncluder(new Includes(file.getParent())));
    }
  }

  /** {@code include "x.conf"}: a file beside the one that includes it; it must be there. */
  private final class Includes implements ConfigIncluder {
    private final Path folder;

    Includes(Path folder) {
      this.folder = folder;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
      return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
      Path file = folder == null ? new Path(what) : new Path(folder, what);
      try {
        return parse(file, what).root();
      } catch (IOException e) {
        throw new ConfigException.IO(
            ConfigOriginFactory.newSimple(what), "include \"" + what + "\": " + e.getMessage(), e);
      }
    }
  }

  private DataConfig data(Section section) {
    String format = section.oneOf("format", DataConfig.FORMATS);
    // a misspelt format is one problem; what it would make of the other keys isn't judged
    boolean formatKnown = format.equals(section.text("format", format));
    String path = format.equals("digits") ? "" : section.requiredText("path");
    if (format.equals("digits") && section.has("path") && formatKnown) {
      problems.add(
          section.origin("path"),
          "data.path has no meaning with format = digits, which is built in");
    }
    String label = section.text("label", "label");
    List<String> features = section.texts("features", List.of("features"));
    Map<String, String> options = new LinkedHashMap<>();
    Section reader = section.section("options");
    for (String key : reader.keys()) {
      options.put(key, String.valueOf(reader.value(key).unwrapped()));
    }
    double test = section.fraction("test", format.equals("idx") ? 0 : 0.2);
    if (format.equals("idx") && section.has("test")) {
      problems.add(
          section.origin("test"),
          "data.test has no meaning with format = idx, whose test rows have files of their own");
    }
    section.end();
    DataConfig data = new DataConfig(format, path, label, features, options, test);
    if (data.hasVectors()
        && section.has("features")
        && formatKnown
        && !features.equals(List.of("features"))) {
      problems.add(
          section.origin("features"),
          "format = %s has its features in the column 'features'",
          format);
    }
    if (!path.isEmpty()) {
      for (String needed : format.equals("idx") ? IdxData.files(path) : List.of(path)) {
        String missing = inputs.missing(needed);
        if (missing != null) {
          problems.add(section.origin("path"), "data.path: %s", missing);
        }
      }
    }
    return data;
  }

  private void stage(Section section, List<PipelineStage> stages, Map<String, Params> named) {
    String className = section.requiredText("class");
    String name = section.text("name", "stage" + stages.size());
    Section params = section.section("params");
    section.end();
    if (className.isEmpty()) {
      return;
    }
    PipelineStage stage = instance(section, className);
    if (stage != null) {
      setParams(params, stage);
      stages.add(stage);
      if (named.put(name, stage) != null) {
        problems.add(section.origin("name"), "two stages are named '%s'", name);
      }
    }
  }

  /** A stage by its class; one without a package is looked for in Spark's feature package. */
  private PipelineStage instance(Section section, String className) {
    String full = className.contains(".") ? className : "org.apache.spark.ml.feature." + className;
    try {
      Object made = Class.forName(full).getDeclaredConstructor().newInstance();
      if (made instanceof PipelineStage stage) {
        return stage;
      }
      problems.add(section.origin("class"), "%s is not a PipelineStage", full);
    } catch (ClassNotFoundException e) {
      problems.add(
          section.origin("class"),
          "there is no class %s; give the full name, as in org.apache.spark.ml.feature.StandardScaler",
          full);
    } catch (NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      problems.add(section.origin("class"), "%s can't be made without arguments: %s", full, e);
    }
    return null;
  }

  private void setParams(Section section, Params stage) {
    for (String key : section.keys()) {
      Param<Object> param = param(section, key, key, stage);
      if (param != null) {
        Object value = value(section, key, param, section.value(key));
        if (value != null) {
          stage.set(param, value);
        }
      }
    }
  }

  private Param<Object> param(Section section, String key, String name, Params stage) {
    if (stage.hasParam(name)) {
      return stage.getParam(name);
    }
    List<String> known = Arrays.stream(stage.params()).map(Param::name).toList();
    problems.add(
        section.origin(key),
        "%s: %s has no param '%s'; it has %s%s",
        section.name(key),
        stage.getClass().getSimpleName(),
        name,
        String.join(", ", known),
        Names.didYouMean(name, known));
    return null;
  }

  private Object value(Section section, String key, Param<Object> param, ConfigValue value) {
    try {
      return ParamValues.parse(param, value);
    } catch (IllegalArgumentException e) {
      problems.add(value.origin(), "%s: %s", section.name(key), e.getMessage());
      return null;
    }
  }

  private SearchConfig search(Section section, boolean hasSearch, MLPClassifier classifier) {
    String kind = section.oneOf("kind", SearchConfig.KINDS);
    boolean kindKnown = kind.equals(section.text("kind", kind));
    boolean halving = kind.equals(SearchConfig.HALVING);
    boolean random = kind.equals(SearchConfig.RANDOM);
    int folds = section.integer("folds", 3, 2);
    int parallelism = section.integer("parallelism", 1, 1);
    Metric metric = Metric.of(section.oneOf("metric", Metric.names()));
    int factor = section.integer("factor", halving ? 3 : 1, halving ? 2 : 1);
    String resource = section.oneOf("resource", List.of("auto", "rows", "maxIter"));
    double minResources = section.fraction("minResources", 0);
    int brackets = section.integer("brackets", 1, 0);
    boolean evaluateBest = section.bool("evaluateBest", true);
    if (!evaluateBest && brackets != 1) {
      problems.add(
          section.origin("evaluateBest"),
          "search.evaluateBest = false goes with one bracket, got search.brackets = %d: the best of each are compared in"
              + " the last rung",
          brackets);
      evaluateBest = true;
    }
    for (String key : List.of("factor", "resource", "minResources", "brackets", "evaluateBest")) {
      if (section.has(key) && kindKnown && !halving && !random) {
        problems.add(
            section.origin(key),
            "search.%s has no meaning with kind = %s, where every cell gets everything",
            key,
            kind);
      } else if (section.has(key) && random && factor == 1 && !key.equals("factor")) {
        problems.add(
            section.origin(key),
            "search.%s has no meaning without halving; set search.factor to 2 or more",
            key);
      }
    }
    for (String key : List.of("trials", "distributions")) {
      if (section.has(key) && kindKnown && !random) {
        problems.add(
            section.origin(key),
            "search.%s has no meaning with kind = %s, but with random",
            key,
            kind);
      }
    }
    return new SearchConfig(
        hasSearch ? kind : SearchConfig.NONE,
        hasSearch ? folds : 0,
        parallelism,
        metric,
        new Halving(factor, minResources, brackets, evaluateBest, classifier.getSeed()),
        resource);
  }

  /** Cells of a random search: values of the distributions, and one cell of the grid for each. */
  private List<Cell> draw(Section search, List<Cell> grid, MLPClassifier classifier) {
    int trials = search.integer("trials", 10, 1);
    Section distributions = search.section("distributions");
    if (!search.has("grid") && distributions.keys().isEmpty()) {
      problems.add(
          search.origin(),
          "search.kind = random needs search.distributions, or lists in search.grid");
    }
    List<Draws.Draw> draws = new ArrayList<>();
    for (String key : distributions.keysByName()) {
      if (!grid.isEmpty() && grid.get(0).params().containsKey(key)) {
        problems.add(
            distributions.origin(key),
            "%s is drawn from search.distributions, so the values in search.grid would never be tried; take one of them",
            key);
      }
      String text = distributions.text(key, "");
      try {
        if (!text.isEmpty()) {
          draws.add(new Draws(key, Distribution.parse(text)).of(classifier));
        }
      } catch (IllegalArgumentException e) {
        problems.add(distributions.origin(key), "%s: %s", distributions.name(key), e.getMessage());
      }
    }
    long seed = classifier.getSeed();
    List<Cell> cells = new ArrayList<>();
    for (int place : Draws.places(grid.size(), trials, draws.isEmpty(), seed)) {
      Map<String, Object> params = new LinkedHashMap<>(grid.get(place).params());
      ParamMap map = grid.get(place).map().copy();
      for (int i = 0; i < draws.size(); i++) {
        ParamPair<?> pair = draws.get(i).pair(seed, cells.size(), i);
        params.put(pair.param().name(), pair.value());
        map.put(List.<ParamPair<?>>of(pair));
      }
      cells.add(new Cell(cells.size() + 1, params, map));
    }
    return cells;
  }

  /** All combinations, the last key by name changing fastest. */
  private List<Cell> cells(Section grid, MLPClassifier classifier, Map<String, Params> named) {
    List<Map<String, Object>> recorded = new ArrayList<>(List.of(Map.of()));
    List<ParamMap> maps = new ArrayList<>(List.of(new ParamMap()));
    for (String key : grid.keysByName()) {
      Params stage = classifier;
      String name = key;
      ConfigValue values = grid.value(key);
      if (values instanceof ConfigObject ofStage && named.containsKey(key)) {
        Section inner = new Section(grid.name(key), ofStage, problems);
        for (String innerKey : inner.keysByName()) {
          multiply(inner, innerKey, innerKey, named.get(key), key + "." + innerKey, recorded, maps);
        }
      } else {
        multiply(grid, key, name, stage, key, recorded, maps);
      }
    }
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      cells.add(new Cell(i + 1, recorded.get(i), maps.get(i)));
    }
    return cells;
  }

  private void multiply(
      Section grid,
      String key,
      String name,
      Params stage,
      String recordedName,
      List<Map<String, Object>> recorded,
      List<ParamMap> maps) {
    Param<Object> param = param(grid, key, name, stage);
    ConfigValue values = grid.value(key);
    if (param == null) {
      return;
    }
    if (!(values instanceof ConfigList list) || list.isEmpty()) {
      grid.wrongType(key, values, "a list of values to try, at least one");
      return;
    }
    List<Map<String, Object>> oldRecorded = new ArrayList<>(recorded);
    List<ParamMap> oldMaps = new ArrayList<>(maps);
    recorded.clear();
    maps.clear();
    for (int i = 0; i < oldMaps.size(); i++) {
      for (ConfigValue element : list) {
        Object value = value(grid, key, param, element);
        if (value != null) {
          Map<String, Object> record = new LinkedHashMap<>(oldRecorded.get(i));
          record.put(recordedName, element.unwrapped());
          recorded.add(record);
          maps.add(oldMaps.get(i).copy().put(List.<ParamPair<?>>of(new ParamPair<>(param, value))));
        }
      }
    }
  }
}
