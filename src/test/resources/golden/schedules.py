#!/usr/bin/env python3
"""Writes schedules.json: learning rates of torch.optim.lr_scheduler, one number an epoch (or an update).

Debian: python3-torch (1.13). Run with /usr/bin/python3 in this folder.
"""
import json, math
import torch

S = torch.optim.lr_scheduler
T, STEPS_AN_EPOCH = 20, 4


def run(make, n=T):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    rates = []
    for _ in range(n):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def cosine(o, n):
    return S.CosineAnnealingLR(o, n)


epochs = {
    "constant": run(lambda o: S.ConstantLR(o, factor=1.0)),
    "invsqrt": run(lambda o: S.LambdaLR(o, lambda t: (t + 1) ** -0.5)),
    "step": run(lambda o: S.LambdaLR(o, lambda t: (t + 1) ** -0.5)),
    "linear": run(lambda o: S.LinearLR(o, 1.0, 0.0, T)),
    "exponential(k=0.25)": run(lambda o: S.ExponentialLR(o, math.exp(-0.25))),
    "cosine": run(lambda o: cosine(o, T)),
    "constant(length=5ep).then(cosine)": run(
        lambda o: S.SequentialLR(o, [S.ConstantLR(o, 1.0), cosine(o, T - 5)], [5])
    ),
    "linear(length=20step).then(constant(length=5ep)).then(linear)": run(
        lambda o: S.LambdaLR(o, lambda t: 1 - t / 5 if t < 5 else 1 if t < 10 else 1 - (t - 10) / 10)
    ),
}
updates = {
    # our warm-up of L updates is PyTorch's LinearLR from 1/L over L - 1 updates
    "warmup(8step)": run(lambda o: S.LinearLR(o, 1 / 8, 1.0, 7), 16),
    "warmup(2ep)": run(lambda o: S.LinearLR(o, 1 / 8, 1.0, 7), 16),
    "warmup(2ep).then(linear(unit=step))": run(
        lambda o: S.SequentialLR(o, [S.LinearLR(o, 1 / 8, 1.0, 7), S.LinearLR(o, 1.0, 0.0, T * STEPS_AN_EPOCH - 8)], [8]),
        T * STEPS_AN_EPOCH,
    ),
    "invsqrt(unit=step)": run(lambda o: S.LambdaLR(o, lambda t: (t + 1) ** -0.5), 16),
    "exponential(k=0.01,unit=step)": run(lambda o: S.ExponentialLR(o, math.exp(-0.01)), 16),
}
with open("schedules.json", "w") as f:
    json.dump({"total": T, "stepsAnEpoch": STEPS_AN_EPOCH, "epochs": epochs, "updates": updates}, f)
