"""The coming step, held still: equal to the real one, and nothing has happened."""

from dataclasses import replace

import pytest
import torch

import presets
from engine.explain.trace.held import coming
from engine.training.loop.trainer import Trainer
from engine.training.parts import snapshot, state

TRIED = (
    "digits-mlp",
    "mnist-resnet",
    "digits-lstm",
    "gan-2d",
    "gan-2d×2",
    "forgetting",
    "tiny-gpt",
)


def trained(name, steps, look=lambda _trainer: None):
    """Train a preset for some steps, looking between them; returns the trainer.

    `name×2` lets its first phase update twice a step.
    """
    name, _, times = name.partition("×")
    project = presets.load(name)
    first, *others = project.training.phases
    if times:
        first = replace(first, params={**first.params, "times": int(times)})
    project.training = replace(project.training, phases=(first, *others))
    project.training = project.training.with_value("steps", steps)
    trainer = Trainer(project, threads=1, monitor=False)
    trainer.begin()
    try:
        made = -1
        for _ in trainer.steps():
            if trainer.at_border and trainer.step != made:
                made = trainer.step
                if made < steps:
                    look(trainer)
    finally:
        trainer.close("finished")
    return trainer


def all_of(trainer):
    tensors, numbers = snapshot.take(trainer.parts, trainer.position)
    return state.copied(tensors), numbers


class Looked:
    """A run that is looked at before each of its steps.

    Attributes:
        told: How many updates were told.
        wrong: Weights that came out otherwise than told.
        ended: What the run holds at its end.
    """

    def __init__(self, name):
        self.told, self.wrong, self._next = 0, [], {}
        self.ended = all_of(trained(name, 4, self._look))

    def _look(self, trainer):
        named = dict(trainer.parts.program.modules.named_parameters())
        weights = {id(p): n for n, p in named.items()}
        for key, expected in self._next.items():
            now = named[key].detach().double()
            if not torch.allclose(now, expected, rtol=2e-6, atol=2e-6):
                self.wrong.append(key)
        self._next.clear()
        for held in coming(trainer.parts, trainer.position):
            for index, parameter in enumerate(held.run.parameters):
                self._next[weights[id(parameter)]] = held.update(index).after
        self.told += len(self._next)


@pytest.fixture(scope="module", params=TRIED)
def looked(request):
    return request.param, Looked(request.param)


def test_a_run_that_is_looked_at_ends_as_one_that_is_not(looked):
    name, run = looked
    assert run.told
    (tensors, numbers), (expected, wanted) = run.ended, all_of(trained(name, 4))
    assert numbers == wanted
    assert tensors.keys() == expected.keys()
    for key, tensor in tensors.items():
        assert torch.equal(tensor, expected[key]), key


def test_the_update_that_is_told_is_the_one_that_comes(looked):
    _, run = looked
    assert run.told
    assert not run.wrong


def test_looking_at_the_first_phase_alone_changes_nothing():
    def look(trainer):
        next(coming(trainer.parts, trainer.position))

    (tensors, _), (expected, _) = (
        all_of(trained("gan-2d", 3, look)),
        all_of(trained("gan-2d", 3)),
    )
    assert all(torch.equal(tensors[key], expected[key]) for key in expected)
