"""The judge of generators, on results that are known."""

import numpy as np
import pytest
import torch

from engine.training.loop.trainer import Trainer
from tests.helpers import generated
from tests.training.projects import mlp


def test_coverage_of_the_centres_themselves_is_whole():
    angles = np.arange(8) * np.pi / 4
    centres = 2 * np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    assert generated.coverage(centres, "within") == 1.0
    assert generated.coverage(centres[:5], "modes") == 5.0


def test_gradient_ratio_is_that_of_autograd():
    trainer = Trainer(mlp())
    batch = trainer.parts.feeds.first()
    modules = trainer.parts.program.modules
    hidden, scores = modules.at("hidden"), modules.at("scores")
    loss = torch.nn.functional.cross_entropy(
        scores(hidden(batch["data.features"]).tanh()), batch["data.label"]
    )
    first = torch.autograd.grad(loss, list(hidden.parameters()), retain_graph=True)
    last = torch.autograd.grad(loss, list(scores.parameters()))
    norms = [sum(g.square().sum() for g in grads).sqrt() for grads in (first, last)]
    ratio = generated.gradient_ratio(trainer)
    assert ratio == pytest.approx((norms[1] / norms[0]).item(), rel=1e-4)
