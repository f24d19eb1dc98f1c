"""The rows of one phase equal those rows of the whole history."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers import frames
from workbench.session.curves.history import History
from workbench.session.curves.phase_rows import ALL, PhaseView, shortened
from workbench.session.names import Names

LAYERS = ("trunk", "trunk", "head", "copy")
MOVERS = (0, 1, 0, 1)


@pytest.fixture
def history():
    history = History()
    started = frames.run_started(LAYERS, phases=("judge", "forge"), layer_phases=MOVERS)
    history.begin(started, Names())
    for step in range(1, 30):
        history.layers.add(frames.sample(step, LAYERS))
        history.samples_seen += 1
    return history


def test_all_rows_name_the_phase_where_a_layer_has_several(history):
    view = PhaseView(history)
    assert view.phase == ALL
    assert view.phases == ("judge", "forge")
    names = ("trunk · judge", "trunk · forge", "head", "copy")
    assert view.layers.names == names
    assert view.sample.grad_norm.tolist() == history.sample.grad_norm.tolist()


def test_a_phase_has_only_its_rows(history):
    view = PhaseView(history)
    view.phase = 1
    rows = [1, 3]
    assert view.layers.names == ("trunk", "copy")
    whole, some = history.layers, view.layers
    for name in ("grad_histogram", "weight_histogram", "update_ratio", "grad_zeros"):
        expected = getattr(history.sample, name)[rows]
        np.testing.assert_array_equal(getattr(view.sample, name), expected)
    np.testing.assert_array_equal(
        some.grad_norm.values, whole.grad_norm.values[:, rows]
    )
    expected = whole.ratio_bins.means()[:, rows]
    np.testing.assert_array_equal(some.ratio_bins.means(), expected)
    cube = whole.grad_bins.means().reshape(-1, len(LAYERS), whole.grad_bins_per_layer)
    expected = cube[:, rows].reshape(len(cube), -1)
    np.testing.assert_array_equal(some.grad_bins.means(), expected)


def test_the_same_object_stands_for_a_phase_until_another_run(history):
    view = PhaseView(history)
    before = view.layers
    assert view.layers is before
    view.phase = 0
    assert view.layers is not before
    view.phase = ALL
    assert view.layers is before
    history.begin(frames.run_started(), Names())
    assert view.layers is not before
    assert view.sample is None


def test_a_run_that_does_not_know_its_movers_shows_all(history):
    history.begin(frames.run_started(LAYERS, phases=("judge", "forge")), Names())
    history.layers.add(frames.sample(1, LAYERS))
    view = PhaseView(history)
    assert view.phases == ()
    view.phase = 1
    assert len(view.layers.names) == len(LAYERS)


def test_layers_of_a_phase_that_has_not_begun_are_left_out():
    history = History()
    started = frames.run_started(LAYERS, phases=("judge", "forge"), layer_phases=MOVERS)
    history.begin(started, Names())
    view = PhaseView(history)
    every = view.layers.names
    assert len(every) == len(LAYERS)
    early = frames.sample(1, LAYERS)
    zeros = np.where([mover == 1 for mover in MOVERS], np.nan, early.grad_zeros)
    history.layers.add(replace(early, grad_zeros=zeros))
    assert view.layers.names == ("trunk", "head")
    assert view.layers is view.layers
    assert np.array_equal(view.sample.grad_norm, early.grad_norm[[0, 2]])
    history.layers.add(frames.sample(2, LAYERS))
    assert view.layers.names == every


def test_the_block_that_all_layers_are_in_goes_without_saying():
    assert shortened(["Net · a", "Net · b"]) == ("a", "b")
    assert shortened(["N · in · a", "N · in · b"]) == ("a", "b")
    assert shortened(["N · in · a", "N · b"]) == ("in · a", "b")
    assert shortened(["Net · a", "head"]) == ("Net · a", "head")
    assert shortened(["Net · a"]) == ("Net · a",)
    assert shortened(["a", "a"]) == ("a", "a")
