"""The toy layer is found, trains, and has the gradient of its formula."""

import torch

from engine.compile.build import build
from engine.layers import registry
from tests.recipes.uses import works
from tests.recipes.uses.project import small, trained

assert registry.search("squared relu")[0].id == "squared_relu"
x = torch.linspace(-2, 2, 9, dtype=torch.float64).requires_grad_()
y = build("squared_relu", {}, ((9, 1),), (torch.float64,))(x)
assert torch.equal(y, torch.where(x > 0, x * x, torch.zeros_like(x)))
(slope,) = torch.autograd.grad(y.sum(), x)
assert torch.equal(slope, torch.where(x > 0, 2 * x, torch.zeros_like(x)))

losses = trained(small("squared_relu", steps=200)).drain().losses
assert losses[-20:].mean() < losses[:20].mean() / 2, losses
works()
