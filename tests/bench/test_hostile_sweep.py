"""The folder of a sweep may be anybody's: it is refused in a sentence, or harmless."""

import json
import os
from dataclasses import asdict, replace

import pytest

import presets
from engine.bench.sweep import child, journal, reading
from engine.bench.sweep.journal import Journal, Plan, Trial
from engine.bench.sweep.telling import sweeps
from engine.errors import ConfigError, DocumentError, EngineError
from engine.graph.files import serialize
from engine.graph.settings_text import assign
from engine.graph.sweep.space import Axis
from engine.training.loop.launch import launch

PLAN = Plan((Axis("lr", (0.05, 0.1)),), "grid", 2, "loss", False)


def told(plan=None, **fields):
    """Return the text of a journal with a trial, some fields of which are other."""
    trial = {**asdict(Trial(0, {"lr": 0.05})), "value": None, **fields}
    return json.dumps({"plan": {**asdict(PLAN), **(plan or {})}, "trials": [trial]})


def axis(**fields):
    return told({"axes": [{**asdict(PLAN.axes[0]), **fields}]})


TEXTS = {
    "deep": "[" * 200_000,
    "a list": "[]",
    "many lists": "[" + "[]," * 4_100_000 + "[]]",
    "a way out": told(number="/../../outside"),
    "below nothing": told(number=-5),
    "another number": told(number=1),
    "a number of 401 digits": told(number=10**400),
    "no point": told(point="x"),
    "another setting": told(point={"weights": "/etc/passwd"}),
    "another value": told(point={"lr": 7}),
    "a state of lists": told(state=["done"]),
    "a score of 401 digits": told(value=10**400),
    "a step without end": told(curve=[[1e999, 1]]),
    "a curve of letters": told(curve="ab"),
    "seconds of letters": told(seconds="x"),
    "words of lists": told(words=[1]),
    "count of letters": told({"count": "x"}),
    "more than the grid": told({"count": 3}),
    "a score of lists": told({"score": [1]}),
    "a score of two lines": told({"score": "a\nb"}),
    "values of lists": axis(values=[[1], [2]]),
    "a key of lists": axis(key=[1]),
    "a key that clears the terminal": axis(key="\x1b[2J"),
    "a range of letters": axis(low="x"),
    "a range upside down": axis(values=[], low=2.0, high=1.0),
    "no axes": told({"axes": []}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_journal_by_a_stranger_is_refused_in_a_sentence(tmp_path, name):
    (tmp_path / journal.FILE).write_text(TEXTS[name], "utf-8")
    with pytest.raises(ConfigError, match="broken") as refused:
        reading.read(tmp_path)
    assert "must be" not in str(refused.value)
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("file", [journal.FILE, journal.PROJECT])
@pytest.mark.parametrize("kind", ["pipe", "link", "second name", "folder", "endless"])
def test_what_is_no_ordinary_file_is_neither_read_nor_waited_for(tmp_path, file, kind):
    folder = tmp_path / "sweeps" / "one"
    folder.mkdir(parents=True)
    (folder / journal.PROJECT).write_text(serialize.dumps(presets.load("xor")))
    Journal(folder, PLAN).write()
    (folder / file).rename(tmp_path / "other")
    {
        "pipe": lambda: os.mkfifo(folder / file),
        "link": lambda: (folder / file).symlink_to(tmp_path / "other"),
        "second name": lambda: (folder / file).hardlink_to(tmp_path / "other"),
        "folder": (folder / file).mkdir,
        "endless": lambda: _sparse(folder / file),
    }[kind]()
    found = sweeps(folder.parent)
    assert not found.sweeps
    assert file in found.refused


def _sparse(path):
    with path.open("wb") as file:
        file.truncate(2**42)


def test_journal_reads_as_it_was_written(tmp_path):
    trials = [Trial(0, {"lr": 0.05}, "done", 0.25, [(10, 0.5), (20, float("nan"))], 3)]
    plan = replace(PLAN, seed=10**30)
    Journal(tmp_path, plan, trials).write()
    found = reading.read(tmp_path)
    assert found.plan == plan
    assert repr(found.trials) == repr(trials)


@pytest.mark.parametrize("is_link", [True, False])
def test_another_run_in_the_place_of_a_trial_is_not_gone_on_with(tmp_path, is_link):
    project = presets.load("xor")
    (tmp_path / journal.PROJECT).write_text(serialize.dumps(project))
    wish = {"project": str(tmp_path / journal.PROJECT), "set": ["steps=20"]}
    wish["out"] = str(tmp_path / "trial-0000")
    assign(project, ("steps=20" if is_link else "steps=30",))
    trainer, run = launch(tmp_path, project, name="mine" if is_link else "trial-0000")
    next(trainer.steps())
    trainer.close("stopped")
    if is_link:
        (tmp_path / "trial-0000").symlink_to(run.folder)
    before = {p.name: p.stat().st_mtime_ns for p in run.folder.iterdir()}
    with pytest.raises(EngineError) as refused:
        child._trainer(wish)
    assert isinstance(refused.value, DocumentError)
    assert {p.name: p.stat().st_mtime_ns for p in run.folder.iterdir()} == before
