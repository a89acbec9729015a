#!/usr/bin/env python3
"""Writes peers_regression.json: R2 on test rows of scikit-learn's MLPRegressor, mean of ten seeds, on the data of
PeerRegressionTest.

Debian: python3-sklearn (1.2). Run with /usr/bin/python3 in this folder. Test rows are those whose number is divisible
by 5. Labels are standardized by those of the training rows, as MLPRegressor of spark-mlp does it unless told otherwise.

diabetes: Efron, Hastie, Johnstone, Tibshirani, Least Angle Regression (2004); 442 patients, features scaled to
deviation 1. friedman: Friedman's first function with noise of 1, five of ten features have no meaning.
"""
import json
import warnings
import numpy as np
from sklearn.datasets import load_diabetes, make_friedman1
from sklearn.neural_network import MLPRegressor

warnings.filterwarnings("ignore")


def r2(x, y, layers, epochs, batch, activation="relu"):
    test = np.arange(len(y)) % 5 == 0
    mean, deviation = y[~test].mean(), y[~test].std()
    scores = []
    for seed in range(1, 11):
        model = MLPRegressor(
            layers, activation=activation, alpha=0, batch_size=batch, learning_rate_init=0.001, max_iter=epochs, tol=0,
            n_iter_no_change=epochs, random_state=seed,
        ).fit(x[~test], (y[~test] - mean) / deviation)
        scores.append(model.score(x[test], (y[test] - mean) / deviation))
    print(layers, np.mean(scores), np.std(scores))
    return {
        "mean": float(np.mean(scores)), "std": float(np.std(scores)), "features": x.tolist(), "labels": y.tolist(),
    }


x, y = load_diabetes(return_X_y=True)
x = np.round(x * np.sqrt(len(y)), 4)
fx, fy = make_friedman1(1500, noise=1.0, random_state=20261125)
fx, fy = np.round(fx, 4), np.round(fy, 3)
with open("peers_regression.json", "w") as out:
    json.dump(
        {
            "diabetes": r2(x, y, (32,), 60, 32),
            "friedman": r2(fx, fy, (64,), 100, 32),
            "friedmanTanh": {k: v for k, v in r2(fx, fy, (32, 32), 60, 32, "tanh").items() if k in ("mean", "std")},
        },
        out,
    )
