#!/usr/bin/env python3
"""Writes regularization.json: penalized objectives with their gradient, and updates with penalty, clipping, decoupled
weight decay and max-norm, of a small network in torch.float64.

Debian: python3-torch (1.13). Run with /usr/bin/python3 in this folder. Weights are flat, layer by layer: W row-major
inputs x outputs, then the bias. Decay is AdamW's and SGD's own with groups of parameters, so that biases are exempt.
torch.nn.utils.clip_grad_norm_ and torch.renorm add 1e-6 and 1e-7 to the norm, so those two are written out.
"""
import json, math
import torch

torch.set_default_dtype(torch.float64)
LAYERS, ROWS, STEPS = [4, 5, 3], 5, 3
x = torch.tensor([[math.sin(1 + 3 * i + 1.3 * j) * (1 + j) for j in range(4)] for i in range(ROWS)])
labels = torch.tensor([0, 1, 2, 0, 1])
row_weights = torch.tensor([1.0, 0.5, 2.0, 1.25, 3.0])


def start():
    """[W1, b1, W2, b2]; the first weights are -0 and 0, where |w| has no derivative."""
    parameters, at = [], 0
    for n_in, n_out in zip(LAYERS, LAYERS[1:]):
        for shape in ([n_in, n_out], [n_out]):
            n = math.prod(shape)
            values = [0.8 * math.cos(2.3 * i + 0.1) for i in range(at, at + n)]
            at += n
            if at == n:
                values[0], values[1] = -0.0, 0.0
            parameters.append(torch.tensor(values).reshape(shape).requires_grad_())
    return parameters


def objective(p, regularization, alpha):
    logits = torch.tanh(x @ p[0] + p[1]) @ p[2] + p[3]
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    penalty = sum(alpha * w.abs().sum() + (1 - alpha) / 2 * (w**2).sum() for w in p[::2])
    return (losses * row_weights).sum() / row_weights.sum() + regularization * penalty


def flat(tensors):
    return torch.cat([t.reshape(-1) for t in tensors]).tolist()


objectives = []
for regularization, alpha in [(0.0, 0.5), (0.1, 0.0), (0.1, 1.0), (0.25, 0.3)]:
    p = start()
    value = objective(p, regularization, alpha)
    value.backward()
    objectives.append(
        {
            "regParam": regularization,
            "elasticNetParam": alpha,
            "weights": flat(w.detach() for w in p),
            "value": value.item(),
            "gradient": flat(w.grad for w in p),
        }
    )

O = torch.optim
SOLVERS = {"sgd": (0.3, O.SGD), "adam": (0.01, lambda groups, rate: O.AdamW(groups, rate, weight_decay=0.0))}
updates = []
for solver, (rate, make) in SOLVERS.items():
    for c in [
        {"regParam": 0.2, "elasticNetParam": 0.4},
        {"weightDecay": 0.5},
        {"gradientClipValue": 0.02},
        {"gradientClipNorm": 0.1},
        {"gradientClipNorm": 1e6},
        {"maxNorm": 0.9},
        {
            "regParam": 0.1,
            "elasticNetParam": 0.7,
            "weightDecay": 0.1,
            "gradientClipValue": 0.15,
            "gradientClipNorm": 0.3,
            "maxNorm": 1.1,
        },
    ]:
        p = start()
        decay = c.get("weightDecay", 0.0)
        if solver == "adam":
            optimizer = make([{"params": p[::2], "weight_decay": decay}, {"params": p[1::2]}], rate)
        else:
            optimizer = make(p, rate)
        path = []
        for step in range(STEPS):
            optimizer.zero_grad()
            objective(p, c.get("regParam", 0.0), c.get("elasticNetParam", 0.0)).backward()
            with torch.no_grad():
                if "gradientClipValue" in c:
                    torch.nn.utils.clip_grad_value_(p, c["gradientClipValue"])
                if "gradientClipNorm" in c:
                    norm = math.sqrt(sum((w.grad**2).sum().item() for w in p))
                    for w in p:
                        w.grad *= min(1, c["gradientClipNorm"] / norm)
                if solver == "sgd":
                    for w in p[::2]:
                        w *= 1 - rate * decay
                optimizer.step()
                if "maxNorm" in c:
                    for w in p[::2]:
                        norms = (w**2).sum(0, keepdim=True).sqrt()
                        w *= torch.clamp(c["maxNorm"] / norms, max=1)
            path.append(flat(w.detach() for w in p))
        updates.append({"solver": solver, "rate": rate, "regularization": c, "weights": path})
with open("regularization.json", "w") as out:
    json.dump(
        {
            "layers": LAYERS,
            "features": x.tolist(),
            "labels": labels.tolist(),
            "rowWeights": row_weights.tolist(),
            "objectives": objectives,
            "updates": updates,
        },
        out,
    )
