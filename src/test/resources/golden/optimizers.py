#!/usr/bin/env python3
"""Writes optimizers.json: trajectories of torch.optim on a fixed sequence of gradients.

Debian: python3-torch (1.13). Run with /usr/bin/python3 in this folder. PyTorch's momentum keeps v without the
learning rate, so it equals the textbook's only for a constant rate; the *-schedule entries come from the textbook's
formulas in plain Python.
"""
import json, math
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
        "radam": run(lambda p: O.RAdam(p, RATE)),
        "radam(beta1=0.8,beta2=0.95)": run(lambda p: O.RAdam(p, RATE, (0.8, 0.95))),
    },
    "invsqrt": {"momentum": textbook(False), "nesterov": textbook(True)},
}
with open("optimizers.json", "w") as f:
    json.dump(out, f)
