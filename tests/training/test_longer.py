"""A run that has ended is trained longer: as if it had been so long all along."""

import pytest
import torch

from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from tests.training.projects import mlp, phase

SGD = phase("sgd", values={"lr": 0.05, "momentum": 0.9})


def trained(trainer):
    for _ in trainer.steps():
        pass
    state = trainer.parts.program.modules.state_dict()
    return {name: tensor.clone() for name, tensor in state.items()}


def begun(folder, **settings):
    document = mlp(SGD, dropout=0.3, **{"steps": None, **settings})
    return launch(folder, document, name="run")[0]


def assert_bit_identical(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("unit", ["epochs", "steps"])
def test_three_and_four_more_equal_seven_in_one_go(tmp_path, unit):
    whole = trained(begun(tmp_path / "whole", **{unit: 7}))
    trained(begun(tmp_path / "part", **{unit: 3}))
    run = runs.open_run(tmp_path / "part" / "run")
    assert run.state == "finished"
    longer = Trainer.resume(run, more=4)
    assert_bit_identical(trained(longer), whole)
    assert run.project.training.value(unit) == 7
    assert run.state == "finished"
    steps, _losses, _rates = run.read_losses()
    assert list(steps) == list(range(1, longer.total_steps + 1))


def test_longer_run_that_is_killed_goes_on_to_its_new_end(tmp_path):
    whole = trained(begun(tmp_path / "whole", epochs=5))
    trained(begun(tmp_path / "part", epochs=2))
    first = Trainer.resume(runs.open_run(tmp_path / "part" / "run"), more=3)
    steps = first.steps()
    for _ in steps:
        if first.at_border and first.step == 21:
            break
    steps.close()
    again = Trainer.resume(runs.open_run(tmp_path / "part" / "run"))
    assert again.total_steps == first.total_steps
    assert_bit_identical(trained(again), whole)


def test_longer_run_that_is_killed_at_once_is_longer_still(tmp_path):
    trained(begun(tmp_path, epochs=2))
    runs.open_run(tmp_path / "run").lengthen(3)
    again = Trainer.resume(runs.open_run(tmp_path / "run"))
    per_epoch = again.parts.feeds.order.batches_per_epoch
    assert again.total_steps == 5 * per_epoch
    again.close("stopped")


def test_early_stopping_waits_anew(tmp_path):
    trained(begun(tmp_path, epochs=60, patience=1, evaluate_every=1))
    run = runs.open_run(tmp_path / "run")
    assert run.state == "early"
    before = run.step
    longer = Trainer.resume(run, more=1)
    trained(longer)
    assert longer.step > before
