"""Random networks of many families: what is said of a step, against torch alone.

The long form, with presets too: `python -m tests.explain.recomputed --graphs 50`.
"""

from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings

import presets
from engine.errors import EngineError
from engine.explain.trace.held import coming
from engine.training.parts.snapshot import Position
from tests.explain.recomputed.checks import check, near
from tests.explain.recomputed.documents import FAMILIES, documents
from tests.explain.recomputed.training import doubled, real_steps


@pytest.mark.parametrize("family", FAMILIES)
def test_a_random_network(family):
    @settings(max_examples=3, suppress_health_check=list(HealthCheck))
    @given(project=documents(family))
    def run(project):
        try:
            parts = doubled(project)
        except EngineError:  # such as no weights that the losses depend on
            assume(False)
        check(parts)

    run()


def test_an_update_that_is_held_back_by_an_earlier_task():
    """Elastic weight consolidation: a term of its own, and the sum is the real step."""
    project = presets.load("forgetting")
    first, second = project.training.phases
    first = replace(first, params={**first.params, "last": 3})
    second = replace(
        second,
        params={"first": 4, "ewc": 50.0, "ewc_samples": 20, "l1": 0.01, "clip_norm": 1},
    )
    project.training = replace(project.training, phases=(first, second))
    parts, told = doubled(project), set()
    pull = parts.phases[1].ewc
    for step in range(6):
        position = Position(step)
        if step == 3:  # what a look back finds is another test's
            weights = parts.phases[1].parameters
            pull.fisher = [torch.rand_like(w).detach() for w in weights]
            pull.anchor = [w.detach() + 0.1 * torch.rand_like(w) for w in weights]
        held = next(coming(parts, position))
        updates = [held.update(i) for i in range(len(held.run.parameters))]
        told |= set(updates[0].terms)
        (phase,) = real_steps(parts, position)
        for weight, update in zip(phase.parameters, updates, strict=True):
            near(update.after, weight.detach(), 1e-12, "update")
    assert {"batch", "l1", "ewc", "momentum"} <= told
