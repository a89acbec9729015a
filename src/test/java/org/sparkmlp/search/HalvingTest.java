package org.sparkmlp.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.ml.param.ParamMap;
import org.junit.jupiter.api.Test;

/** Who goes on to which rung, with metrics that are made up. */
class HalvingTest {
  private static List<Cell> cells(int number) {
    return IntStream.rangeClosed(1, number)
        .mapToObj(i -> new Cell(i, Map.of("n", i), ParamMap.empty()))
        .toList();
  }

  private static FitRecord record(int cell, Rung rung, int fold, double metric) {
    return new FitRecord(
        cell,
        rung.number(),
        fold,
        rung.share(),
        metric,
        1,
        Double.isNaN(metric) ? "broken" : null,
        null);
  }

  /** Runs a halving where a cell's metric is its number; returns the fits, rung by rung. */
  private static List<String> run(Halving halving, int cells, List<FitRecord> records) {
    List<String> rungs = new ArrayList<>();
    halving.run(
        cells(cells),
        true,
        (left, rung) -> {
          rungs.add(rung.number() + ": " + left.stream().map(Cell::number).toList());
          List<FitRecord> now = new ArrayList<>();
          for (Cell cell : left) {
            for (int fold = 1; fold <= 2; fold++) {
              now.add(record(cell.number(), rung, fold, cell.number()));
            }
          }
          records.addAll(now);
          return now;
        });
    return rungs;
  }

  @Test
  void sharesGrowByTheFactorUpToAll() {
    assertThat(Rung.of(15, 3, 0).stream().map(Rung::share).toList())
        .satisfiesExactly(
            share -> assertThat(share).isCloseTo(1 / 9., within(1e-15)),
            share -> assertThat(share).isCloseTo(1 / 3., within(1e-15)),
            share -> assertThat(share).isEqualTo(1.0));
    assertThat(Rung.of(15, 1, 0)).isEqualTo(Rung.SINGLE);
    assertThat(Rung.of(2, 3, 0)).isEqualTo(Rung.SINGLE);
    assertThat(Rung.of(9, 3, 0)).hasSize(3);
    assertThat(Rung.of(8, 3, 0)).hasSize(2);
    assertThat(Rung.of(15, 4, 1 / 16.)).hasSize(3);
    assertThat(Rung.of(15, 3, 1 / 27.)).hasSize(4);
    assertThat(Rung.of(100, 3, 0.2)).hasSize(2);
    assertThatThrownBy(() -> Rung.of(15, 0, 0)).hasMessageContaining("at least 1, got 0");
    assertThatThrownBy(() -> Rung.of(15, 3, 2)).hasMessageContaining("got 2.0");
  }

  @Test
  void theBestThirdGoesOn() {
    List<FitRecord> records = new ArrayList<>();
    Halving halving = new Halving(3, 0, 1, true, 0);
    assertThat(run(halving, 15, records))
        .containsExactly(
            "0: " + IntStream.rangeClosed(1, 15).boxed().toList(),
            "1: [11, 12, 13, 14, 15]",
            "2: [14, 15]");
    assertThat(records).hasSize(halving.fits(15, 2)).hasSize(2 * (15 + 5 + 2));
    List<CellResult> results = CellResult.of(cells(15), records, 2, true);
    CellResult best = CellResult.best(results);
    assertThat(best.cell().number()).isEqualTo(15);
    assertThat(best.resource()).isEqualTo(1);
    assertThat(best.distinguishable()).isFalse();
    assertThat(results.get(13).rank()).isEqualTo(2);
    assertThat(results.get(13).distinguishable()).isTrue();
    // those that left are behind all that stayed, and are not compared with them
    assertThat(results.get(12).rank()).isEqualTo(3);
    assertThat(results.get(12).rung()).isEqualTo(1);
    assertThat(results.get(12).distinguishable()).isNull();
    assertThat(results.get(0).rank()).isEqualTo(15);
    assertThat(CellResult.ranking(results).get(14).cell().number()).isEqualTo(1);
  }

  @Test
  void oneThatIsLeftGoesStraightToTheLastRung() {
    Halving halving = new Halving(4, 1 / 64., 1, true, 0);
    List<FitRecord> records = new ArrayList<>();
    assertThat(run(halving, 4, records)).containsExactly("0: [1, 2, 3, 4]", "3: [4]");
    assertThat(records).hasSize(halving.fits(4, 2));
  }

  /** Alone at the end, it is compared where it was chosen. */
  @Test
  void theBestIsComparedInTheLastRungWithOthers() {
    List<FitRecord> records = new ArrayList<>();
    assertThat(run(new Halving(4, 1 / 64., 1, true, 0), 16, records)).hasSize(3);
    List<CellResult> results = CellResult.of(cells(16), records, 2, true);
    assertThat(CellResult.best(results).resource()).isEqualTo(1);
    for (CellResult result : results) {
      int number = result.cell().number();
      assertThat(result.againstBest() != null).isEqualTo(number >= 13 && number <= 15);
      if (result.againstBest() != null) {
        assertThat(result.againstBest().difference()).isEqualTo(16 - number);
      }
    }
    // not in a rung where it wasn't
    records.removeIf(record -> record.cell() == 16 && record.rung() == 1);
    assertThat(CellResult.of(cells(16), records, 2, true))
        .allMatch(result -> result.againstBest() == null)
        .filteredOn(CellResult::isBest)
        .hasSize(1);
  }

  @Test
  void orIsNotEvaluatedOnceMore() {
    Halving halving = new Halving(4, 1 / 64., 1, false, 0);
    List<FitRecord> records = new ArrayList<>();
    assertThat(run(halving, 16, records))
        .containsExactly(
            "0: " + IntStream.rangeClosed(1, 16).boxed().toList(), "1: [13, 14, 15, 16]");
    assertThat(records).hasSize(halving.fits(16, 2)).hasSize(2 * (16 + 4));
    List<CellResult> results = CellResult.of(cells(16), records, 2, true);
    assertThat(CellResult.best(results).cell().number()).isEqualTo(16);
    assertThat(CellResult.best(results).resource()).isEqualTo(1 / 16.);
    assertThat(results.get(14).distinguishable()).as("compared with it").isTrue();
    // several that are left are compared in the last rung, and one that is alone has one
    assertThat(run(new Halving(3, 0, 1, false, 0), 15, new ArrayList<>()))
        .isEqualTo(run(new Halving(3, 0, 1, true, 0), 15, new ArrayList<>()))
        .hasSize(3);
    assertThat(run(halving, 1, new ArrayList<>())).containsExactly("0: [1]");
    assertThatThrownBy(() -> new Halving(3, 0, 0, false, 0))
        .hasMessage(
            "evaluateBest = false goes with one bracket, got brackets = 0: the best of each are compared in the last rung");
  }

  @Test
  void withoutHalvingThereIsOneRung() {
    assertThat(run(Halving.OFF, 4, new ArrayList<>())).containsExactly("0: [1, 2, 3, 4]");
    assertThat(Halving.OFF.fits(4, 3)).isEqualTo(12);
  }

  /**
   * R = 3 rungs: 9 cells from the first on, ceil(3/2 · 3) = 5 from the second, 3 from the third.
   */
  @Test
  void bracketsOfHyperbandBeginLaterWithFewerCells() {
    List<FitRecord> records = new ArrayList<>();
    List<String> rungs = run(new Halving(3, 0, 0, true, 7), 9, records);
    assertThat(rungs).hasSize(3 + 2 + 1);
    assertThat(rungs.subList(0, 3))
        .containsExactly("0: [1, 2, 3, 4, 5, 6, 7, 8, 9]", "1: [7, 8, 9]", "2: [9]");
    assertThat(rungs.get(3)).startsWith("1: [").matches(s -> s.split(",").length == 5);
    assertThat(rungs.get(4)).startsWith("2: [").matches(s -> s.split(",").length == 2);
    assertThat(rungs.get(5)).startsWith("2: [").matches(s -> s.split(",").length == 3);
    assertThat(run(new Halving(3, 0, 0, true, 7), 9, new ArrayList<>())).isEqualTo(rungs);
    assertThat(run(new Halving(3, 0, 2, true, 7), 9, new ArrayList<>()))
        .isEqualTo(rungs.subList(0, 5));
    assertThat(new Halving(3, 0, 0, true, 7).fits(9, 2)).isEqualTo(records.size());
  }

  @Test
  void aCellThatFailsLeavesAndIsRankedNowhere() {
    List<FitRecord> records = new ArrayList<>();
    List<String> rungs = new ArrayList<>();
    new Halving(2, 0, 1, true, 0)
        .run(
            cells(4),
            false,
            (left, rung) -> {
              rungs.add(rung.number() + ": " + left.stream().map(Cell::number).toList());
              List<FitRecord> now = new ArrayList<>();
              for (Cell cell : left) {
                double metric = cell.number() == 1 ? Double.NaN : cell.number();
                now.add(record(cell.number(), rung, 1, cell.number()));
                now.add(record(cell.number(), rung, 2, metric));
              }
              records.addAll(now);
              return now;
            });
    assertThat(rungs).containsExactly("0: [1, 2, 3, 4]", "1: [2, 3]", "2: [2]");
    List<CellResult> results = CellResult.of(cells(4), records, 2, false);
    assertThat(results.get(0).rank()).isZero();
    assertThat(results.get(0).error()).isEqualTo("broken");
    assertThat(results.get(0).distinguishable()).isNull();
    assertThat(CellResult.best(results).cell().number()).isEqualTo(2);
    assertThat(CellResult.ranking(results).get(3).cell().number()).isEqualTo(1);
    assertThatThrownBy(
            () ->
                CellResult.best(
                    CellResult.of(
                        cells(1), List.of(record(1, new Rung(0, 1), 1, Double.NaN)), 2, false)))
        .hasMessage("every cell of the search has failed, this one with: broken");
  }

  @Test
  void recordsGoThroughJson() {
    FitRecord good = new FitRecord(3, 1, 2, 1 / 3., 0.1, 2.5, null, "{\"epochs\":[]}");
    FitRecord bad = new FitRecord(4, 0, 1, 1, Double.NaN, 0.5, "why <b>", null);
    assertThat(FitRecord.of(3, good.json())).isEqualTo(good);
    assertThat(FitRecord.of(4, bad.json())).isEqualTo(bad);
    assertThat(bad.json().get("metric").isNull()).isTrue();
  }
}
