"""The toy optimizer makes the steps of its formula, and a run of it can go on."""

import tempfile
from pathlib import Path

import numpy as np
import torch

from engine.graph.options import OPTIMIZERS
from engine.graph.settings import Choice
from engine.training.parts.optimizers import LiveOptimizer
from tests.recipes.uses import works
from tests.recipes.uses.project import cut_and_resumed, small, trained, weights

choice = Choice("adamax", {"lr": 0.1})
values = choice.complete(OPTIMIZERS)
moved = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
optimizer = LiveOptimizer(choice, [(1.0, [moved])], torch.device("cpu"))
by_hand = moved.detach().numpy().copy()
mean, largest = np.zeros(3), np.zeros(3)
for step in range(1, 6):
    slope = np.cos(by_hand) * step
    moved.grad = torch.from_numpy(slope.copy())
    optimizer.apply(1.0, 0.0)
    optimizer.torch.step()
    mean = values["beta1"] * mean + (1 - values["beta1"]) * slope
    largest = np.maximum(values["beta2"] * largest, abs(slope) + values["eps"])
    by_hand -= 0.1 / (1 - values["beta1"] ** step) * mean / largest
    assert np.allclose(moved.detach().numpy(), by_hand, atol=1e-12)

project = small(optimizer="adamax", steps=40)
whole = weights(trained(project))
with tempfile.TemporaryDirectory() as folder:
    again = weights(cut_and_resumed(project, Path(folder), at=20))
assert whole.keys() == again.keys()
assert all(torch.equal(whole[name], again[name]) for name in whole)
works()
