package org.sparkmlp.ui;

import java.util.Locale;
import org.apache.commons.text.StringEscapeUtils;

/** Text and numbers for pages. */
final class Html {
  private Html() {}

  /** Text that may say anything, for elements and attributes in double quotes of HTML or SVG. */
  static String text(String any) {
    return any == null ? "" : StringEscapeUtils.escapeXml10(any);
  }

  /** A number as people read it, or nothing if it isn't finite. */
  static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
  }
}
