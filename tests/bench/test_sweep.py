"""Sweeps: points, pruning, importance, and trials that survive a kill."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import presets
from engine.bench.sweep import journal, reading
from engine.bench.sweep.importance import importance
from engine.bench.sweep.journal import Plan, Trial
from engine.bench.sweep.planning import Wish
from engine.bench.sweep.planning import plan as planned
from engine.bench.sweep.points import points
from engine.bench.sweep.pruning import is_hopeless
from engine.bench.sweep.sweep import Sweep
from engine.cli.main import main
from engine.errors import ConfigError
from engine.graph.files import serialize
from engine.graph.settings_text import assign
from engine.graph.sweep import space
from engine.graph.sweep.space import Axis, at_random, grid, parsed
from engine.training.records import runs

ROOT = Path(__file__).parents[2]


def tiny(steps=20):
    project = presets.load("xor")
    assign(project, (f"steps={steps}", "patience=0"))
    return project


def test_words_become_axes():
    project = presets.load("digits-mlp")
    assert parsed("lr=1e-4..0.1[log]", project) == Axis("lr", (), 1e-4, 0.1, True)
    assert parsed("batch_size=16..64", project).is_whole
    assert parsed("linear1.out_features=8,16", project).values == (8, 16)
    assert parsed("optimizer=adam,sgd", project).values == ("adam", "sgd")


@pytest.mark.parametrize(
    "text", ["lr", "lr=", "lr=1..0", "lr=0..1[log]", "nobody=1,2", "lr=a..b"]
)
def test_what_is_no_axis_is_refused(text):
    with pytest.raises(ConfigError):
        parsed(text, presets.load("digits-mlp"))


def test_a_grid_has_every_combination_and_chance_is_repeatable():
    axes = (Axis("a", (1, 2)), Axis("b", ("x", "y", "z")))
    assert len({tuple(point.items()) for point in grid(axes)}) == 6
    spread = (Axis("lr", (), 1e-4, 1.0, True), Axis("n", (), 2, 5))
    first = [p for p, _ in zip(at_random(spread, 1), range(400), strict=False)]
    again = [p for p, _ in zip(at_random(spread, 1), range(400), strict=False)]
    assert first == again
    logs = np.log10([point["lr"] for point in first])
    assert (np.histogram(logs, 4, (-4, 0))[0] > 60).all()
    assert {point["n"] for point in first} == {2, 3, 4, 5}
    with pytest.raises(ConfigError):
        grid(spread)


def test_chance_takes_no_point_twice_before_all_were_tried():
    axes = (Axis("lr", (0.1, 0.2, 0.3)), Axis("batch_size", (8, 16)))
    drawn = at_random(axes, seed=3)
    for _ in range(3):
        one_round = [tuple(next(drawn).values()) for _ in range(6)]
        assert len(set(one_round)) == 6
    assert space.num_points(axes) == 6
    assert space.num_points((*axes, Axis("dropout", low=0.0, high=1.0))) is None
    wish = Wish(("lr=0.1,0.2,0.3", "batch_size=8,16"), "random", 20)
    assert planned(tiny(), wish).count == 6


def test_a_trial_below_the_median_is_hopeless():
    others = [[(10, 0.1 * n), (20, 0.2 * n)] for n in range(1, 6)]
    assert is_hopeless([(10, 0.29)], others, 20, higher=True)
    assert not is_hopeless([(10, 0.301)], others, 20, higher=True)
    assert is_hopeless([(10, 0.31)], others, 20, higher=False)
    assert not is_hopeless([(10, 0.0)], others[:3], 20, higher=True)
    assert not is_hopeless([(2, 0.0)], others, 20, higher=True)


def test_importance_is_the_correlation_ratio_of_numpy():
    generator = np.random.default_rng(0)
    groups = generator.integers(0, 3, 60)
    noise = generator.normal(size=60)
    scores = groups + 0.5 * noise
    trials = [
        Trial(i, {"a": int(g), "b": float(x)}, "done", float(s))
        for i, (g, x, s) in enumerate(
            zip(groups, generator.uniform(size=60), scores, strict=True)
        )
    ]
    axes = (Axis("a", (0, 1, 2)), Axis("b", (), 0.0, 1.0))
    found = importance(axes, trials)
    between = sum(
        (groups == g).sum() * (scores[groups == g].mean() - scores.mean()) ** 2
        for g in range(3)
    )
    assert found["a"] == pytest.approx(between / ((scores - scores.mean()) ** 2).sum())
    assert found["b"] < 0.2
    assert importance(axes, trials[:3]) == {}


def test_a_sweep_is_made_and_ranked(tmp_path):
    plan = Plan((Axis("lr", (0.05, 1e-7)),), "grid", 2, "loss", False)
    work = Sweep(tiny(), plan, tmp_path / "s", jobs=2)
    told = list(work.run())
    assert {trial.state for trial in told} == {"done"}
    assert work.journal.ranked[0].point == {"lr": 0.05}
    kept = reading.read(tmp_path / "s")
    assert [t.value for t in kept.trials] == [t.value for t in work.journal.trials]
    with pytest.raises(ConfigError, match="Another"):
        Sweep(tiny(30), plan, tmp_path / "s")
    longer = Plan(plan.axes, "random", 3, "loss", False)
    with pytest.raises(ConfigError, match="Another"):
        Sweep(tiny(), longer, tmp_path / "s")


def test_trials_are_those_of_the_command_line(tmp_path, capsys):
    plan = Plan((Axis("lr", (0.05,)),), "grid", 1, "loss", False)
    (trial,) = Sweep(tiny(), plan, tmp_path / "s").run()
    words = ["train", "xor", "--set", "lr=0.05", "--set", "patience=0", "--steps", "20"]
    assert main([*words, "--threads", "1", "--out", str(tmp_path / "r"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert trial.value == told["validation"]["loss"]


def test_a_killed_sweep_goes_on_and_loses_nothing(tmp_path):
    out = tmp_path / "s"
    command = [sys.executable, "-m", "engine", "sweep", "xor", "--over",
               "lr=1e-4..1e-1[log]", "--random", "4", "--steps", "200", "--jobs", "2",
               "--score", "loss", "--out", str(out), "--json",
               "--no-prune"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = reading.read(out)
        if found and found.ended:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = reading.read(out)
    done = {t.number: t.value for t in before.ended}
    assert done
    time.sleep(1.0)  # the children notice and write their checkpoints
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    told = json.loads(result.stdout)
    assert told["missing"] == 0
    assert [t["state"] for t in told["trials"]] == ["done"] * 4
    assert all(told["trials"][n]["value"] == v for n, v in done.items())
    points_again = points(before.plan)
    assert [t["point"] for t in told["trials"]] == [
        points_again.at(n) for n in range(4)
    ]


def test_a_broken_journal_is_refused(tmp_path):
    (tmp_path / journal.FILE).write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match="broken"):
        reading.read(tmp_path)
    assert reading.read(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("old", "new"), [('"count": 2', '"count": 1'), ('"lr"', '"lx"'), ("0.5", "0.6")]
)
def test_a_journal_or_project_that_has_changed_is_refused(tmp_path, old, new):
    project = presets.load("xor")
    plan = Plan((Axis("lr", (0.5, 0.1)),), "grid", 2, "loss", False)
    Sweep(project, plan, tmp_path)
    found = reading.read(tmp_path)
    assert reading.project_text(tmp_path, found.project_sum)
    text = (tmp_path / journal.FILE).read_text()
    assert old in text
    (tmp_path / journal.FILE).write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match="broken"):
        reading.read(tmp_path)
    (tmp_path / journal.FILE).write_text(text)
    file = tmp_path / journal.PROJECT
    file.write_text(file.read_text().replace("4", "5", 1))
    with pytest.raises(ConfigError, match="as it was written"):
        reading.project_text(tmp_path, found.project_sum)


class _Study:
    """Draws as its sampler's seed says, as Optuna does before it has learnt."""

    sampler = None

    def __init__(self):
        self.told = []

    def ask(self, spreads):
        drawn = random.Random(self.sampler)
        return SimpleNamespace(params={key: drawn.random() for key in spreads})

    def tell(self, trial, value, state):
        self.told.append((trial.params, value, state))

    def add_trial(self, trial):
        self.told.append(trial)


def _optuna(studies):
    def create_study(direction):
        studies.append(_Study())
        return studies[-1]

    return SimpleNamespace(
        logging=SimpleNamespace(set_verbosity=lambda _level: None, ERROR=0),
        samplers=SimpleNamespace(TPESampler=lambda seed: seed),
        distributions=SimpleNamespace(
            FloatDistribution=lambda low, high, log: (low, high, log)
        ),
        trial=SimpleNamespace(
            TrialState=SimpleNamespace(COMPLETE="done", FAIL="lost"),
            create_trial=lambda params, distributions, value, state: (
                params,
                value,
                state,
            ),
        ),
        create_study=create_study,
    )


def test_a_sweep_with_optuna_that_goes_on_asks_for_new_points(monkeypatch):
    studies = []
    monkeypatch.setattr("engine.bench.sweep.points._optuna", lambda: _optuna(studies))
    plan = Plan((Axis("lr", (), 1e-4, 1.0, True),), "optuna", 6, "loss", False, -1)
    whole, made = points(plan), []
    for number in range(6):
        made.append(Trial(number, whole.at(number), "done", float(number)))
        whole.told(made[-1])
    assert len({trial.point["lr"] for trial in made}) == 6
    again = points(plan)
    for trial in made[:3]:
        again.told(trial)
    assert [again.at(n) for n in range(3, 6)] == [trial.point for trial in made[3:]]
    assert studies[1].told == studies[0].told[:3]


@pytest.mark.parametrize(
    "words",
    [("--over", "lr=0.1,0.2", "--jobs", "-1"), ("--over", "lr=0.1", "--over", "lr=1")],
)
def test_a_sweep_that_could_do_nothing_is_refused(tmp_path, capsys, words):
    assert main(["sweep", "xor", *words, "--out", str(tmp_path / "s")]) == 2
    assert "error" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_ctrl_c_stops_the_trials_gently_and_loses_nothing(tmp_path):
    out = tmp_path / "s"
    command = [sys.executable, "-m", "engine", "sweep", "xor", "--over",
               "lr=0.01,0.02", "--steps", "200000", "--jobs", "2", "--score",
               "loss", "--out", str(out), "--no-prune"]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not _begun(out):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everybody in it
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in told
    assert b"missing" in told
    kept = [runs.open_run(out / f"trial-000{n}") for n in (0, 1)]
    assert all(run.has_checkpoint and run.checkpoint.step > 0 for run in kept)


def test_a_trial_that_nobody_listens_to_any_more_keeps_what_it_has(tmp_path):
    file = tmp_path / "p.bpw"
    serialize.save(tiny(200_000), file)
    wish = {"project": str(file), "out": str(tmp_path / "r"), "set": ["threads=1"],
            "score": "loss"}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.bench.sweep.child"], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdin.write(json.dumps(wish).encode() + b"\n")
    process.stdin.flush()
    process.stdout.readline()  # its first evaluation
    process.stdout.close()
    time.sleep(1.0)  # it tells another one
    process.stdin.close()
    with process.stderr as stream:
        said = stream.read()
    assert (process.wait(60), said) == (0, b"")
    assert runs.open_run(tmp_path / "r").checkpoint.step > 0


def _begun(out):
    """Return whether both trials have made their first evaluation."""
    found = reading.read(out)
    return found is not None and sum(bool(t.curve) for t in found.trials) == 2


def test_optuna_is_asked_for_by_name(monkeypatch):
    monkeypatch.setattr("engine.bench.sweep.points.find_spec", lambda _name: None)
    plan = Plan((Axis("lr", (0.05,)),), "optuna", 1, "loss", False)
    with pytest.raises(ConfigError, match="sweep"):
        points(plan)
    assert space.assignment("a", None) == "a=null"
