package org.sparkmlp.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;
import org.apache.spark.sql.catalyst.trees.TreePattern;
import org.apache.spark.sql.execution.columnar.InMemoryRelation;

/**
 * Rows of a cached DataFrame: all, or those that pass filters on its own columns.
 *
 * @param rdd that holds the cached rows; another one each time a DataFrame is persisted
 * @param filters what the rows pass, as Spark writes conditions to compare them
 */
record CachedRows(RDD<?> rdd, List<Expression> filters) {
  /** Empty if the rows are something else, or something that can't be told. */
  static Optional<CachedRows> of(Dataset<?> dataset) {
    // a new plan, which knows what is cached now
    return of(dataset.select("*").queryExecution().withCachedData());
  }

  /** Of a plan that knows what is cached. */
  static Optional<CachedRows> of(LogicalPlan top) {
    List<Expression> conditions = new ArrayList<>();
    LogicalPlan plan = top;
    while (plan instanceof Project || plan instanceof Filter) {
      if (plan instanceof Filter filter) {
        conditions.add(filter.condition());
      }
      plan = ((UnaryNode) plan).child();
    }
    if (!(plan instanceof InMemoryRelation relation)) {
      return Optional.empty();
    }
    List<Expression> filters = new ArrayList<>();
    for (Expression condition : conditions) {
      if (!condition.deterministic()
          || SubqueryExpression.hasSubquery(condition)
          || condition.containsPattern(TreePattern.CURRENT_LIKE()) // the time
          || !condition.references().subsetOf(relation.outputSet())) {
        return Optional.empty();
      }
      // columns by their place, not by the number that each plan gives them
      filters.add(((Filter) new Filter(condition, relation).canonicalized()).condition());
    }
    return Optional.of(
        new CachedRows(relation.cacheBuilder().cachedColumnBuffers(), List.copyOf(filters)));
  }

  boolean areAll() {
    return filters.isEmpty();
  }
}
