"""Runs beside each other, against numpy and what was written by hand."""

from dataclasses import replace

import numpy as np
import pytest

import presets
from engine.errors import DocumentError
from engine.graph.model import Node
from engine.protocol.listing.commands import CompareRuns, ListRuns
from engine.training.listing import comparison
from engine.training.listing.comparison import compared, means
from engine.training.listing.shelf import Shelf
from tests.training.listing.test_listing import make, rated
from tests.training.projects import mlp


def test_long_curves_are_means_over_equal_spans():
    steps = np.arange(1, 10_001)
    values = np.sin(steps / 100) + steps
    found = means(steps, values, most=100)
    assert found.shape == (2, 100)
    parts = values.reshape(100, 100)
    np.testing.assert_allclose(found[1], parts.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(found[0], steps.reshape(100, 100).mean(axis=1))


def test_uneven_spans_hold_every_value_once():
    rng = np.random.default_rng(0)
    values = rng.normal(size=1003)
    found = means(np.arange(1003), values, most=10)
    sizes = np.diff(np.linspace(0, 1003, 11).astype(int))
    assert float(found[1] @ sizes) == pytest.approx(values.sum())


def test_what_is_no_finite_number_is_left_out():
    found = means(np.arange(4), np.array([1.0, np.nan, np.inf, 3.0]))
    np.testing.assert_array_equal(found, [[0, 3], [1, 3]])


def test_runs_stand_beside_each_other_with_what_is_different(tmp_path):
    make(tmp_path, "a", mlp(), (0.5, 0.75))
    project = rated(mlp(), 0.25)
    project.graph.add_node(Node("extra", "relu"))
    hidden = project.graph.node("hidden")
    project.graph.replace_node(replace(hidden, params={"out_features": 8}))
    make(tmp_path, "b", project, (0.25, 0.875, 0.625))
    make(tmp_path, "c", mlp(batch_size=7), ())
    told = compared(tmp_path, ("a", "b", "c"))
    assert [run.summary.run for run in told.runs] == ["a", "b", "c"]
    np.testing.assert_array_equal(
        told.runs[1].curves["accuracy"], [[10, 20, 30], [0.25, 0.875, 0.625]]
    )
    np.testing.assert_array_equal(told.runs[0].curves["loss"], [[10, 20], [0.5, 0.25]])
    np.testing.assert_array_equal(
        told.runs[0].curves["train:training"], [range(1, 21), [1] * 20]
    )
    assert (told.runs[1].steps_per_epoch, told.runs[1].last_step) == (10.0, 30)
    assert told.runs[2].steps_per_epoch == 0
    found = {row.words: row.values for row in told.settings}
    assert found["Learning rate"] == ("0.001", "0.25", "0.001")
    assert found["Batch size"] == ("16", "16", "7")
    assert found["ReLU"] == ("–", "has it", "–")
    assert [v for k, v in found.items() if k.startswith("Linear 1")] == [
        ("16", "8", "16")
    ]
    kinds = {row.path: row.kind for row in told.settings}
    assert (kinds["extra"], kinds["hidden"]) == ("added", "setting")
    words = [title.words for title in told.titles]
    assert words[:2] == ["Training loss", "Validation loss"]
    lower = {title.name: title.is_lower for title in told.titles}
    assert (lower["accuracy"], lower["loss"]) == (False, True)


def test_what_can_not_be_read_is_told_and_one_alone_is_refused(tmp_path):
    make(tmp_path, "a", mlp(), (0.5,))
    make(tmp_path, "b", mlp(), (0.5,))
    (tmp_path / "bad").mkdir()
    told = compared(tmp_path, ("a", "bad", "b", "a"))
    assert [run.summary.run for run in told.runs] == ["a", "b"]
    assert "no run" in told.refused
    with pytest.raises(DocumentError):
        compared(tmp_path, ("a", "bad"))


def test_no_more_than_a_few_are_compared(tmp_path):
    names = [f"r{n}" for n in range(10)]
    for name in names:
        make(tmp_path, name, mlp(), (0.5,))
    assert len(compared(tmp_path, names).runs) == comparison.MOST_RUNS


def test_runs_that_have_no_room_are_counted(tmp_path):
    names = [f"run{number}" for number in range(10)]
    for name in names:
        make(tmp_path, name, mlp(), ())
    told = compared(tmp_path, names)
    assert len(told.runs) == 8
    assert told.refused == "At most 8 stand beside each other: 2 runs are left out."
    assert not compared(tmp_path, names[:8]).refused


def test_runs_are_called_as_in_the_list(tmp_path):
    make(tmp_path, "a", mlp(), ())
    make(tmp_path, "b", rated(mlp(), 0.25), ())
    shelf = Shelf()
    listed = {run.run: run.heading for run in shelf.part(ListRuns(str(tmp_path))).runs}
    told = shelf.compared(CompareRuns(str(tmp_path), ("b", "a")))
    assert [run.summary.heading for run in told.runs] == [listed["b"], listed["a"]]
    assert listed["b"] == "Learning rate 0.25"


def test_a_run_that_has_no_such_thing_is_not_given_the_value_of_the_first(tmp_path):
    make(tmp_path, "a", mlp(), ())
    project = rated(mlp(), 0.25)
    hidden = project.graph.node("hidden")
    project.graph.replace_node(replace(hidden, params={"out_features": 8}))
    make(tmp_path, "b", project, ())
    make(tmp_path, "c", presets.load("gan-2d"), ())
    make(tmp_path, "d", rated(mlp(), 0.5), ())
    told = compared(tmp_path, ("a", "b", "c", "d"))
    found = {(row.path, row.words): row.values for row in told.settings}
    assert found["", "Learning rate"] == ("0.001", "0.25", "–", "0.5")
    (outputs,) = (v for (path, w), v in found.items() if path == "hidden" and ": " in w)
    assert outputs[1] == "8"
    assert outputs[2] == "–"
    assert outputs[3] == outputs[0] != "8"
    assert found["", "Batch size"] == ("16", "16", "256", "16")
