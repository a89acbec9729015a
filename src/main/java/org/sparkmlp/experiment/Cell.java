package org.sparkmlp.experiment;

import java.util.Map;
import org.apache.spark.ml.param.ParamMap;

/**
 * One combination of a grid.
 *
 * @param number from 1
 * @param params values by name, as the config writes them; for records
 * @param map the same, for Spark
 */
record Cell(int number, Map<String, Object> params, ParamMap map) {}
