package org.sparkmlp.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.sparkmlp.search.Cell;
import org.sparkmlp.search.FitLog;
import org.sparkmlp.search.FitRecord;

/**
 * The fits of a search in files, one a cell, which is written whole after each of the cell's fits;
 * the schema is in docs/records.md. A search that was killed goes on from them.
 */
final class CellFiles implements FitLog {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final RunFolder folder;
  private final List<Cell> cells;
  private final Map<Integer, List<FitRecord>> fits = new ConcurrentHashMap<>();

  private CellFiles(RunFolder folder, List<Cell> cells) {
    this.folder = folder;
    this.cells = cells;
    for (Cell cell : cells) {
      fits.put(cell.number(), Collections.synchronizedList(new ArrayList<>()));
    }
  }

  /** With what the folder has already. */
  static CellFiles of(RunFolder folder, List<Cell> cells, int folds) throws IOException {
    CellFiles files = new CellFiles(folder, cells);
    for (Cell cell : cells) {
      String text = folder.read(name(cell));
      if (text != null) {
        files.read(cell, text, folds);
      }
    }
    return files;
  }

  static String name(Cell cell) {
    return String.format("%s/%04d.json", RunFolder.CELLS, cell.number());
  }

  private void read(Cell cell, String text, int folds) {
    JsonNode node =
        RunRecord.read(text)
            .orElseThrow(() -> problem(cell, "is damaged: it is no whole JSON object; remove it"));
    RunRecord.otherVersion(node)
        .ifPresent(
            version -> {
              throw problem(cell, version + "; begin a new run");
            });
    if (!node.path("params").toString().equals(MAPPER.valueToTree(cell.params()).toString())) {
      throw problem(cell, "is of other params than config.conf has for that cell; begin a new run");
    }
    for (JsonNode fit : node.path("fits")) {
      FitRecord record;
      try {
        record = FitRecord.of(cell.number(), fit);
      } catch (IllegalArgumentException e) {
        throw problem(cell, "is damaged (" + e.getMessage() + "); remove it");
      }
      if (record.fold() < 1 || record.fold() > folds || record.rung() < 0) {
        throw problem(
            cell,
            String.format(
                "is damaged (fold %d of %d, rung %d); remove it",
                record.fold(), folds, record.rung()));
      }
      fits.get(cell.number()).add(record);
    }
  }

  private ConfigProblem problem(Cell cell, String what) {
    return new ConfigProblem(
        List.of(String.format("the record %s of %s %s", name(cell), folder.path(), what)));
  }

  @Override
  public List<FitRecord> records() {
    List<FitRecord> all = new ArrayList<>();
    for (List<FitRecord> ofCell : fits.values()) {
      synchronized (ofCell) {
        all.addAll(ofCell);
      }
    }
    all.sort(ORDER);
    return all;
  }

  @Override
  public void add(FitRecord record) {
    Cell cell = cells.get(record.cell() - 1);
    List<FitRecord> ofCell = fits.get(record.cell());
    synchronized (ofCell) {
      ofCell.add(record);
      try {
        folder.write(name(cell), json(cell, ofCell));
      } catch (IOException e) {
        IllegalStateException failure = new IllegalStateException(e.getMessage());
        failure.addSuppressed(e);
        throw failure;
      }
    }
  }

  private static String json(Cell cell, List<FitRecord> fits) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("recordVersion", RunRecord.VERSION);
    root.put("number", cell.number());
    root.set("params", MAPPER.valueToTree(cell.params()));
    ArrayNode list = root.putArray("fits");
    fits.stream().sorted(ORDER).forEach(fit -> list.add(fit.json()));
    return root.toPrettyString() + "\n";
  }
}
