package org.sparkmlp.ml;

import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cluster.DeviceSurvey;
import org.sparkmlp.cluster.GpuProfile;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.util.Check;

/** What a fit computes on, by the params device and backend. */
final class FitDevice {
  static final String CPU = "cpu";

  /** The values of the param. */
  static final List<String> NAMES = List.of(CPU, Backends.CUDA, MLPParams.AUTO);

  private static final Logger LOG = LoggerFactory.getLogger(FitDevice.class);

  private FitDevice() {}

  /** Checks what params say together, without Spark. */
  static void check(MLPParams p) {
    if (!p.getDevice().equals(Backends.CUDA)) {
      return;
    }
    Check.that(
        p.getBackend().equals(MLPParams.AUTO),
        "backend = %s names what computes on a CPU, but device = cuda; unset one of them",
        p.getBackend());
    Check.that(
        !isLbfgs(p),
        "device = cuda with solver = %s: it computes in double, on the CPU; take another solver, or device = cpu",
        p.getSolver());
  }

  private static boolean isLbfgs(MLPParams p) {
    return Solvers.parse(p.getSolver()) instanceof Lbfgs;
  }

  /**
   * The name of the backend that tasks compute on: one of the CPU, or a kind of device.
   *
   * @throws IllegalStateException if it is to be a device and there is none
   */
  static String backend(MLPParams p, SparkContext spark) {
    if (p.getDevice().equals(CPU)) {
      return Backends.get(p.getBackend()).name();
    }
    if (p.getDevice().equals(Backends.CUDA)) {
      Optional<String> problem = DeviceSurvey.problem(spark, Backends.CUDA);
      if (problem.isPresent()) {
        throw new IllegalStateException(
            String.format(
                "device = cuda, but there is a task that can't use a GPU: %s; device = cpu trains without, `spark-mlp"
                    + " devices` on that machine says more",
                problem.get()));
      }
      return Backends.CUDA;
    }
    String why = whyNot(p, spark);
    if (why == null) {
      LOG.info("device auto: cuda, since Spark gives each task a GPU, or a share of one");
      return Backends.CUDA;
    }
    LOG.info("device auto: cpu, since {}", why);
    return Backends.get(p.getBackend()).name();
  }

  /** Why auto is no device, or null. */
  private static String whyNot(MLPParams p, SparkContext spark) {
    if (isLbfgs(p)) {
      return "solver = " + p.getSolver() + " computes in double";
    }
    if (!p.getBackend().equals(MLPParams.AUTO)) {
      return "backend = " + p.getBackend() + " names one of the CPU";
    }
    if (!GpuProfile.gives(spark.conf())) {
      return "Spark gives tasks no GPU (spark.executor.resource.gpu.amount is unset)";
    }
    return DeviceSurvey.problem(spark, Backends.CUDA).orElse(null);
  }
}
