"""Checkpoints whose sum is right and whose content no training has written."""

import math

import pytest
import torch

from engine.errors import EngineError, TrainingError
from engine.training.loop.trainer import Trainer
from engine.training.records import checkpoint_file, runs
from tests.training.projects import gan, mlp, phase


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """Return the run, tensors and state of a training that was left at step 30."""
    folder = tmp_path_factory.mktemp("runs")
    run = runs.create(folder, mlp(phase("adam"), steps=50), name="run")
    trainer = Trainer(run.project, run=run)
    steps = trainer.steps()
    for _ in steps:
        if trainer.at_border and trainer.step >= 30:
            break
    trainer.save()
    steps.close()
    return run.folder, *runs.open_run(run.folder).load_checkpoint()


def resumed(tmp_path, stopped, tensors, state):
    run = runs.create(tmp_path, mlp(phase("adam"), steps=50))
    run.update(seed=0, threads=1, device="cpu")
    run.save_checkpoint(tensors, {**state, "step": state.get("step", 0)})
    return Trainer.resume(runs.open_run(run.folder))


def changed(state, **fields):
    return {**state, **fields}


def test_what_was_written_goes_on(tmp_path, stopped):
    _, tensors, state = stopped
    assert resumed(tmp_path, stopped, tensors, state).step == 30


STATES = {
    "a step beyond the end": {"step": 10**12},
    "a step and a length beyond the end": {"step": 10**12, "total_steps": 10**12},
    "a length beyond the end": {"total_steps": 10**6},
    "a length with changes": {"total_steps": 10**6, "num_changes": 1},
    "no number": {"total_steps": "50"},
    "a flag": {"num_changes": True},
    "changes below zero": {"num_changes": -1},
    "evaluated later": {"evaluated_at": 31},
    "no phases": {"phases": []},
    "phases of another kind": {"phases": [7]},
    "a schedule of another kind": {"phases": [{"schedule": 5, "hyper": {}}]},
    "settings of another kind": {"phases": [{"schedule": {}, "hyper": 5}]},
    "no order": {"order": None},
    "a position behind the end": {"order": {"position": 10**9}},
    "batches of nothing": {"order": {"batch_size": 0}},
    "an epoch below zero": {"order": {"epoch": -3}},
    "a seed below zero": {"order": {"seed": -1}},
    "no stopping": {"stopping": None},
    "odd stopping": {"stopping": {"best": "low", "bad": 0}},
    "no best": {"stopping": {"best": math.nan, "bad": 0}},
}


@pytest.mark.parametrize("name", STATES)
def test_numbers_of_no_training_are_refused(tmp_path, stopped, name):
    _, tensors, state = stopped
    fields = dict(STATES[name])
    if isinstance(fields.get("order"), dict):
        fields["order"] = state["order"] | fields["order"]
    with pytest.raises(EngineError, match="does not belong") as told:
        resumed(tmp_path, stopped, tensors, changed(state, **fields))
    for echo in ("None", "Error", "'", "object"):
        assert echo not in str(told.value)


def test_steps_below_zero_are_refused(tmp_path, stopped):
    _, tensors, state = stopped
    run = runs.create(tmp_path, mlp(phase("adam"), steps=50))
    run.save_checkpoint(tensors, {**state, "step": -1})
    with pytest.raises(EngineError, match="checkpoint"):
        runs.open_run(run.folder)


def _without(*names):
    return lambda tensors: {
        name: tensor
        for name, tensor in tensors.items()
        if not any(part in name for part in names)
    }


def _with(name, tensor):
    return lambda tensors: {**tensors, name: tensor}


TENSORS = {
    "none": lambda _tensors: {"x": torch.zeros(1)},
    "no weights": _without("model/"),
    "a weight missing": _without("model/hidden.weight"),
    "a weight more": _with("model/other.weight", torch.zeros(1)),
    "a weight of another shape": _with("model/hidden.weight", torch.zeros(1)),
    "whole numbers": _with("model/hidden.bias", torch.zeros(16, dtype=torch.int64)),
    "no moments": _without("phase0/"),
    "no first moments": _without("exp_avg"),
    "no steps of moments": _without("/step"),
    "moments of another shape": _with("phase0/0/exp_avg", torch.zeros(3)),
    "moments of no weight": _with("phase0/77/exp_avg", torch.zeros(3)),
    "moments after the last step": _with("phase0/0/step", torch.tensor(1e9)),
    "an order with a sample twice": _with(
        "feeds/order/order", torch.zeros(120, dtype=torch.int64)
    ),
    "no order": _without("feeds/order"),
    "no generators": _without("feeds/generators"),
    "no random state": _without("random/"),
    "a random state of another size": _with(
        "random/cpu", torch.zeros(3, dtype=torch.uint8)
    ),
    "a mean that nobody asked for": _with("average/hidden.bias", torch.zeros(16)),
    "half of the best": _with("best/hidden.bias", torch.zeros(16)),
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_of_no_training_are_refused(tmp_path, stopped, name):
    _, tensors, state = stopped
    with pytest.raises(TrainingError, match="does not belong") as told:
        resumed(tmp_path, stopped, TENSORS[name](tensors), state)
    assert "Error" not in str(told.value)


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adamw", "nadam"])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_checkpoints_of_every_optimizer_are_taken_over(tmp_path, optimizer, momentum):
    values = {"momentum": momentum} if optimizer in {"sgd", "rmsprop"} else {}
    document = mlp(phase(optimizer, values=values), steps=12, keep_best=True)
    run = runs.create(tmp_path, document, name="run")
    for _ in Trainer(document, run=run).steps():
        pass
    assert Trainer.resume(runs.open_run(run.folder)).step == 12


def test_checkpoint_of_several_phases_is_taken_over(tmp_path):
    run = runs.create(tmp_path, gan(steps=6), name="run")
    for _ in Trainer(gan(steps=6), run=run).steps():
        pass
    assert Trainer.resume(runs.open_run(run.folder)).step == 6


def test_step_that_the_account_does_not_name_is_damage(tmp_path, stopped):
    _, tensors, state = stopped
    run = runs.create(tmp_path, mlp(phase("adam"), steps=50))
    run.save_checkpoint(tensors, state)
    run.update(checkpoint={**run.info["checkpoint"], "step": 29})
    with pytest.raises(checkpoint_file.DamagedCheckpointError, match="another step"):
        Trainer.resume(runs.open_run(run.folder))
