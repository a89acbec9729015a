/**
 * Studies: what the textbook claims of training, measured. Each has settings (conf/studies), makes
 * records of what it has measured (JSON), and a page with figures of the records alone
 * (docs/studies).
 */
package org.sparkmlp.study;
