"""PyTorch's side of `bin/benchmark kernel`, one thread.

Reads lines "units,units,... batch rows" and answers each with the training rows a second of Adam on random data,
after as many rows for warming up.
"""
import sys
import time

import torch

torch.set_num_threads(1)
print("PyTorch " + torch.__version__, flush=True)
for line in sys.stdin:
    spec, batch, rows = line.split()
    units, batch, rows = [int(u) for u in spec.split(",")], int(batch), int(rows)
    torch.manual_seed(1)
    layers = []
    for i, o in zip(units, units[1:]):
        layers += [torch.nn.Linear(i, o), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    loss_of = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    x = torch.rand(rows, units[0])
    y = torch.randint(0, units[-1], (rows,))

    def epoch():
        order = torch.randperm(rows)
        for at in range(0, rows, batch):
            chosen = order[at : at + batch]
            optimizer.zero_grad(set_to_none=True)
            loss_of(model(x[chosen]), y[chosen]).backward()
            optimizer.step()

    epoch()
    start = time.perf_counter()
    epoch()
    print(rows / (time.perf_counter() - start), flush=True)
