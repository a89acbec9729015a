#!/usr/bin/env python3
"""Writes lbfgs.json: weighted logistic regression on 40 rows, minimised by SciPy's BFGS (gradient norm below 1e-10).

Debian: python3-scipy (comes with python3-sklearn). Run with /usr/bin/python3 in this folder.
"""
import json
import numpy as np
from scipy.optimize import minimize

rng = np.random.default_rng(20261123)
x = rng.normal(size=(40, 3)).astype(np.float32).astype(float)
y = (x @ [1.0, -2.0, 0.5] + 1.5 * rng.normal(size=40) > 0).astype(float)
weights = rng.integers(1, 9, size=40) / 4


def loss(p):
    z = x @ p[:3] + p[3]
    value = np.logaddexp(0, z) - y * z
    residual = (1 / (1 + np.exp(-z)) - y) * weights / weights.sum()
    return (value * weights).sum() / weights.sum(), np.append(x.T @ residual, residual.sum())


best = minimize(loss, np.zeros(4), jac=True, method="BFGS", options={"gtol": 1e-10})
with open("lbfgs.json", "w") as out:
    json.dump(
        {
            "features": x.tolist(),
            "labels": y.tolist(),
            "rowWeights": weights.tolist(),
            "weights": best.x.tolist(),
            "loss": best.fun,
        },
        out,
    )
