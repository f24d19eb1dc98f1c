"""Branches: the same steps again without changes, and what may be other."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.errors import DocumentError, TrainingError
from engine.graph.settings import Choice
from engine.training.listing.branch import branch, kept_weights
from engine.training.loop.trainer import Trainer
from engine.training.records import checkpoint_file, runs
from tests.training.projects import mlp


def train(trainer, upto=10_000):
    for _ in trainer.steps():
        if trainer.step >= upto and trainer.at_border:
            trainer.request_stop()


def trained(folder, project, at=30, **kwargs):
    """Train to the end; weights are kept every few steps."""
    run = runs.create(folder, project, name="20310101-parent")
    trainer = Trainer(project, run=run)
    trainer.recorder.checkpoint_every_steps = 10
    train(trainer, **kwargs)
    run.close()
    return runs.open_run(run.folder)


def weights(run):
    tensors, _ = run.load_checkpoint()
    return checkpoint_file.part(tensors, "model")


def test_branch_without_changes_makes_the_same_steps_bit_for_bit(tmp_path):
    parent = trained(tmp_path, mlp(dropout=0.3, steps=60))
    kept = kept_weights(parent.folder)
    assert kept.steps == (0, 10, 20, 30, 40, 50, 60)
    for start in (0, 20, 50):
        _check_same(parent, start)


def _check_same(parent, start):
    before = {p: p.read_bytes() for p in parent.folder.rglob("*") if p.is_file()}
    made = branch(parent.folder, start)
    train(Trainer.resume(made))
    assert {p: p.read_bytes() for p in before} == before
    made = runs.open_run(made.folder)
    assert made.info["parent"] == "20310101-parent"
    steps, losses, rates = parent.read_losses()
    again = made.read_losses()
    np.testing.assert_array_equal(again[0], steps)
    np.testing.assert_array_equal(again[1], losses)
    np.testing.assert_array_equal(again[2], rates)
    assert made.read_evaluations() == parent.read_evaluations()
    old, new = weights(parent), weights(made)
    assert old.keys() == new.keys()
    assert all(torch.equal(old[name], new[name]) for name in old)


def test_branch_with_another_rate_goes_on_with_it(tmp_path):
    parent = trained(tmp_path, mlp(steps=60))
    start = kept_weights(parent.folder).steps[3]
    other = mlp(steps=80)
    phase = other.training.phases[0]
    chosen = replace(phase, optimizer=Choice("adam", {"lr": 0.125}))
    other.training = other.training.with_phase(0, chosen)
    made = branch(parent.folder, start, other)
    train(Trainer.resume(made))
    steps, losses, rates = runs.open_run(made.folder).read_losses()
    old = parent.read_losses()
    assert steps[-1] == 80
    np.testing.assert_array_equal(losses[:start], old[1][:start])
    assert rates[start - 1, 0] == pytest.approx(0.001)
    assert rates[start, 0] == pytest.approx(0.125)
    assert not np.array_equal(losses[start + 1 : 60], old[1][start + 1 : 60])
    assert [(c.step, c.name, c.value) for c in made.changes] == [(start, "lr", 0.125)]


@pytest.mark.parametrize("wrong", ["nodes", "optimizer", "seed"])
def test_what_can_not_change_in_a_run_is_refused_and_leaves_nothing(tmp_path, wrong):
    parent = trained(tmp_path, mlp(steps=30))
    other = mlp(steps=30)
    if wrong == "nodes":
        node = replace(other.graph.node("hidden"), params={"out_features": 4})
        other.graph.replace_node(node)
    elif wrong == "optimizer":
        phase = replace(other.training.phases[0], optimizer=Choice("sgd"))
        other.training = other.training.with_phase(0, phase)
    else:
        other.training = other.training.with_value("seed", 77)
    start = kept_weights(parent.folder).steps[0]
    with pytest.raises(TrainingError, match="can't take these changes"):
        branch(parent.folder, start, other)
    assert [path.name for path in tmp_path.iterdir()] == ["20310101-parent"]


def test_weights_that_are_not_kept_are_refused(tmp_path):
    parent = trained(tmp_path, mlp(steps=30))
    with pytest.raises(DocumentError, match="no checkpoint of this step"):
        branch(parent.folder, 7)


def test_links_in_a_foreign_run_are_not_followed(tmp_path):
    parent = trained(tmp_path, mlp(steps=30))
    metrics = parent.folder / "metrics.sqlite"
    metrics.rename(tmp_path / "elsewhere.sqlite")
    metrics.symlink_to(tmp_path / "elsewhere.sqlite")
    start = kept_weights(parent.folder).steps[0]
    with pytest.raises(DocumentError):
        branch(parent.folder, start)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1
