import dataclasses

import numpy as np
import pytest

from engine.graph.model import Node, Project
from engine.protocol.messages import Frame, View
from tests.helpers import frames
from workbench.session.curves.history import History
from workbench.session.curves.layers import MAP_EXPONENTS, magnitude_counts, shares
from workbench.session.names import Names


def played(list_of_frames, **run):
    history = History()
    project = Project()
    project.graph.add_node(Node("conv1", "conv2d", name="First conv"))
    history.begin(frames.run_started(**run), Names(project))
    for frame in list_of_frames:
        history.add(frame)
    return history


@pytest.fixture(scope="module")
def stream():
    return list(frames.frames(300))


def test_losses_and_rates_are_the_numbers_of_the_frames(stream):
    history = played(stream)
    told = np.concatenate([frame.losses[:, 0] for frame in stream])
    np.testing.assert_array_equal(history.losses[0].values.values, told)
    np.testing.assert_array_equal(history.losses[0].steps.values, np.arange(1, 301))
    np.testing.assert_array_equal(history.rates[0].values.values, np.full(300, 1e-3))
    assert history.step == 300
    assert history.samples_per_s == 1284.0


def test_phases_are_separate_curves_without_the_steps_they_skip():
    losses = np.array([[1.0, np.nan], [2.0, 20.0], [3.0, np.nan]])
    frame = Frame(3, 0.1, "training", np.arange(1, 4), losses, losses)
    history = played([frame], phases=("critic", "generator"))
    assert history.losses[0].values.values.tolist() == [1.0, 2.0, 3.0]
    assert history.losses[1].steps.values.tolist() == [2]
    assert history.losses[1].values.values.tolist() == [20.0]


def test_evaluations_are_the_numbers_of_the_frames(stream):
    history = played(stream)
    told = [e for frame in stream for e in frame.evaluations]
    steps, values = history.evaluated("accuracy")
    assert steps.tolist() == [e.step for e in told]
    assert values.tolist() == [e.values["accuracy"] for e in told]
    trained = history.evaluated("accuracy", training=True)[1]
    assert trained.tolist() == [e.train_values["accuracy"] for e in told]
    assert history.evaluated("unheard_of").shape == (2, 0)


def test_layers_keep_norms_and_ratios_of_every_sample(stream):
    layers = played(stream).layers
    samples = [frame.sample for frame in stream]
    assert layers.steps.values.tolist() == [s.step for s in samples]
    norms = np.stack([s.grad_norm for s in samples])
    np.testing.assert_array_equal(layers.grad_norm.values, norms)
    ratios = np.stack([s.update_ratio for s in samples])
    np.testing.assert_array_equal(layers.update_ratio.values, ratios)
    assert layers.newest is samples[-1]
    assert layers.names[0] == "First conv"
    assert layers.names[1] == "bn1"


def test_ratio_columns_are_geometric_means(stream):
    layers = played(stream).layers
    samples = [frame.sample for frame in stream]
    bins = layers.ratio_bins
    last = bins.means()[-1]
    inside = [s for s in samples if (s.step - 1) // bins.span == bins.used - 1]
    expected = np.log10(np.stack([s.update_ratio for s in inside])).mean(axis=0)
    np.testing.assert_allclose(last, expected, atol=1e-12)


def test_gradient_columns_are_shares_of_both_signs(stream):
    layers = played(stream[:1]).layers
    counts = stream[0].sample.grad_histogram
    both = counts[:, 1:255] + counts[:, 257:511]
    expected = both / both.sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(magnitude_counts(counts), both)
    np.testing.assert_allclose(shares(both), expected)
    kept = expected[:, MAP_EXPONENTS.start - 1 : MAP_EXPONENTS.stop - 1]
    np.testing.assert_allclose(layers.grad_bins.means()[-1], kept.ravel())


def test_layer_without_gradient_has_no_shares():
    assert np.isnan(shares(np.zeros((1, 254), np.int64))).all()


def test_new_run_starts_over_and_the_same_run_goes_on(stream):
    history = played(stream)
    history.begin(frames.run_started(step=300), Names())
    assert len(history.losses[0]) == 300
    history.begin(frames.run_started(run="runs/two"), Names())
    assert len(history.losses[0]) == 0
    assert history.evaluations == []
    assert history.sample is None


def test_newest_view_of_each_node_is_kept():
    views = [View("a", "k", 1, {}), View("b", "k", 1, {}), View("a", "k", 2, {})]
    empty = np.empty((0, 1))
    told = [
        Frame(v.step, 0, "training", np.empty(0, int), empty, empty, views=(v,))
        for v in views
    ]
    history = played(told)
    assert history.views == {"a": views[2], "b": views[1]}
    assert history.views_seen == 3


def test_log_keeps_the_lines_in_order(stream):
    history = played(stream)
    told = [line for frame in stream for line in frame.log]
    assert [line.text for line in history.log] == told


def test_run_without_layers_shows_only_losses():
    history = played(frames.frames(20, layers=()), layers=(), layer_parameters=())
    assert len(history.losses[0]) == 20
    assert history.layers.newest is None


def test_measurements_between_two_frames_are_taken_in_too(stream):
    before = tuple(frame.sample for frame in stream[:-1])
    told = dataclasses.replace(stream[-1], earlier=before)
    history, expected = played([told]), played(stream).layers
    assert history.layers.steps.values.tolist() == expected.steps.values.tolist()
    assert history.samples_seen == len(stream)
    assert history.layers.newest is told.sample
