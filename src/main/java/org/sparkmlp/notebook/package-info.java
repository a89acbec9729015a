/** Notebooks in Java: a Jupyter kernel on the JDK's JShell, and what makes its output rich. */
package org.sparkmlp.notebook;
