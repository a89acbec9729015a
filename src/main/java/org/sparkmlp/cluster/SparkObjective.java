package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceProfile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.Many;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Objective;
import org.sparkmlp.train.Program;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Interrupts;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * Rounds on Spark: the state is broadcast, every partition runs the program on its shards, and a
 * tree of merges sums what they return, on executors where results are large. A task may run twice
 * or elsewhere and gives the same; sums don't depend on their order.
 *
 * <p>A round leaves nothing behind: its broadcast is destroyed and the files of its shuffles are
 * removed, whether it succeeds or fails; if it is cancelled or its thread interrupted, when its
 * tasks have ended.
 */
public final class SparkObjective implements Objective, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SparkObjective.class);

  private final ShardedRows rows;
  private final TreeShape shape;
  private final long roundBytes;
  private final long mostBytes;

  /** Names what tasks leave on devices. */
  private final String group = UUID.randomUUID().toString();

  private boolean onDevices;

  /** What tasks that compute need; null for what all tasks have. */
  private ResourceProfile resources;

  /**
   * @param aggregationDepth depth of the tree where results are large, at least 2
   * @param leafBytes size of what a shard returns in a round, about
   * @throws IllegalArgumentException if the driver may not receive even one sum
   */
  public SparkObjective(ShardedRows rows, int aggregationDepth, long leafBytes) {
    this.rows = rows;
    int partitions = rows.shards().getNumPartitions();
    boolean sumsInTasks = rows.layout().numShards() > partitions;
    long resultBytes = sumsInTasks ? TreeShape.LEAVES_OF_A_SUM * leafBytes : leafBytes;
    this.roundBytes = partitions * resultBytes;
    long allowed = mostResultBytes();
    this.mostBytes = Math.min(TreeShape.SMALL_BYTES, allowed / 2);
    this.shape = TreeShape.of(partitions, resultBytes, leafBytes, aggregationDepth, mostBytes);
    // a sum that was finished on an executor has a double a number
    long received = shape.levels().isEmpty() ? partitions * resultBytes : 2 * leafBytes;
    Check.that(
        received < allowed,
        "spark.driver.maxResultSize lets the driver receive %d kB in one job, but the results of a round take about"
            + " %d kB; raise it (and spark.driver.memory), or take a smaller network",
        allowed >> 10,
        received >> 10);
  }

  /** With a tree of that shape, whatever the sizes are. */
  SparkObjective(ShardedRows rows, TreeShape shape) {
    this.rows = rows;
    this.shape = shape;
    this.roundBytes = Long.MAX_VALUE;
    this.mostBytes = 0;
  }

  /** Whether all rows are in this JVM. */
  boolean isLocal() {
    return rows.context().isLocal();
  }

  /** Whether the driver merges what the tasks return. */
  boolean isFlat() {
    return shape.levels().isEmpty();
  }

  /** Bytes that the driver may get in a round without a tree. */
  long mostBytes() {
    return mostBytes;
  }

  /** Bytes that the tasks of a round return, about. */
  long roundBytes() {
    return roundBytes;
  }

  /**
   * The same, for a fit whose rounds may be made together with those of others on the same rows.
   */
  public JoinedRounds joined() {
    return new JoinedRounds(this, rows.fits());
  }

  /**
   * Says that programs compute on devices: their tasks get what {@link GpuProfile} says, and {@link
   * #close} frees what they leave.
   */
  public void onDevices() {
    onDevices = true;
    resources = GpuProfile.needs(rows.shards().context().getConf());
  }

  /**
   * Frees what rounds have left on devices, in the tasks that rounds have, which are likely to be
   * where these were. On other executors it is freed when it has idled.
   */
  @Override
  public void close() {
    if (!onDevices) {
      return;
    }
    Interrupts.withheld(
        () -> {
          try {
            onItsResources(RoundRdd.thatForgets(rows.shards(), group)).count();
          } catch (Exception e) { // Spark throws checked ones without declaring them
            LOG.warn("what this fit has left on devices couldn't be freed: {}", e.toString());
          }
        });
  }

  boolean isOnDevices() {
    return onDevices;
  }

  private <T> RDD<T> onItsResources(RDD<T> tasks) {
    return resources == null ? tasks : tasks.withResources(resources);
  }

  private long mostResultBytes() {
    long bytes =
        rows.shards().context().getConf().getSizeAsBytes("spark.driver.maxResultSize", "1g");
    return bytes > 0 ? bytes : Long.MAX_VALUE; // 0: no limit
  }

  @Override
  public DataLayout layout() {
    return rows.layout();
  }

  @Override
  public <S extends Serializable, R extends Mergeable<R>> R round(Program<S, R> program, S state) {
    return sum(state, program.empty(), broadcast -> onItsResources(partials(program, broadcast)));
  }

  private <S extends Serializable, R extends Mergeable<R>> RDD<R> partials(
      Program<S, R> program, Broadcast<S> state) {
    return new RoundRdd<>(rows.shards().rdd(), program, state, group);
  }

  /**
   * Makes the rounds of several in one job. None may need a tree or devices.
   *
   * @param objectives whose rows each program is for
   * @param inOnePlace whether all rows are, so that tasks of several can be one; else each keeps
   *     its own, which run where its rows are
   */
  static Many.Sums roundOfMany(
      List<SparkObjective> objectives, Many many, Many.States states, boolean inOnePlace) {
    Map<ShardedRows, SparkObjective> perRows = new LinkedHashMap<>();
    objectives.forEach(objective -> perRows.putIfAbsent(objective.rows, objective));
    SparkObjective first = objectives.get(0);
    if (perRows.size() == 1) {
      return first.round(many, states);
    }
    return first.sum(
        states,
        many.empty(),
        broadcast -> {
          List<RDD<Many.Sums>> partials = new ArrayList<>();
          perRows.forEach(
              (rows, objective) -> {
                Many own = many.only(i -> objectives.get(i).rows == rows);
                partials.add(objective.partials(own, broadcast));
              });
          return inOnePlace
              ? new MergedTasks<>(partials)
              : first
                  .rows
                  .context()
                  .union(
                      CollectionConverters.asScala(partials).toSeq(),
                      ClassTag$.MODULE$.apply(Mergeable.class));
        });
  }

  private <S extends Serializable, R extends Mergeable<R>> R sum(
      S state, R empty, Function<Broadcast<S>, RDD<R>> partials) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.context());
    // half a broadcast, which an interrupt would leave, nobody could free
    Broadcast<S> broadcast = Interrupts.apart(() -> spark.broadcast(state));
    ResultTree<R> tree = new ResultTree<>(partials.apply(broadcast), shape);
    try {
      return tree.sum(empty);
    } finally {
      Interrupts.apart(
          () -> {
            tree.close();
            broadcast.destroy();
            return true;
          });
    }
  }
}
