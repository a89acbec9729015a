/** The command line: {@code spark-mlp run}, {@code predict}, {@code benchmark}. */
package org.sparkmlp.cli;
