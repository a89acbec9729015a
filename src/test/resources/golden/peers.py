#!/usr/bin/env python3
"""Writes peers.json: test accuracies of scikit-learn's MLPClassifier, mean of ten seeds, on the data of PeerAccuracyTest.

Debian: python3-sklearn (1.2). Run with /usr/bin/python3 in this folder. Test rows are those whose number is divisible
by 5; digits are the project's own file, pixels divided by 16.
"""
import json
import warnings
import numpy as np
from sklearn.datasets import make_blobs
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")


def accuracy(x, y, layers, epochs, batch, rate=0.001, split=True):
    test = (np.arange(len(y)) % 5 == 0) if split else np.ones(len(y), bool)
    train = ~test if split else test
    scores = []
    for seed in range(1, 11):
        model = MLPClassifier(
            layers, alpha=0, batch_size=batch, learning_rate_init=rate, max_iter=epochs, tol=0, n_iter_no_change=epochs,
            random_state=seed,
        ).fit(x[train], y[train])
        scores.append(model.score(x[test], y[test]))
    print(layers, np.mean(scores), np.std(scores))
    return {"mean": float(np.mean(scores)), "std": float(np.std(scores))}


digits = np.loadtxt("../../../main/resources/org/sparkmlp/data/digits.csv.gz", delimiter=",")
xor = np.array([[a, b] for _ in range(50) for a in (0, 1) for b in (0, 1)], float)
blobs, labels = make_blobs(1500, n_features=4, centers=6, cluster_std=2.5, random_state=20261123)
blobs = np.round(blobs, 2)
with open("peers.json", "w") as out:
    json.dump(
        {
            "xor": accuracy(xor, (xor[:, 0] != xor[:, 1]).astype(int), (16,), 200, 20, 0.01, split=False),
            "blobs": accuracy(blobs, labels, (32,), 100, 20) | {"features": blobs.tolist(), "labels": labels.tolist()},
            "digits": accuracy(digits[:, :64] / 16, digits[:, 64], (64,), 60, 32),
        },
        out,
    )
