package org.sparkmlp.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;
import org.apache.spark.sql.execution.columnar.InMemoryRelation;
import org.apache.spark.sql.functions;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What tells that two DataFrames have the same rows for sure: their columns are plain columns of
 * the same {@link CachedRows}. A join, a computed column or a sample in between, and nothing is
 * said.
 *
 * @param rows that the columns are of
 * @param places of features, label, weight and validation mark in them; -1 for none
 */
record CachedColumns(CachedRows rows, List<Integer> places) {
  private static final int NONE = -1;

  static Optional<CachedColumns> of(Dataset<?> dataset, Columns columns) {
    List<String> names =
        Stream.of(columns.features(), columns.label(), columns.weight(), columns.validation())
            .toList();
    Column[] wanted =
        names.stream().filter(name -> name != null).map(functions::col).toArray(Column[]::new);
    // a new plan, which knows what is cached now
    LogicalPlan top = dataset.select(wanted).queryExecution().withCachedData();
    LogicalPlan plan = top;
    List<Attribute> attributes = CollectionConverters.asJava(plan.output());
    while (plan instanceof Project || plan instanceof Filter) {
      if (plan instanceof Project project) {
        attributes = origins(attributes, project);
        if (attributes.isEmpty()) {
          return Optional.empty();
        }
      }
      plan = ((UnaryNode) plan).child();
    }
    if (!(plan instanceof InMemoryRelation relation)) {
      return Optional.empty();
    }
    List<Attribute> output = CollectionConverters.asJava(relation.output());
    List<Integer> places = new ArrayList<>();
    int next = 0;
    for (String name : names) {
      places.add(name == null ? NONE : place(attributes.get(next++), output));
    }
    return CachedRows.of(top).map(rows -> new CachedColumns(rows, places));
  }

  /** What the attributes are called below a projection; empty if one of them is computed in it. */
  private static List<Attribute> origins(List<Attribute> attributes, Project project) {
    List<Attribute> origins = new ArrayList<>();
    for (Attribute attribute : attributes) {
      for (NamedExpression expression : CollectionConverters.asJava(project.projectList())) {
        if (expression.exprId().equals(attribute.exprId())) {
          if (expression instanceof Attribute origin) {
            origins.add(origin);
          } else if (expression instanceof Alias alias
              && alias.child() instanceof Attribute origin) {
            origins.add(origin);
          } else {
            return List.of();
          }
          break;
        }
      }
    }
    return origins.size() == attributes.size() ? origins : List.of();
  }

  private static int place(Attribute attribute, List<Attribute> output) {
    for (int i = 0; i < output.size(); i++) {
      if (output.get(i).exprId().equals(attribute.exprId())) {
        return i;
      }
    }
    throw new IllegalStateException("no column " + attribute + " in the cached DataFrame");
  }
}
