import itertools
import shutil
import threading

import pytest
import torch

from engine.errors import DataError, TrainingError
from engine.training.loop.trainer import Trainer
from engine.training.records import checkpoint_file, runs
from engine.training.records.change import Change
from tests.training.projects import cnn, gan, mlp, phase


def weights(trainer):
    state = trainer.parts.program.modules.state_dict()
    return {name: tensor.clone() for name, tensor in state.items()}


def assert_bit_identical(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def go(trainer, until, changes=()):
    """Train to a step and leave the generator there, as a killed process does."""
    changes = dict(changes)
    steps = trainer.steps()
    for _ in steps:
        if not trainer.at_border:
            continue
        if trainer.step in changes:
            trainer.set_hyper(*changes.pop(trainer.step))
        if trainer.step >= until:
            break
    return steps


def killed(trainer, folder):
    """Return a copy of the run as a kill -9 at this moment leaves it."""
    trainer.recorder.settle()
    left = shutil.copytree(folder / "run", folder / "left")
    return runs.open_run(left)


SGD = phase("sgd", values={"lr": 0.05, "momentum": 0.9, "nesterov": True})
DOCUMENTS = {
    "dropout": lambda: mlp(dropout=0.5, steps=40),
    "momentum and one cycle": lambda: mlp(
        phase("sgd", "one_cycle", values={"lr": 0.05, "momentum": 0.9}), steps=40
    ),
    "nadam": lambda: mlp(phase("nadam"), steps=40),
    "rmsprop with momentum": lambda: mlp(
        phase("rmsprop", values={"momentum": 0.5}), steps=40
    ),
    "adagrad": lambda: mlp(phase("adagrad"), steps=40),
    "batch statistics": lambda: cnn(SGD, steps=12),
    "noise and two phases": lambda: gan(steps=30),
    "plateau and best": lambda: mlp(
        phase("adamw", "plateau", schedule_params={"patience": 1}, values={"lr": 0.1}),
        steps=40,
        evaluate_every=3,
        patience=30,
        keep_best=True,
    ),
    "epochs": lambda: mlp(steps=None, epochs=4),
    "two updates a step": lambda: mlp(phase("adam", times=2), steps=40),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("killed_at", [5, 11])
def test_resume_is_bit_identical_in_mid_epoch(tmp_path, name, killed_at):
    document = DOCUMENTS[name]()
    whole = Trainer(document)
    go(whole, 10**9)
    first = runs.create(tmp_path, document, name="run")
    trainer = Trainer(document, run=first)
    trainer.recorder.checkpoint_every_steps = 3
    left = go(trainer, killed_at)
    second_run = killed(trainer, tmp_path)
    torch.manual_seed(12345)  # another process knows nothing of this one
    second = Trainer.resume(second_run)
    assert second.step == killed_at // 3 * 3
    go(second, 10**9)
    assert_bit_identical(weights(whole), weights(second))
    losses = runs.open_run(second_run.folder)
    steps, found, rates = losses.read_losses()
    expected = whole.drain()
    assert steps.tolist() == expected.steps.tolist()
    assert found.tobytes() == expected.losses.tobytes()
    assert rates.tobytes() == expected.rates.tobytes()
    losses.close()
    left.close()


def test_resume_repeats_changes_made_after_the_checkpoint(tmp_path):
    changes = [(4, ("lr", 0.01)), (6, ("batch_size", 7)), (8, ("momentum", 0.5))]
    whole = Trainer(mlp())
    go(whole, 10**9, changes)
    trainer = Trainer(mlp(), run=runs.create(tmp_path, mlp(), name="run"))
    trainer.recorder.checkpoint_every_steps = 5
    left = go(trainer, 9, changes)
    run = killed(trainer, tmp_path)
    assert [change.name for change in run.changes] == ["lr", "batch_size", "momentum"]
    second = Trainer.resume(run)
    assert second.step == 5
    go(second, 10**9)
    assert_bit_identical(weights(whole), weights(second))
    left.close()


def test_run_killed_before_its_first_checkpoint_starts_again(tmp_path):
    whole = Trainer(mlp())
    go(whole, 10**9)
    trainer = Trainer(mlp(), run=runs.create(tmp_path, mlp(), name="run"))
    left = go(trainer, 9)
    second = Trainer.resume(killed(trainer, tmp_path))
    assert second.step == 0
    go(second, 10**9)
    assert_bit_identical(weights(whole), weights(second))
    left.close()


def test_stopped_run_goes_on_where_it_was(tmp_path):
    whole = Trainer(mlp(dropout=0.2))
    go(whole, 10**9)
    trainer = Trainer(
        mlp(dropout=0.2), run=runs.create(tmp_path, mlp(dropout=0.2), name="run")
    )
    for _ in trainer.steps():
        if trainer.step == 20:
            trainer.request_stop()
    assert trainer.ending.kind == "stopped"
    run = runs.open_run(tmp_path / "run")
    assert run.state == "stopped"
    assert run.step == trainer.step >= 20
    second = Trainer.resume(run)
    go(second, 10**9)
    assert_bit_identical(weights(whole), weights(second))
    assert runs.open_run(tmp_path / "run").state == "finished"


def finished_run(tmp_path, document):
    trainer = Trainer(document, run=runs.create(tmp_path, document, name="run"))
    go(trainer, 10**9)
    return trainer, runs.open_run(tmp_path / "run")


def test_run_keeps_document_curves_evaluations_and_weights(tmp_path):
    trainer, run = finished_run(tmp_path, mlp(evaluate_every=20))
    progress = trainer.drain()
    assert run.state == "finished"
    assert run.project.graph.nodes == mlp().graph.nodes
    assert run.info["seed"] == 0
    assert run.info["threads"] == 1
    assert len(run.info["data"]["data"]) == 64
    assert run.read_losses()[1].tolist() == progress.losses.tolist()
    assert run.read_evaluations() == list(progress.evaluations)
    assert [e.step for e in run.read_evaluations()] == [20, 40, 50]
    assert_bit_identical(run.load_weights(), weights(trainer))
    assert "Step 50" in (run.folder / "log.txt").read_text("utf-8")
    run.close()


def test_stored_layer_sample_reads_back_equal(tmp_path):
    trainer, run = finished_run(tmp_path, mlp(steps=1))
    (stored,), sample = run.metrics.samples(), trainer.drain().sample
    for name, value in vars(sample).items():
        found = getattr(stored, name)
        assert found == value if isinstance(value, int) else (found == value).all()
    run.close()


def test_only_the_checkpoints_that_the_run_names_are_kept(tmp_path):
    _, run = finished_run(tmp_path, mlp())
    files = {file.name for file in (run.folder / "checkpoints").iterdir()}
    assert files == {entry["file"] for entry in run.info["checkpoints"]}
    assert run.info["checkpoint"]["file"] in files


@pytest.mark.parametrize("place", [10, 300, -1])
def test_flipped_bit_in_the_checkpoint_is_refused(tmp_path, place):
    _, run = finished_run(tmp_path, mlp(steps=2))
    path = run.folder / "checkpoints" / run.info["checkpoint"]["file"]
    data = bytearray(path.read_bytes())
    data[place] ^= 4
    path.write_bytes(bytes(data))
    with pytest.raises(TrainingError, match="damaged"):
        run.load_weights()
    with pytest.raises(TrainingError, match="damaged"):
        Trainer.resume(run)


def test_checkpoint_of_other_data_is_refused(tmp_path):
    _, run = finished_run(tmp_path, mlp(steps=2))
    with pytest.raises((DataError, RuntimeError)):
        Trainer(mlp(data={"validation": 0.5}), run=run)
    run.close()


def test_full_disk_ends_the_run_with_a_message_and_keeps_the_old_checkpoint(
    tmp_path, monkeypatch
):
    trainer = Trainer(mlp(), run=runs.create(tmp_path, mlp(), name="run"))
    trainer.recorder.checkpoint_every_steps = 5
    write = checkpoint_file.write
    calls = itertools.count()

    def failing(*arguments):
        if next(calls) == 3:
            raise OSError(28, "No space left on device")
        return write(*arguments)

    monkeypatch.setattr(checkpoint_file, "write", failing)
    with pytest.raises(TrainingError, match="the disk is full"):
        go(trainer, 10**9)
    run = runs.open_run(tmp_path / "run")
    assert run.step == 10
    assert run.state == "failed"
    assert run.load_weights()


def test_run_that_stopped_early_does_not_go_on_when_resumed(tmp_path):
    settings = {"evaluate_every": 5, "patience": 1, "steps": 500, "keep_best": True}
    document = mlp(phase("sgd", values={"lr": 5.0}), **settings)
    trainer, run = finished_run(tmp_path, document)
    assert trainer.ending.kind == "early"
    second = Trainer.resume(run)
    go(second, 10**9)
    assert (second.ending.kind, second.step) == ("early", trainer.step)
    assert_bit_identical(weights(second), weights(trainer))


def test_slow_disk_does_not_hold_up_the_training(tmp_path, monkeypatch):
    document = mlp(steps=10**8)
    trainer = Trainer(document, run=runs.create(tmp_path, document, name="run"))
    trainer.recorder.checkpoint_every_s = 0.0
    may_end, write = threading.Event(), checkpoint_file.write

    def slow(*arguments):
        assert may_end.wait(10.0)
        return write(*arguments)

    monkeypatch.setattr(checkpoint_file, "write", slow)
    steps = trainer.steps()
    while trainer.step < 1:
        next(steps)
    assert not trainer.recorder.checkpoint_due(trainer.step + 1)
    may_end.set()
    trainer.save()
    steps.close()
    assert runs.open_run(tmp_path / "run").step == 1


def test_a_change_while_older_ones_are_repeated_counts_from_then_on(tmp_path):
    run = runs.create(tmp_path, mlp(SGD, steps=60), name="run")
    trainer = Trainer(run.project, run=run)
    trainer.recorder.checkpoint_every_s = 1e9
    left = go(trainer, 10)
    trainer.save()
    older = {30: ("lr", 0.01), 32: ("momentum", 0.5)}
    for _ in left:
        if trainer.at_border and trainer.step in older:
            trainer.set_hyper(*older.pop(trainer.step))
        if trainer.step >= 34:
            break
    again = Trainer.resume(killed(trainer, tmp_path))
    left.close()
    again.recorder.checkpoint_every_s = 1e9
    steps = go(again, 25, [(20, ("lr", 0.02))])
    again.save()
    again.recorder.settle()
    kept = shutil.copytree(tmp_path / "left", tmp_path / "kept")
    steps.close()
    changes = [(c.step, c.name, c.value) for c in runs.open_run(kept).changes]
    assert changes == [(20, "lr", 0.02), (32, "momentum", 0.5)]
    ends = []
    for trainer in (again, Trainer.resume(runs.open_run(kept))):
        for _ in trainer.steps():
            pass
        hyper = trainer.parts.phases[0].optimizer.hyper
        ends.append((trainer.step, hyper["lr"], hyper["momentum"]))
    assert ends[1] == (60, 0.02, 0.5)


def test_a_change_in_one_phase_leaves_those_of_others_to_be_repeated():
    old = [Change(9, "lr", 0.1, "d"), Change(9, "lr", 0.1, "g"), Change(9, "lr", 0.1)]
    momentum = Change(9, "momentum", 0.5, "d")
    new = Change(7, "lr", 0.2, "d")
    assert [new.replaces(each) for each in (*old, momentum)] == [True] + [False] * 3
    every = Change(7, "lr", 0.2)
    assert [every.replaces(each) for each in (*old, momentum)] == [True] * 3 + [False]
