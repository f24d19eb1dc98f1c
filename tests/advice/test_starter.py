"""The network that an empty canvas is offered: it fits, and it trains."""

import numpy as np
import pytest

from engine.advice.analysis import Analyser
from engine.advice.document.starter import starter
from engine.data import catalog
from engine.graph.edits import apply_all
from engine.graph.model import Project
from engine.layers.datasets.catalogue import DATASETS
from engine.training.loop.trainer import Trainer
from tests.helpers.surveys import survey, write

NONE = {"gaussians8", "swiss_roll", "dates"}
"""Nothing is predicted there, or a sequence."""


def made(params):
    project = Project()
    found = starter(params, project)
    apply_all(project, found.edits)
    return project, found


@pytest.mark.parametrize("name", [n for n in DATASETS if n not in NONE])
def test_network_has_no_problem(name):
    project, found = made({"source": name})
    analysis = Analyser(catalog.training_part).analyse(project)
    assert analysis.problems == ()
    assert analysis.trainable
    assert found.parts


@pytest.mark.parametrize("name", sorted(NONE))
def test_nothing_is_offered_where_nothing_is_predicted(name):
    assert starter({"source": name}, Project()) is None


def test_target_that_is_a_number_is_standardised(tmp_path):
    rows = [(n * 37 % 60) / 3 for n in range(60)]
    path = write(tmp_path / "t.csv", {"x": [n % 7 for n in range(60)], "price": rows})
    project, _ = made(survey(path).params)
    assert project.graph.node("data").params["scale_target"] is True


def test_several_inputs_meet_in_one_network():
    project, found = made({"source": "mnist_words"})
    kinds = [node.type for node in project.graph.nodes.values()]
    assert kinds.count("concat") == 1
    assert {"conv2d", "gru"} <= set(kinds)
    assert "2" in found.title


def series(kind):
    """Return a series, and how many steps its season has (0 for none)."""
    dice, step = np.random.default_rng(5), np.arange(420)
    noise = dice.normal(0, 1, 420)
    if kind == "wander":
        return np.cumsum(noise) + 300, 0
    if kind == "growth":
        season = 0.25 * np.sin(step * 2 * np.pi / 12)
        return np.exp(0.005 * step + season + 0.02 * noise) * 100, 12
    if kind == "week":
        return np.array([10, 12, 11, 13, 18, 30, 25.0])[step % 7] + noise, 7
    level = np.zeros(420)
    for n in range(2, 420):
        level[n] = 1.3 * level[n - 1] - 0.6 * level[n - 2] + noise[n]
    return level, 0


# What the last value, and the value a season before, reach is counted here by hand.
@pytest.mark.parametrize(
    ("kind", "gain"),
    [("wander", -0.04), ("growth", 0.03), ("week", 0.01), ("swing", 0.05)],
)
def test_forecast_beats_a_lazy_one(tmp_path, kind, gain):
    values, season = series(kind)
    path = write(tmp_path / "s.csv", {"time": range(420), "value": values.round(4)})
    project, _ = made(survey(path).params)
    project.training = project.training.with_value("threads", 1)
    trainer = Trainer(project)
    for _ in trainer.steps():
        pass
    r2 = trainer.drain().evaluations[-1].values["r2"]
    held = values[-84:]
    lazy = [1 - ((held - values[-84 - n : -n]) ** 2).mean() / held.var()
            for n in (1, season) if n]  # fmt: skip
    assert r2 > max(lazy) + gain
