/**
 * What fits say on Spark's listener bus while they go on: for web pages, metrics and event logs.
 */
package org.sparkmlp.events;
