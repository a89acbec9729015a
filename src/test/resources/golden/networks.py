#!/usr/bin/env python3
"""Writes networks.json: logits, weighted loss sum and its gradient of small networks, in torch.float64.

Debian: python3-torch (1.13). Run with /usr/bin/python3 in this folder. Weights are flat, layer by layer: W row-major
inputs x sums, then the bias. A layer of maxout(pieces=p) has p * units sums: the first piece of all units, then the
second, ...
"""
import json, math
import torch

torch.set_default_dtype(torch.float64)
ROWS = 5
F = torch.nn.functional
# spec: pieces, function
ACTIVATIONS = {
    "identity": (1, lambda z: z),
    "sigmoid": (1, torch.sigmoid),
    "tanh": (1, torch.tanh),
    "relu": (1, F.relu),
    "leakyrelu": (1, lambda z: F.leaky_relu(z, 0.01)),
    "leakyrelu(a=0.2)": (1, lambda z: F.leaky_relu(z, 0.2)),
    "elu": (1, F.elu),
    "elu(alpha=0.7)": (1, lambda z: F.elu(z, 0.7)),
    "selu": (1, F.selu),
    "gelu": (1, F.gelu),
    "silu": (1, F.silu),
    "softplus": (1, lambda z: F.softplus(z, threshold=100)),
    "softsign": (1, F.softsign),
    "hardtanh": (1, F.hardtanh),
    "maxout": (2, lambda z: z.reshape(ROWS, 2, -1).max(1).values),
    "maxout(pieces=3)": (3, lambda z: z.reshape(ROWS, 3, -1).max(1).values),
}


def tweedie(p):
    def loss(z, y):
        mean = torch.exp(z)
        return (mean ** (2 - p) / (2 - p) - y * mean ** (1 - p) / (1 - p)).mean(1)

    return loss


def quantile(tau):
    return lambda z, y: torch.maximum(tau * (y - z), (tau - 1) * (y - z)).mean(1)


def cross_entropy(smoothing):
    return lambda z, y: F.cross_entropy(z, y, label_smoothing=smoothing, reduction="none")


binary = lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none").sum(1)
hinge = lambda z, y: F.relu(1 - (2 * y - 1) * z).sum(1)
squared = lambda z, y: F.mse_loss(z, y, reduction="none").mean(1)
# of classes: spec, outputs, function of the one-hot target (of the label itself with one output)
OF_CLASSES = [
    ("softmaxCrossEntropy", 3, cross_entropy(0.0)),
    ("softmaxCrossEntropy(labelSmoothing=0.1)", 3, cross_entropy(0.1)),
    ("binaryCrossEntropy", 1, binary),
    ("hinge", 1, hinge),
    ("hinge", 3, hinge),
    ("meanSquaredError", 3, squared),
]
shares = torch.tensor([[1.0 + i % 3, 2.0 + i % 2] for i in range(ROWS)])
shares = shares / shares.sum(1, keepdim=True)
marks = torch.tensor([[float(i % 2), float(i % 3 == 0)] for i in range(ROWS)])
amounts = torch.tensor([[0.3 + 0.9 * i, 2.5 / (1 + i)] for i in range(ROWS)])
counts = torch.tensor([[float(i), float(3 - i % 4)] for i in range(ROWS)])
# of values: spec, targets, function
OF_VALUES = [
    ("softmaxCrossEntropy", shares, cross_entropy(0.0)),
    ("softmaxCrossEntropy(labelSmoothing=0.1)", shares, cross_entropy(0.1)),
    ("binaryCrossEntropy", marks, binary),
    ("hinge", marks, hinge),
    ("meanSquaredError", amounts, squared),
    ("absoluteError", amounts, lambda z, y: F.l1_loss(z, y, reduction="none").mean(1)),
    ("huber", amounts, lambda z, y: F.huber_loss(z, y, reduction="none").mean(1)),
    ("huber(delta=0.3)", amounts, lambda z, y: F.huber_loss(z, y, reduction="none", delta=0.3).mean(1)),
    ("quantile", amounts, quantile(0.5)),
    ("quantile(tau=0.9)", amounts, quantile(0.9)),
    ("poisson", counts, lambda z, y: F.poisson_nll_loss(z, y, reduction="none").mean(1)),
    # a gamma distribution of shape 1
    ("gamma", amounts, lambda z, y: -torch.distributions.Exponential(torch.exp(-z)).log_prob(y).mean(1)),
    ("tweedie", counts, tweedie(1.5)),
    ("tweedie(p=1.2)", counts, tweedie(1.2)),
]
x = torch.tensor([[math.sin(1 + 3 * i + 1.3 * j) * (1 + j) for j in range(4)] for i in range(ROWS)])
row_weights = torch.tensor([1.0, 0.5, 2.0, 1.25, 3.0])
cases = []


def case(activations, loss, value, layers, targets, labels):
    pieces = [ACTIVATIONS[a][0] for a in activations] + [1]
    sizes = list(zip(layers, layers[1:], pieces))
    flat = torch.tensor(
        [0.8 * math.cos(2.3 * i + 0.1) for i in range(sum((a + 1) * b * p for a, b, p in sizes))],
        requires_grad=True,
    )
    a, at = x, 0
    for l, (n_in, n_out, p) in enumerate(sizes):
        w = flat[at : at + n_in * n_out * p].reshape(n_in, n_out * p)
        b = flat[at + n_in * n_out * p : at + (n_in + 1) * n_out * p]
        at += (n_in + 1) * n_out * p
        z = a @ w + b
        if l < len(activations):
            a = ACTIVATIONS[activations[l]][1](z)
    total = (value(z, targets) * row_weights).sum()
    total.backward()
    of = {"labels": labels} if labels else {}
    cases.append(
        {
            "activation": ", ".join(activations) or "identity",
            "loss": loss,
            "layers": layers,
            "targets": targets.tolist(),
            "weights": flat.detach().tolist(),
            "logits": z.detach().reshape(-1).tolist(),
            "value": total.item(),
            "gradient": flat.grad.tolist(),
            **of,
        }
    )


def of_classes(activations, loss, outputs, value, hidden):
    labels = [i % max(2, outputs) for i in range(ROWS)]
    y = torch.tensor(labels)
    targets = y.double().reshape(ROWS, 1) if outputs == 1 else F.one_hot(y, outputs).double()
    case(activations, loss, value, [4, *hidden, outputs], targets, labels)


for spec in ACTIVATIONS:
    of_classes([spec, spec], *OF_CLASSES[0], [5, 4])
of_classes(["relu", "maxout(pieces=3)", "silu"], *OF_CLASSES[0], [5, 4, 3])
of_classes([], *OF_CLASSES[0], [])
for loss, outputs, value in OF_CLASSES:
    of_classes(["tanh"], loss, outputs, value, [5])
for loss, targets, value in OF_VALUES:
    case(["tanh"], loss, value, [4, 5, 2], targets, None)
with open("networks.json", "w") as out:
    json.dump({"features": x.tolist(), "rowWeights": row_weights.tolist(), "cases": cases}, out)
