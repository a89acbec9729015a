package org.sparkmlp.ml;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Names;

/**
 * Are the columns there, and of the right type? Each error names the column, what it is and what to
 * do.
 */
final class SchemaCheck {
  private SchemaCheck() {}

  /** The columns that training reads. */
  static void input(MLPParams params, StructType schema) {
    features(schema, params.getFeaturesCol());
    label(schema, params.getLabelCol());
    if (Fit.hasWeights(params)) {
      weight(schema, params.getWeightCol());
    }
    if (params.isDefined(params.validationIndicatorCol())) {
      validation(schema, params.getValidationIndicatorCol());
    }
  }

  static void features(StructType schema, String column) {
    DataType type = type(schema, column, "featuresCol");
    Check.that(
        type.equals(SQLDataTypes.VectorType()),
        "column '%s' (featuresCol) has type %s, but a vector is needed; VectorAssembler makes one of numeric columns",
        column,
        type.simpleString());
  }

  static void label(StructType schema, String column) {
    DataType type = type(schema, column, "labelCol");
    Check.that(
        type instanceof NumericType,
        "column '%s' (labelCol) has type %s, but class numbers 0, 1, 2, ... are needed; StringIndexer makes such labels",
        column,
        type.simpleString());
  }

  static void weight(StructType schema, String column) {
    DataType type = type(schema, column, "weightCol");
    Check.that(
        type instanceof NumericType,
        "column '%s' (weightCol) has type %s, but numbers are needed",
        column,
        type.simpleString());
  }

  static void validation(StructType schema, String column) {
    DataType type = type(schema, column, "validationIndicatorCol");
    Check.that(
        type.equals(DataTypes.BooleanType),
        "column '%s' (validationIndicatorCol) has type %s, but boolean is needed: true for validation rows",
        column,
        type.simpleString());
  }

  /**
   * Output columns must not be there yet, in any case of letters unless Spark tells cases apart.
   */
  static void free(StructType schema, List<String> outputs) {
    BiPredicate<String, String> same =
        SQLConf.get().caseSensitiveAnalysis() ? String::equals : String::equalsIgnoreCase;
    for (String output : outputs) {
      for (String name : schema.fieldNames()) {
        Check.that(
            !same.test(name, output),
            "column '%s' exists already; drop it, or give the output column '%s' another name, or \"\" for none",
            name,
            output);
      }
    }
  }

  private static DataType type(StructType schema, String column, String param) {
    List<String> names = Arrays.asList(schema.fieldNames());
    Check.that(
        column.indexOf('.') < 0,
        "column '%s' (%s) has a dot in its name, which Spark takes for a field of a struct; give it another name"
            + " (withColumn, withColumnRenamed)",
        column,
        param);
    Check.that(
        names.contains(column),
        "there is no column '%s' (%s); the columns are %s%s",
        column,
        param,
        String.join(", ", names),
        Names.didYouMean(column, names));
    return schema.apply(column).dataType();
  }
}
