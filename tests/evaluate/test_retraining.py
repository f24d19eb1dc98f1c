"""Trained again on new data: what is kept, why, and what a kill leaves behind."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.cli.main import main
from engine.evaluate.retraining import drift, exchange
from engine.evaluate.subject import Subject
from engine.training.records.runs import open_run
from tests.evaluate.test_standing_in import CLASSES, TOWNS, document, write

STEPS = ["--device", "cpu", "--threads", "1"]


def rows(count, seed, *, move=0.0):
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        kind = int(random.integers(3))
        made.append([f"{random.normal(kind * 2 + move, 0.5):.4f}",
                     f"{random.normal() * 50 + 1000:.3f}",
                     TOWNS[int(random.integers(3))], CLASSES[kind]])  # fmt: skip
    return made


def shuffled(table):
    order = np.random.default_rng(5).permutation(len(table))
    return [[*row[:3], table[n][3]] for row, n in zip(table, order, strict=True)]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return a run that has learnt something, and not all; its data beside it."""
    folder = tmp_path_factory.mktemp("first")
    path = write(folder / "first.csv", rows(300, 1))
    run = folder / "run"
    assert main(["train", str(document(path)), "--steps", "40", *STEPS,
                 "--out", str(run)]) == 0  # fmt: skip
    return run


@pytest.fixture
def run(first, tmp_path):
    """Return a copy of it that may be changed."""
    shutil.copytree(first, tmp_path / "run")
    return tmp_path / "run"


def again(capsys, run, file, *words):
    capsys.readouterr()
    code = main(["retrain", str(run), str(file), "--json", *words])
    told = capsys.readouterr()
    return code, json.loads(told.out) if told.out else told.err


def weights(run):
    return {name: w.clone() for name, w in open_run(run).load_weights().items()}


def same(one, other):
    return one.keys() == other.keys() and all((one[n] == other[n]).all() for n in one)


def accuracy(run, file):
    """Return right answers for each row of a file, out of the answers as CSV."""
    out = file.with_suffix(".out.csv")
    assert main(["predict", str(run), str(file), "--out", str(out)]) == 0
    with out.open(newline="") as written, file.open(newline="") as asked:
        pairs = zip(csv.DictReader(written), csv.DictReader(asked), strict=True)
        return np.array([one["answer"] == two["kind"] for one, two in pairs])


def test_better_one_takes_the_place_and_the_old_one_stays_beside(run, tmp_path, capsys):
    before = weights(run)
    file = write(tmp_path / "new.csv", rows(600, 2))
    old_right = accuracy(run, file)
    code, told = again(capsys, run, file, "--keep-better", "--steps", "300")
    assert (code, told["kept"], told["run"]) == (0, "new", str(run))
    after = weights(run)
    assert not same(before, after)
    assert same(before, weights(Path(told["other"])))
    assert open_run(run).info["retrained_from"] == "run"
    assert not list(tmp_path.glob(".run-new-*"))
    new_right = accuracy(run, file)
    (duel,) = [each for each in told["duels"] if each["data"] == "new"]
    held = Subject(run).datasets()[0].validation["label"]
    assert duel["samples"] + duel["left_out"] == len(held)
    assert duel["standing"] == "better"
    # The rows that validate are those whose features the run holds apart.
    step = Subject(run).datasets()[0]
    raw = step.scaling["features"].invert(step.validation["features"])
    with file.open(newline="") as text:
        pairs = [(float(r["size"]), float(r["height"])) for r in csv.DictReader(text)]
    apart = np.abs(np.array(pairs)[None] - raw[:, None, :2]).sum(2)
    inside = apart.argmin(1)
    assert apart.min(1).max() < 0.01
    assert len(set(inside)) == len(held)
    assert duel["old"]["value"] == pytest.approx(old_right[inside].mean())
    assert duel["new"]["value"] == pytest.approx(new_right[inside].mean())
    gain = new_right[inside].mean() - old_right[inside].mean()
    assert duel["gain"]["value"] == pytest.approx(gain)


def test_shuffled_labels_leave_the_old_one(run, tmp_path, capsys):
    before = weights(run)
    file = write(tmp_path / "bad.csv", shuffled(rows(300, 3)))
    code, told = again(capsys, run, file, "--keep-better", "--steps", "200")
    assert (code, told["kept"], told["other"]) == (3, "old", None)
    assert same(before, weights(run))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.csv", "run"]


def test_from_scratch_fits_the_preparation_anew(run, tmp_path, capsys):
    file = write(tmp_path / "new.csv", rows(300, 4, move=5.0))
    code, told = again(capsys, run, file, "--from-scratch", "--steps", "300")
    assert code in {0, 3}
    made = Path(told["run"] if told["kept"] == "new" else told["other"])
    assert made != run
    scaling = open_run(made).info["scaling"]["data"]["features"]
    assert scaling["shift"][0] == pytest.approx(7.0, abs=0.5)
    old = open_run(run).info["scaling"]["data"]["features"]
    assert old["shift"][0] == pytest.approx(2.0, abs=0.5)


def test_drift_is_said_and_likeness_too(run, tmp_path, capsys):
    moved = write(tmp_path / "moved.csv", rows(300, 6, move=3.0))
    _, told = again(capsys, run, moved, "--steps", "2")
    shifted = {each["column"] for each in told["drifts"] if each["is_shifted"]}
    assert shifted == {"size"}
    (size,) = [each for each in told["drifts"] if each["column"] == "size"]
    with moved.open(newline="") as text:
        values = np.array([float(row["size"]) for row in csv.DictReader(text)])
    known = open_run(run).info["seen"]["data"]["size"]
    beyond = (values < known["low"] - 1e-4) | (values > known["high"] + 1e-4)
    assert size["outside"] == pytest.approx(beyond.mean())
    alike = write(tmp_path / "alike.csv", rows(300, 7))
    _, told = again(capsys, run, alike, "--steps", "2")
    assert not [each for each in told["drifts"] if each["is_shifted"]]


def test_class_balance_that_moves_is_said(run, tmp_path, capsys):
    table = [row for row in rows(600, 8) if row[3] != "cat" or row[0] > "5"]
    _, told = again(capsys, run, write(tmp_path / "few.csv", table), "--steps", "2")
    (label,) = [each for each in told["drifts"] if each["column"] == "label"]
    assert label["is_shifted"]
    assert label["is_target"]


def test_stability_is_what_its_formula_says():
    p, q = np.array([10.0, 20.0, 70.0]), np.array([30.0, 30.0, 40.0])
    shares = [(each + 0.5) / (each.sum() + 1.5) for each in (p, q)]
    pairs = zip(*shares, strict=True)
    expected = sum((b - a) * np.log(b / a) for a, b in pairs)
    assert drift.stability(p, q) == pytest.approx(expected)
    assert drift.stability(p, p) == 0.0


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2\n3,4\n", "size"), ("", "empty"), ("size,height,town,kind\n", "row"),
     ("size,height,town,kind\n1,2,north,dog\n2,3,west,ant\n", "no such class")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_changes_nothing(
    run, tmp_path, capsys, text, words
):
    file = tmp_path / "bad.csv"
    file.write_text(text)
    before = {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    code, told = again(capsys, run, file, "--keep-better")
    assert code == 2
    assert words in told
    assert before == {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.csv", "run"]


def test_old_data_that_is_gone_is_said(first, tmp_path, capsys):
    folder = tmp_path / "moved"
    folder.mkdir()
    shutil.copytree(first, folder / "run")
    told = json.loads((folder / "run" / "run.json").read_text())
    told["document"] = told["document"].replace("first.csv", "gone.csv")
    (folder / "run" / "run.json").write_text(json.dumps(told))
    file = write(tmp_path / "new.csv", rows(300, 9))
    _, told = again(capsys, folder / "run", file, "--steps", "5")
    assert [each["data"] for each in told["duels"]] == ["new"]
    assert "not there" in told["notes"][0]


@pytest.mark.parametrize("moment", [0.0, 0.6, 1.5])
def test_killed_in_the_middle_the_old_one_is_whole(run, tmp_path, moment):
    before = weights(run)
    file = write(tmp_path / "new.csv", rows(300, 2))
    words = ["retrain", str(run), str(file), "--keep-better", "--steps", "100000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", *words], stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while not list(tmp_path.glob(".run-new-*/checkpoints/*")):
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(moment)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert same(before, weights(run))
    assert Subject(run, data=file).report().num_evaluated == 300


def test_place_is_never_empty(tmp_path, monkeypatch):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "who").write_text(name)
    aside = exchange.take_place(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old" / "who").read_text() == "new"
    assert (aside / "who").read_text() == "old"
    monkeypatch.setattr(exchange, "_exchanged", lambda *_: False)
    (tmp_path / "third").mkdir()
    real = Path.rename

    def rename(path, target):
        if path.name == "third":
            raise OSError("full")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="full"):
        exchange.take_place(tmp_path / "third", tmp_path / "old")
    assert (tmp_path / "old" / "who").read_text() == "new"


def test_labels_that_were_exchanged_are_said(tmp_path, capsys):
    """Two classes have each other's name in the new file; the third is as it was."""
    path, run = write(tmp_path / "first.csv", rows(300, 1)), tmp_path / "run"
    words = ["train", str(document(path)), "--steps", "1500", *STEPS]
    assert main([*words, "--out", str(run)]) == 0
    other = {"ant": "bee", "bee": "ant", "cat": "cat"}
    table = rows(900, 9)
    file = write(tmp_path / "new.csv", [[*row[:3], other[row[3]]] for row in table])
    sound = write(tmp_path / "sound.csv", table)
    right = accuracy(run, sound)
    assert right.mean() > 0.85  # or there would be nothing to tell
    code, told = again(capsys, run, file, "--keep-better", "--steps", "2")
    assert (code, told["kept"]) == (3, "old")
    (note,) = [each for each in told["notes"] if "exchanged" in each]
    assert "“ant”, “bee”" in note
    assert "cat" not in note
    for path, count in ((file, 1), (sound, 0)):
        assert main(["evaluate", str(run), "--data", str(path)]) == 0
        assert capsys.readouterr().out.count("look exchanged") == count
