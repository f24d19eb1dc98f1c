"""The network that an empty canvas is offered: it fits, and it trains."""

import pytest

from engine.advice.analysis import Analyser
from engine.advice.document.starter import starter
from engine.data import catalog
from engine.graph.edits import apply_all
from engine.graph.model import Project
from engine.layers.datasets.catalogue import DATASETS
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
