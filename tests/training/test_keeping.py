"""Which checkpoints stay on the disk, against the folder itself."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DocumentError
from engine.folder.account import Kept
from engine.training.loop.trainer import Trainer
from engine.training.records import keeping, runs
from engine.training.records.checkpoint_file import DamagedCheckpointError
from tests.training.projects import mlp, phase


def entry(step: int, loss: float | None = None, size: int = 1) -> Kept:
    return Kept(f"{step}.safetensors", "0" * 64, step, "recent", loss, size)


@given(st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(0, 3))))
def test_the_last_two_the_best_and_some_on_the_way_are_kept(numbers):
    kept: list[Kept] = []
    seen: list[Kept] = []
    for index, (apart, loss) in enumerate(numbers):
        step = (seen[-1].step if seen else 0) + apart
        new = entry(step, float(loss) if loss is not None else None)
        seen.append(new)
        kept = keeping.chosen(new, kept)
        noted = [each for each in seen if each.loss is not None]
        best = {min(noted, key=lambda each: each.loss).step} if noted else set()
        recent = {each.step for each in seen[-2:]}
        steps = {each.step for each in kept}
        assert steps >= recent | best, index
        assert len(steps - recent - best) <= keeping.MILESTONES
        assert {each.step for each in kept if each.kind == "best"} == best
        assert kept[0].step == new.step


def test_those_on_the_way_are_about_as_far_from_each_other():
    kept: list[Kept] = []
    for step in range(0, 2001, 5):
        kept = keeping.chosen(entry(step), kept)
    steps = sorted(each.step for each in kept)
    assert (steps[0], steps[-2:]) == (0, [1995, 2000])
    way = np.diff(steps[:-2])
    assert way.min() >= 250
    assert way.max() <= 3 * 250
    assert 4 <= len(way) <= keeping.MILESTONES


def test_those_on_the_way_have_a_budget_of_their_own(monkeypatch):
    monkeypatch.setattr(keeping, "MILESTONE_BYTES", 25)
    kept: list[Kept] = []
    for step in range(0, 100, 10):
        kept = keeping.chosen(entry(step, size=10), kept)
    assert len(kept) == 2 + 2


def test_newest_is_kept_whatever_its_size_and_others_within_the_budget():
    best, old, new = entry(1, 0.1, 40), entry(2, None, 30), entry(3, None, 50)

    def kept_within(budget: int) -> list[int]:
        found = keeping.chosen(new, [best, old], budget=budget)
        return [each.step for each in found]

    assert kept_within(10) == [3]
    assert kept_within(80) == [3, 2]
    assert kept_within(90) == [3, 2]
    assert kept_within(120) == [3, 2, 1]


def save(run: runs.Run, *steps: int) -> None:
    for step in steps:
        run.save_checkpoint({"model/w": torch.full((3,), float(step))}, {"step": step})


def files(run: runs.Run) -> set[str]:
    return {path.name for path in (run.folder / "checkpoints").iterdir()}


def test_folder_holds_what_the_account_names(tmp_path):
    run = runs.create(tmp_path, mlp())
    run.save_checkpoint({"model/w": torch.zeros(1)}, {"step": 1}, loss=0.5)
    save(run, 2, 3, 4)
    told = json.loads((run.folder / "run.json").read_text())["checkpoints"]
    assert [(each["step"], each["kind"]) for each in told] == [
        (4, "recent"),
        (3, "recent"),
        (2, "recent"),
        (1, "best"),
    ]
    assert files(run) == {each["file"] for each in told}
    again = runs.open_run(run.folder)
    run.mark_best(0.25)
    save(run, 5, 6)
    assert {each["step"] for each in run.info["checkpoints"]} == {*range(1, 7)}
    assert again.step == 4


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", ["flip", "cut", "missing", "link", "folder"])
def test_damaged_newest_is_named_and_the_previous_one_goes_on(tmp_path, damage):
    run = runs.create(tmp_path, mlp())
    save(run, 7, 8)
    path = run.folder / "checkpoints" / run.info["checkpoint"]["file"]
    if damage == "flip":
        _flip(path)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        data = path.read_bytes()
        path.unlink()
        if damage == "link":
            (tmp_path / "twin").write_bytes(data)
            path.symlink_to(tmp_path / "twin")
        elif damage == "folder":
            path.mkdir()
    with pytest.raises(
        DamagedCheckpointError, match=r"Step 8.*step 7 is whole"
    ) as told:
        runs.open_run(run.folder).load_weights()
    assert path.name in str(told.value)
    assert told.value.earlier == 7
    earlier = runs.open_run(run.folder, from_step=7)
    assert earlier.step == 7
    assert earlier.load_weights()["w"].tolist() == [7.0] * 3
    if damage in {"flip", "cut", "missing"}:
        save(earlier, 9)
        assert {each["step"] for each in earlier.info["checkpoints"]} == {7, 9}
        assert path.name not in files(earlier)


def test_without_a_whole_one_none_is_offered(tmp_path):
    run = runs.create(tmp_path, mlp())
    save(run, 1, 2)
    for file in files(run):
        _flip(run.folder / "checkpoints" / file)
    with pytest.raises(DamagedCheckpointError, match="backup") as told:
        run.load_checkpoint()
    assert told.value.earlier == -1


def test_step_that_is_not_kept_is_refused(tmp_path):
    run = runs.create(tmp_path, mlp())
    save(run, 1, 2)
    with pytest.raises(DocumentError, match=r"expected 2, 1, got 5"):
        runs.open_run(run.folder, from_step=5)


def test_run_of_an_older_version_with_one_checkpoint_goes_on(tmp_path):
    run = runs.create(tmp_path, mlp())
    save(run, 3)
    info = json.loads((run.folder / "run.json").read_text())
    old = {name: info["checkpoint"][name] for name in ("file", "sha256", "step")}
    del info["checkpoints"], info["next_checkpoint"]
    (run.folder / "run.json").write_text(json.dumps({**info, "checkpoint": old}))
    again = runs.open_run(run.folder)
    assert again.step == 3
    assert again.load_weights()["w"].tolist() == [3.0] * 3
    save(again, 4)
    assert [each["step"] for each in again.info["checkpoints"]] == [4, 3]


def test_training_keeps_the_weights_of_its_best_evaluation(tmp_path):
    document = mlp(phase(values={"lr": 1e-2}), steps=40, evaluate_every=10)
    run = runs.create(tmp_path, document, name="run")
    trainer = Trainer(document, run=run)
    trainer.recorder.checkpoint_every_s = 0.0
    trainer.recorder._cost_s = 0.0
    for _ in trainer.steps():
        trainer.recorder._cost_s = 0.0
        trainer.recorder.settle()
    best = min(run.read_evaluations(), key=lambda each: each.values["loss"])
    noted = [each for each in run.info["checkpoints"] if each["kind"] == "best"]
    assert [(each["step"], each["loss"]) for each in noted] == [
        (best.step, best.values["loss"])
    ]
    assert runs.open_run(run.folder, from_step=best.step).load_weights()


def test_what_was_let_go_and_not_deleted_yet_goes_with_the_next(tmp_path, monkeypatch):
    run = runs.create(tmp_path, mlp())
    save(run, 1, 2)
    clear = keeping.clear

    def killed(folder, gone, word):
        if not word:
            raise KeyboardInterrupt
        clear(folder, gone, word)

    with monkeypatch.context() as broken:
        broken.setattr(keeping, "clear", killed)
        with pytest.raises(KeyboardInterrupt):
            save(run, 3)
    assert len(files(run)) == 3
    again = runs.open_run(run.folder)
    save(again, 4)
    assert files(again) == {each["file"] for each in again.info["checkpoints"]}
