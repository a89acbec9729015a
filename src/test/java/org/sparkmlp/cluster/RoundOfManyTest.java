package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.data.Shard;
import org.sparkmlp.train.Many;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Program;
import org.sparkmlp.train.Workspaces;

/** Rounds on different rows in one job, with tasks of their own or shared ones. */
class RoundOfManyTest {
  /** What a program has seen. */
  private record Seen(long rows, long weighted) implements Mergeable<Seen> {
    @Override
    public Seen merge(Seen other) {
      return new Seen(rows + other.rows, weighted + other.weighted);
    }

    @Override
    public Seen mergeInTask(Seen other) {
      return merge(other);
    }

    @Override
    public Seen finish() {
      return this;
    }
  }

  private record Look() implements Program<Integer, Seen> {
    @Override
    public Seen empty() {
      return new Seen(0, 0);
    }

    @Override
    public Seen run(Integer factor, Shard shard, Workspaces workspaces) {
      int rows = shard.training().count();
      return new Seen(rows, (long) factor * (shard.index() + 1) * rows);
    }
  }

  private static ShardedRows pack(Dataset<Row> rows, int shards) {
    Columns columns = new Columns("features", "label", null, null);
    return ShardedRows.pack(
        rows,
        columns,
        new ShardedRows.Packing(4, Targets.classes(3), shards, 16),
        Survey.of(rows, columns, Targets.classes(3)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void eachSeesItsOwnRows(boolean inOnePlace) {
    SparkSession spark = SparkSessions.shared();
    List<ShardedRows> all =
        List.of(
            pack(Frames.clouds(spark, 90, 4, 3), 1),
            pack(Frames.clouds(spark, 300, 4, 3), 5),
            pack(Frames.clouds(spark, 150, 4, 3), 2));
    int[] places = {1, 0, 1, 2, 0};
    List<SparkObjective> objectives = new ArrayList<>();
    List<Many.Part<?, ?>> parts = new ArrayList<>();
    ArrayList<Serializable> states = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      objectives.add(new SparkObjective(all.get(places[i]), 2, 100));
      parts.add(new Many.Part<>(new Look()));
      states.add(i + 1);
    }
    try {
      Many.Sums sums =
          SparkObjective.roundOfMany(
              objectives, new Many(parts), new Many.States(states), inOnePlace);
      for (int i = 0; i < places.length; i++) {
        Seen alone = objectives.get(i).round(new Look(), i + 1);
        assertThat(sums.<Seen>of(i)).as("program %d", i).isEqualTo(alone);
        assertThat(alone.rows()).isEqualTo(all.get(places[i]).layout().rows()).isPositive();
      }
    } finally {
      all.forEach(ShardedRows::close);
    }
  }
}
