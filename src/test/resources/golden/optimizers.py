#!/usr/bin/env python3
"""Writes optimizers.json: trajectories of torch.optim on a fixed sequence of gradients.

Debian: python3-torch (1.13). Run with /usr/bin/python3 in this folder. PyTorch's momentum keeps v without the
learning rate, so it equals the textbook's only for a constant rate; the *-schedule entries come from the textbook's
formulas in plain Python. So does Lion (Chen et al. 2023, algorithm 2), which PyTorch 1.13 hasn't got, and NAdam (Dozat
2016), whose product of momenta up to t + 1 has the one of t twice in PyTorch 1.13 (as later versions have it, it hasn't).
"""
import json, math
import numpy as np
import torch

torch.set_default_dtype(torch.float64)
STEPS, N = 40, 5
gradients = [[math.sin(1.7 * t + 0.9 * i) * 10 ** (i - 3) + 0.01 * i for i in range(N)] for t in range(STEPS)]
start = [0.5 - 0.25 * i for i in range(N)]
RATE = 0.05


def run(make):
    w = torch.tensor(start, requires_grad=True)
    optimizer = make([w])
    path = []
    for g in gradients:
        w.grad = torch.tensor(g)
        optimizer.step()
        path.append(w.detach().tolist())
    return path


def textbook(nesterov):
    w, v, path = list(start), [0.0] * N, []
    for t, g in enumerate(gradients):
        rate = RATE / math.sqrt(t + 1)
        for i in range(N):
            v[i] = 0.9 * v[i] - rate * g[i]
            w[i] += 0.9 * v[i] - rate * g[i] if nesterov else v[i]
        path.append(list(w))
    return path


def lion(beta1=0.9, beta2=0.99, decay=0.0):
    w, m, path = np.array(start), np.zeros(N), []
    for g in np.array(gradients):
        c = beta1 * m + (1 - beta1) * g
        w = w - RATE * (np.sign(c) + decay * w)
        m = beta2 * m + (1 - beta2) * g
        path.append(w.tolist())
    return path


def nadam(beta1=0.9, beta2=0.999, decay=0.004, epsilon=1e-8):
    w, m, v, product, path = np.array(start), np.zeros(N), np.zeros(N), 1.0, []
    for t, g in enumerate(np.array(gradients), 1):
        now, following = [beta1 * (1 - 0.5 * 0.96 ** (i * decay)) for i in (t, t + 1)]
        product *= now
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        mixed = (1 - now) / (1 - product) * g + following / (1 - product * following) * m
        w = w - RATE * mixed / (np.sqrt(v / (1 - beta2**t)) + epsilon)
        path.append(w.tolist())
    return path


O = torch.optim
out = {
    "rate": RATE,
    "start": start,
    "gradients": gradients,
    "constant": {
        "sgd": run(lambda p: O.SGD(p, RATE)),
        "momentum": run(lambda p: O.SGD(p, RATE, momentum=0.9)),
        "nesterov(momentum=0.8)": run(lambda p: O.SGD(p, RATE, momentum=0.8, nesterov=True)),
        "adagrad": run(lambda p: O.Adagrad(p, RATE)),
        "rmsprop": run(lambda p: O.RMSprop(p, RATE, alpha=0.9)),
        "rmsprop(rho=0.99,epsilon=0.001)": run(lambda p: O.RMSprop(p, RATE, alpha=0.99, eps=1e-3)),
        "adam": run(lambda p: O.Adam(p, RATE)),
        "adam(beta1=0.8,beta2=0.95,epsilon=0.01)": run(lambda p: O.Adam(p, RATE, (0.8, 0.95), 1e-2)),
        "adadelta": run(lambda p: O.Adadelta(p, RATE)),
        "adadelta(rho=0.7,epsilon=0.001)": run(lambda p: O.Adadelta(p, RATE, 0.7, 1e-3)),
        "rmsprop(rho=0.9,centered=true)": run(lambda p: O.RMSprop(p, RATE, alpha=0.9, centered=True)),
        "amsgrad": run(lambda p: O.Adam(p, RATE, amsgrad=True)),
        "amsgrad(beta1=0.8,beta2=0.95,epsilon=0.01)": run(lambda p: O.Adam(p, RATE, (0.8, 0.95), 1e-2, amsgrad=True)),
        "adamw": run(lambda p: O.AdamW(p, RATE)),
        "adamw(beta1=0.8,beta2=0.95,weightDecay=0.3)": run(lambda p: O.AdamW(p, RATE, (0.8, 0.95), weight_decay=0.3)),
        "adamax": run(lambda p: O.Adamax(p, RATE)),
        "adamax(beta1=0.8,beta2=0.95,epsilon=0.01)": run(lambda p: O.Adamax(p, RATE, (0.8, 0.95), 1e-2)),
        "nadam": nadam(),
        "nadam(beta1=0.8,beta2=0.95,momentumDecay=0.5)": nadam(0.8, 0.95, 0.5),
        "lion": lion(),
        "lion(beta1=0.8,beta2=0.95,weightDecay=0.3)": lion(0.8, 0.95, 0.3),
        "radam": run(lambda p: O.RAdam(p, RATE)),
        "radam(beta1=0.8,beta2=0.95)": run(lambda p: O.RAdam(p, RATE, (0.8, 0.95))),
    },
    "invsqrt": {"momentum": textbook(False), "nesterov": textbook(True)},
}
with open("optimizers.json", "w") as f:
    json.dump(out, f)
