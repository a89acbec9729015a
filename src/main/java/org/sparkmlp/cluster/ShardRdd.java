package org.sparkmlp.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Shard;
import org.sparkmlp.data.ShardSize;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * Shards whose rows lie in the partitions of a cached RDD of blocks. Partition p holds the shards
 * p, p + P, p + 2 P, ...; a chunk's blocks are asked for when its rows are: by reference if they
 * are cached in memory, else read back from disk or computed again, on the executor that trains the
 * shard.
 */
final class ShardRdd extends RDD<Shard> {
  private static final long serialVersionUID = 1;

  private final RDD<PackedBlock> blocks;
  private final Layout layout;
  private final int partitions;

  /** What the driver knows of the shards, by index; a task gets what is of its shards. */
  @SuppressWarnings("serial")
  private final transient List<ShardSize> sizes;

  /**
   * Which partitions of the cached RDD hold a shard: those from shard · parts on; first its chunks
   * for training, then those for validation. A single part holds all of them.
   */
  record Layout(int numShards, int parts, int trainingParts) implements java.io.Serializable {
    int part(boolean validation, int chunk) {
      return parts == 1 ? 0 : validation ? trainingParts + chunk : chunk;
    }
  }

  /**
   * @param blocks the cached RDD
   * @param partitions tasks of a round, at most
   * @param sizes of all shards, by index; null lets each task count the rows of its shards
   */
  ShardRdd(RDD<PackedBlock> blocks, Layout layout, int partitions, List<ShardSize> sizes) {
    super(
        blocks.context(),
        CollectionConverters.asScala(
                List.<org.apache.spark.Dependency<?>>of(
                    new OwnParts(blocks, layout, Math.min(layout.numShards, partitions))))
            .toSeq(),
        ClassTag$.MODULE$.apply(Shard.class));
    this.blocks = blocks;
    this.layout = layout;
    this.partitions = Math.min(layout.numShards, partitions);
    this.sizes = sizes;
  }

  /** The shards of a partition. */
  private static List<Integer> shards(int partition, int partitions, int numShards) {
    List<Integer> shards = new ArrayList<>();
    for (int shard = partition; shard < numShards; shard += partitions) {
      shards.add(shard);
    }
    return shards;
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] all = blocks.partitions();
    Partition[] result = new Partition[partitions];
    for (int p = 0; p < partitions; p++) {
      List<OneShard> shards = new ArrayList<>();
      for (int shard : shards(p, partitions, layout.numShards)) {
        Partition[] parts = new Partition[layout.parts];
        System.arraycopy(all, shard * layout.parts, parts, 0, parts.length);
        shards.add(new OneShard(shard, parts, sizes == null ? null : sizes.get(shard)));
      }
      result[p] = new ShardPartition(p, shards);
    }
    return result;
  }

  @Override
  public scala.collection.Iterator<Shard> compute(Partition partition, TaskContext context) {
    List<OneShard> shards = ((ShardPartition) partition).shards;
    return CollectionConverters.asScala(
        new MappedIterator<>(shards.iterator(), shard -> open(shard, context)));
  }

  private Shard open(OneShard shard, TaskContext context) {
    Cached source = new Cached(blocks, layout, shard.parts, context);
    ShardSize size = shard.size != null ? shard.size : ShardSize.of(shard.index, source.all());
    return new Shard(size, source);
  }

  /** A shard's partitions of the cached RDD, read in a task. */
  private record Cached(
      RDD<PackedBlock> blocks, Layout layout, Partition[] parts, TaskContext context)
      implements Shard.Source {
    @Override
    public Iterator<PackedBlock> all() {
      return new Iterator<>() {
        private int next;
        private Iterator<PackedBlock> part = Collections.emptyIterator();

        @Override
        public boolean hasNext() {
          while (!part.hasNext() && next < parts.length) {
            part = read(next++);
          }
          return part.hasNext();
        }

        @Override
        public PackedBlock next() {
          return part.next();
        }
      };
    }

    @Override
    public Iterator<PackedBlock> around(boolean validation, int chunk) {
      return read(layout.part(validation, chunk));
    }

    private Iterator<PackedBlock> read(int part) {
      return CollectionConverters.asJava(blocks.iterator(parts[part], context));
    }
  }

  /** A partition needs the parts of its shards and no others. */
  private static final class OwnParts extends NarrowDependency<PackedBlock> {
    private static final long serialVersionUID = 1;

    private final Layout layout;
    private final int partitions;

    OwnParts(RDD<PackedBlock> blocks, Layout layout, int partitions) {
      super(blocks);
      this.layout = layout;
      this.partitions = partitions;
    }

    @Override
    public Seq<Object> getParents(int partition) {
      List<Object> parents = new ArrayList<>();
      for (int shard : shards(partition, partitions, layout.numShards)) {
        for (int part = 0; part < layout.parts; part++) {
          parents.add(shard * layout.parts + part);
        }
      }
      return CollectionConverters.asScala(parents).toSeq();
    }
  }

  /** A shard's partitions of the cached RDD, and its size if that is known. */
  private record OneShard(int index, Partition[] parts, ShardSize size)
      implements java.io.Serializable {}

  private static final class ShardPartition implements Partition {
    private static final long serialVersionUID = 1;

    private final int index;
    private final ArrayList<OneShard> shards;

    ShardPartition(int index, List<OneShard> shards) {
      this.index = index;
      this.shards = new ArrayList<>(shards);
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return index;
    }
  }
}
