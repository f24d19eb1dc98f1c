"""Faults of the network, of its settings and of where it starts, by hand."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

import presets
from engine.explain.diagnose.rules import unscaled
from engine.explain.diagnose.rules.choices import (
    answer,
    blank_input,
    few_samples,
    frozen,
    summed,
    zero_start,
)
from engine.explain.diagnose.watch import attach
from engine.graph.edits import apply_all
from engine.graph.model import Node
from engine.graph.settings_text import assign
from engine.training.loop.trainer import Trainer
from tests.explain.diagnose.made_up import record_of, values
from tests.faults._nets import MLP
from tests.faults._plants import _answer, _frozen, summed_by_hand
from tests.faults.preflight import insert


def record(project, *, zeros=()):
    """Return the record of a training that has yet to begin."""
    trainer = Trainer(project, threads=1, seed=0)
    with torch.no_grad():
        for path in zeros:
            for weight in trainer.parts.program.layer_parameters[path]:
                weight.zero_()
    made = attach(trainer, project).record
    trainer.close("stopped")
    return made


def scaled(factor, offset=0.0):
    project = MLP.make()
    params = {"factor": factor, "offset": offset}
    insert(project, "data.image", Node("planted", "scale", params))
    return project


@cache
def pixels():
    """All pixels that the record looks at, N×64."""
    project = MLP.make()
    trainer = Trainer(project, threads=1, seed=0)
    batch = next(trainer.parts.feeds.spread_batches(1024, 1024))
    trainer.close("stopped")
    return batch["data.image"].numpy().reshape(-1, 64).astype(float)


def test_an_input_counts_as_it_is_read_behind_a_scale():
    (one,) = record(scaled(1000.0, -3.0)).inputs
    truth = np.sqrt(((pixels() * 1000 - 3) ** 2).mean(axis=0)).max()
    assert one.largest == pytest.approx(truth, rel=1e-6)
    assert one.scaled_by == "planted"
    assert one.readers == {"linear"}


def test_a_scale_that_makes_inputs_large_is_told_and_mended():
    project = scaled(1000.0)
    finding = unscaled.check(record(project))
    assert finding.nodes == ("planted",)
    apply_all(project, finding.fixes[0].edits)
    (one,) = record(project).inputs
    assert 0.5 < one.largest < 2.0
    assert unscaled.check(record(project)) is None


def test_an_input_that_never_changes_is_told_and_mended():
    project = scaled(0.0, 0.5)
    finding = blank_input.check(record(project))
    assert finding.nodes == ("planted", "data")
    apply_all(project, finding.fixes[0].edits)
    assert blank_input.check(record(project)) is None


@pytest.mark.parametrize(("size", "is_told"), [(2, True), (3, False)])
def test_a_batch_norm_of_two_samples_is_told(size, is_told):
    project = MLP.make()
    insert(project, "linear1.out", Node("norm", "batch_norm1d"))
    assign(project, (f"batch_size={size}",))
    finding = few_samples.check(record(project))
    assert (finding is not None) == is_told
    if finding:
        assert finding.nodes == ("norm",)
        assert values(finding) == [(2.0, "≤", 2)]
        apply_all(project, finding.fixes[0].edits)
        assert project.training.value("batch_size") == 32


def test_small_batches_without_a_batch_norm_are_nobody_s_business():
    assert few_samples.check(record_of("digits-mlp", "batch_size=1")) is None


def test_layers_frozen_at_random_are_told_with_their_share():
    project = MLP.make()
    _frozen(project, MLP, None)
    finding = frozen.check(record(project))
    first, second, last = 65 * 256, 257 * 64, 65 * 10
    share = (first + second) / (first + second + last)
    assert values(finding) == [(pytest.approx(share), "≥", 0.5)]
    assert finding.nodes == ("linear1", "linear2")
    apply_all(project, finding.fixes[0].edits)
    assert all(node.trainable for node in project.graph.nodes.values())


def test_a_frozen_minority_and_frozen_trained_weights_are_fine():
    project = MLP.make()
    node = project.graph.node("scores")
    project.graph.replace_node(replace(node, trainable=False))
    assert frozen.check(record(project)) is None
    project = MLP.make()
    _frozen(project, MLP, None)
    assert frozen.check(replace(record(project), from_files=True)) is None


def test_phases_that_leave_weights_out_are_offered_all():
    project = MLP.make()
    name = project.training.phases[0].name
    assign(project, (f'{name}.update=["scores"]',))
    finding = frozen.check(record(project))
    apply_all(project, finding.fixes[0].edits)
    assert project.training.phases[0].update == ()


def test_zeros_at_the_start_are_seen_but_those_of_biases():
    made = record(MLP.make(), zeros=["linear1", "scores"])
    assert made.zero_layers == {"linear1", "scores"}


@pytest.mark.parametrize(("late", "is_told"), [(0.0, True), (1e-9, False)])
def test_zero_layers_are_told_until_a_gradient_reaches_them(late, is_told):
    first, second = [0.0, 0.0, 1.0], [late, late, 1.0]
    rows = [(each, [0.0, 0.0, 1.0], [0.0, 0.0, 0.1]) for each in (first, second)]
    zeros = frozenset({"linear1", "linear2", "scores"})
    finding = zero_start.check(
        record_of("digits-mlp", samples=rows, zero_layers=zeros, step=2)
    )
    assert (finding is not None) == is_told
    if finding:
        assert finding.nodes == ("linear1", "linear2")
        assert values(finding) == [(2, "≥", 1)]


def test_a_last_layer_of_zeros_is_fine():
    rows = [([0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.1])]
    zeros = frozenset({"scores"})
    made = record_of("digits-mlp", samples=rows, zero_layers=zeros, step=1)
    assert zero_start.check(made) is None


def of_sum(numbers):
    """A mean squared error by hand over so many numbers, which sums; it has jumped."""
    project = presets.load("diabetes")
    summed_by_hand(project)
    rows = [([1.0] * 2, [1.0] * 2, [0.5] * 2)] * 2
    made = record_of("diabetes", losses=[1.0] * 100, samples=rows)
    known = record(project)
    return project, replace(
        made, project=project, nodes=known.nodes, goals=known.goals,
        numbers={**known.numbers, "flat": numbers},
    )  # fmt: skip


@pytest.mark.parametrize(("numbers", "is_told"), [(16, True), (9, False)])
def test_a_sum_of_many_numbers_is_told_when_steps_are_too_large(numbers, is_told):
    project, made = of_sum(numbers)
    finding = summed.check(made)
    assert (finding is not None) == is_told
    if finding:
        assert finding.nodes == ("whole", "loss")
        assert values(finding) == [(16.0, "≥", 10.0)]
        apply_all(project, finding.fixes[0].edits)
        assert project.graph.node("whole").type == "reduce_mean"


@pytest.mark.parametrize(("ratio", "is_told"), [(0.5, True), (0.01, False)])
def test_a_loss_with_a_large_factor_is_told_when_steps_are_too_large(ratio, is_told):
    rows = [([1.0] * 3, [1.0] * 3, [ratio] * 3)] * 2
    made = record_of("digits-mlp", "loss.weight=64", losses=[1.0] * 100, samples=rows)
    finding = summed.check(made)
    assert (finding is not None) == is_told
    if finding:
        assert values(finding) == [(64.0, "≥", 10.0)]
        project = made.project.copy()
        apply_all(project, finding.fixes[0].edits)
        assert project.graph.node("loss").params.get("weight", 1.0) == 1.0


def test_a_target_that_reaches_the_scores_is_told_and_taken_out():
    project = MLP.make()
    before = set(map(str, project.graph.edges))
    _answer(project, MLP, None)
    finding = answer.check(record(project))
    assert finding.nodes == ("data", "loss")
    apply_all(project, finding.fixes[0].edits)
    assert set(map(str, project.graph.edges)) == before
    assert answer.check(record(project)) is None


@pytest.mark.parametrize("name", ["autoencoder", "seq2seq"])
def test_what_is_drawn_and_the_tokens_before_may_be_seen(name):
    assert answer.check(record(presets.load(name))) is None
