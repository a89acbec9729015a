package org.sparkmlp.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers of any size, also written as in 1e6. */
final class Count implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    double value = Double.parseDouble(text);
    if (value < 1 || value != Math.rint(value) || value > Long.MAX_VALUE) {
      throw new TypeConversionException("'" + text + "' is not a whole number of at least 1");
    }
    return (long) value;
  }
}
