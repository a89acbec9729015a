#!/usr/bin/env python3
"""Writes networks.json: logits, weighted loss sum and its gradient of small networks, in torch.float64.

Debian: python3-torch (1.13). Run with /usr/bin/python3 in this folder. Weights are flat, layer by layer: W row-major
inputs x outputs, then the bias.
"""
import json, math
import torch

torch.set_default_dtype(torch.float64)
ROWS = 5
F = torch.nn.functional
ACTIVATIONS = {"identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
LOSSES = {
    "softmaxCrossEntropy": ([4, 5, 3], lambda z, y: F.cross_entropy(z, y, reduction="none")),
    "binaryCrossEntropy": (
        [4, 5, 1],
        lambda z, y: F.binary_cross_entropy_with_logits(z[:, 0], y.double(), reduction="none"),
    ),
    "meanSquaredError": ([4, 5, 3, 3], lambda z, y: ((z - F.one_hot(y, 3)) ** 2).mean(1)),
}
x = torch.tensor([[math.sin(1 + 3 * i + 1.3 * j) * (1 + j) for j in range(4)] for i in range(ROWS)])
row_weights = torch.tensor([1.0, 0.5, 2.0, 1.25, 3.0])
cases = []
for activation, f in ACTIVATIONS.items():
    for loss, (layers, value) in LOSSES.items():
        labels = torch.tensor([i % (2 if layers[-1] == 1 else 3) for i in range(ROWS)])
        size = sum((a + 1) * b for a, b in zip(layers, layers[1:]))
        flat = torch.tensor([0.8 * math.cos(2.3 * i + 0.1) for i in range(size)], requires_grad=True)
        a, at = x, 0
        for l, (n_in, n_out) in enumerate(zip(layers, layers[1:])):
            w = flat[at : at + n_in * n_out].reshape(n_in, n_out)
            b = flat[at + n_in * n_out : at + (n_in + 1) * n_out]
            at += (n_in + 1) * n_out
            z = a @ w + b
            a = f(z)
        total = (value(z, labels) * row_weights).sum()
        total.backward()
        cases.append(
            {
                "activation": activation,
                "loss": loss,
                "layers": layers,
                "labels": labels.tolist(),
                "weights": flat.detach().tolist(),
                "logits": z.detach().reshape(-1).tolist(),
                "value": total.item(),
                "gradient": flat.grad.tolist(),
            }
        )
with open("networks.json", "w") as out:
    json.dump({"features": x.tolist(), "rowWeights": row_weights.tolist(), "cases": cases}, out)
