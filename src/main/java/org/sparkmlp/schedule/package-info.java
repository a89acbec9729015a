/** Learning-rate schedules: pure functions of the training time, and their composition. */
package org.sparkmlp.schedule;
