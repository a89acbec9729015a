package org.sparkmlp;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Packages depend one way: each may use only those above it. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.sparkmlp");

  /** Each package with what it may use of ours. */
  private static final List<String> RULES =
      List.of(
          "util:",
          "function: util",
          "schedule: util",
          "optim: util",
          "backend: util function optim",
          "cuda: util function optim backend",
          "data: util",
          "nn: util function schedule optim backend data",
          "train: util function schedule optim backend data nn",
          "cluster: util function schedule optim backend data nn train",
          "events: util function schedule optim backend data nn train cluster",
          "ml: util function schedule optim backend data nn train cluster events",
          "search: util function schedule optim backend data nn train cluster events ml",
          "ui: util function schedule optim backend data nn train cluster events ml",
          "experiment: util function schedule optim backend data nn train cluster events ml search ui",
          "report: util",
          "study: util function schedule optim backend data nn train ml experiment report",
          "notebook: util function schedule optim backend data nn train cluster events ml search ui experiment",
          "cli: util function schedule optim backend data nn train cluster events ml search ui experiment cuda report study notebook");

  @Test
  void packagesUseOnlyThoseAboveThem() {
    Set<String> all = new TreeSet<>();
    RULES.forEach(rule -> all.add(rule.split(":")[0]));
    for (String rule : RULES) {
      String[] parts = rule.split(": ?");
      List<String> allowed = parts.length > 1 ? Arrays.asList(parts[1].split(" ")) : List.of();
      String[] forbidden =
          all.stream()
              .filter(name -> !name.equals(parts[0]) && !allowed.contains(name))
              .map(name -> "org.sparkmlp." + name + "..")
              .toArray(String[]::new);
      if (forbidden.length > 0) {
        noClasses()
            .that()
            .resideInAPackage("org.sparkmlp." + parts[0] + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(forbidden)
            .check(CLASSES);
      }
    }
    Set<String> found = new TreeSet<>();
    CLASSES.forEach(c -> found.add(c.getPackageName().replace("org.sparkmlp.", "")));
    assertThat(found).as("packages, each with a rule").isEqualTo(all);
  }

  @Test
  void sparkIsKnownFromClusterOnDown() {
    noClasses()
        .that()
        .resideInAnyPackage(
            Arrays.stream(
                    new String[] {
                      "util", "function", "schedule", "optim", "backend", "data", "nn", "train"
                    })
                .map(name -> "org.sparkmlp." + name + "..")
                .toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.spark..")
        .check(CLASSES);
  }

  /** Who trains on CPUs has no JCuda. */
  @Test
  void jcudaIsKnownToItsPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.sparkmlp.cuda..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jcuda..")
        .check(CLASSES);
  }

  @Test
  void librariesLogAndDoNotPrint() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.sparkmlp.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }
}
