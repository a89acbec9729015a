/**
 * Makes a page of the records of runs: charts, tables and words in one file of HTML that needs
 * nothing else. Knows records only as JSON (docs/records.md), so whatever has numbers to show may
 * use its {@link org.sparkmlp.report.Page} and {@link org.sparkmlp.report.Chart}.
 */
package org.sparkmlp.report;
