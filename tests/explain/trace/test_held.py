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


@pytest.mark.parametrize("name", TRIED)
def test_a_run_that_is_looked_at_ends_as_one_that_is_not(name):
    looked = []

    def look(trainer):
        looked.extend(
            [held.update(i) for i in range(len(held.run.parameters))]
            for held in coming(trainer.parts, trainer.position)
        )

    one, other = trained(name, 4), trained(name, 4, look)
    assert looked
    (tensors, numbers), (expected, wanted) = all_of(other), all_of(one)
    assert numbers == wanted
    assert tensors.keys() == expected.keys()
    for key, tensor in tensors.items():
        assert torch.equal(tensor, expected[key]), key


@pytest.mark.parametrize("name", TRIED)
def test_the_update_that_is_told_is_the_one_that_comes(name):
    told = {}

    def look(trainer):
        named = dict(trainer.parts.program.modules.named_parameters())
        weights = {id(p): n for n, p in named.items()}
        now = {n: p.detach().double().clone() for n, p in named.items()}
        for key, expected in told.items():
            assert torch.allclose(now[key], expected, rtol=2e-6, atol=2e-6), key
        told.clear()
        for held in coming(trainer.parts, trainer.position):
            for index, parameter in enumerate(held.run.parameters):
                told[weights[id(parameter)]] = held.update(index).after

    trained(name, 4, look)
    assert told


def test_looking_at_the_first_phase_alone_changes_nothing():
    def look(trainer):
        next(coming(trainer.parts, trainer.position))

    (tensors, _), (expected, _) = (
        all_of(trained("gan-2d", 3, look)),
        all_of(trained("gan-2d", 3)),
    )
    assert all(torch.equal(tensors[key], expected[key]) for key in expected)
