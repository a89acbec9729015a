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


def plateau(losses, **arguments):
    """Rates after each epoch."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = S.ReduceLROnPlateau(optimizer, eps=0, **arguments)
    rates = []
    for loss in losses:
        scheduler.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


epochs = {
    "constant": run(lambda o: S.ConstantLR(o, factor=1.0)),
    "invsqrt": run(lambda o: S.LambdaLR(o, lambda t: (t + 1) ** -0.5)),
    "step": run(lambda o: S.LambdaLR(o, lambda t: (t + 1) ** -0.5)),
    "linear": run(lambda o: S.LinearLR(o, 1.0, 0.0, T)),
    "exponential(k=0.25)": run(lambda o: S.ExponentialLR(o, math.exp(-0.25))),
    "cosine": run(lambda o: cosine(o, T)),
    "inverseTime(k=0.25)": run(lambda o: S.LambdaLR(o, lambda t: 1 / (1 + 0.25 * t))),
    "polynomial": run(lambda o: S.PolynomialLR(o, T, 1.0)),
    "polynomial(power=2.5)": run(lambda o: S.PolynomialLR(o, T, 2.5)),
    "polynomial(power=0.5,end=0.1)": run(lambda o: S.LambdaLR(o, lambda t: 0.9 * (1 - t / T) ** 0.5 + 0.1)),
    "piecewise(4ep,0.1,8ep,0.01)": run(lambda o: S.MultiStepLR(o, [4, 8], 0.1)),
    "piecewise(16step,0.5,8ep,2)": run(lambda o: S.LambdaLR(o, lambda t: 1 if t < 4 else 0.5 if t < 8 else 2)),
    "cosineRestarts(5ep)": run(lambda o: S.CosineAnnealingWarmRestarts(o, 5)),
    "cosineRestarts(3ep,mult=2)": run(lambda o: S.CosineAnnealingWarmRestarts(o, 3, 2)),
    "constant(length=5ep).then(cosineRestarts(3ep,mult=2))": run(
        lambda o: S.SequentialLR(o, [S.ConstantLR(o, 1.0), S.CosineAnnealingWarmRestarts(o, 3, 2)], [5])
    ),
    "reduceOnPlateau": run(lambda o: S.ConstantLR(o, factor=1.0)),  # until the trainer says otherwise
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
    "cosineRestarts(6step)": run(lambda o: S.CosineAnnealingWarmRestarts(o, 6), 16),
    "oneCycle": run(lambda o: S.OneCycleLR(o, 1.0, T * STEPS_AN_EPOCH), T * STEPS_AN_EPOCH),
    "oneCycle(pctStart=0.45,divFactor=10,finalDivFactor=100)": run(
        lambda o: S.OneCycleLR(o, 1.0, T * STEPS_AN_EPOCH, pct_start=0.45, div_factor=10, final_div_factor=100),
        T * STEPS_AN_EPOCH,
    ),
    "oneCycle(length=10ep).then(constant)": run(
        lambda o: S.OneCycleLR(o, 1.0, 10 * STEPS_AN_EPOCH), 10 * STEPS_AN_EPOCH
    ),
    "exponential(k=0.01,unit=step)": run(lambda o: S.ExponentialLR(o, math.exp(-0.01)), 16),
}
losses = [3 - 0.2 * t + (0.9 if t % 7 > 3 else 0) + 0.4 * math.sin(2.1 * t) + max(0, t - 20) * 0.19 for t in range(40)]
plateaus = {
    "reduceOnPlateau(factor=0.5,patience=2)": plateau(losses, factor=0.5, patience=2),
    "reduceOnPlateau(factor=0.3,patience=1,threshold=0.1,cooldown=3,minFactor=0.02)": plateau(
        losses, factor=0.3, patience=1, threshold=0.1, cooldown=3, min_lr=0.02
    ),
    "reduceOnPlateau(patience=4)": plateau(losses, patience=4),
    "reduceOnPlateau(factor=0.9,patience=0,cooldown=1)": plateau(losses, factor=0.9, patience=0, cooldown=1),
}
with open("schedules.json", "w") as f:
    json.dump({"total": T, "stepsAnEpoch": STEPS_AN_EPOCH, "epochs": epochs, "updates": updates, "losses": losses, "plateaus": plateaus}, f)
