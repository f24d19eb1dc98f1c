"""Every kind of view against numpy, or a network computed by hand."""

import numpy as np
import pytest
import torch

from engine.layers import registry
from engine.measure.views.plane import MARGIN, Square
from engine.measure.views.subject import Subject, spread
from engine.measure.views.table import VIEWS


@pytest.fixture
def random():
    return np.random.default_rng(7)


def subject(kind, inputs, **rest):
    params = registry.get(kind).complete(rest.pop("params", {}))
    tensors = {port: torch.tensor(values) for port, values in inputs.items()}
    return Subject(params, tensors, **rest)


def test_every_view_of_the_catalogue_is_drawn():
    in_catalogue = {s.id for s in registry.all_specs() if s.category == "view"}
    of_metrics = {"task_matrix"}  # the window makes it of evaluations
    assert set(VIEWS) | of_metrics == in_catalogue


def test_confusion_counts_equal_numpy(random):
    scores = random.normal(size=(300, 4)).astype(np.float32)
    labels = random.integers(0, 4, 300)
    expected = np.zeros((4, 4), int)
    for right, answer in zip(labels, scores.argmax(1), strict=True):
        expected[right, answer] += 1
    names = ("a", "b", "c", "d")
    arrays, words = VIEWS["confusion_matrix"](
        subject("confusion_matrix", {"input": scores, "target": labels}, classes=names)
    )
    assert (arrays["counts"] == expected).all()
    assert words["classes"] == names


def test_confusion_of_one_score_follows_the_threshold():
    scores = np.array([[0.2], [0.6], [0.4], [0.9]], np.float32)
    target = np.array([[0.0], [0.0], [1.0], [1.0]], np.float32)
    params = {"threshold": 0.5}
    arrays, words = VIEWS["confusion_matrix"](
        subject("confusion_matrix", {"input": scores, "target": target}, params=params)
    )
    assert arrays["counts"].tolist() == [[1, 1], [1, 1]]
    assert words["classes"] == ("0", "1")


def test_confusion_of_sequences_takes_classes_at_dimension_one(random):
    scores = random.normal(size=(5, 3, 6)).astype(np.float32)
    labels = random.integers(0, 3, (5, 6))
    arrays, _ = VIEWS["confusion_matrix"](
        subject("confusion_matrix", {"input": scores, "target": labels})
    )
    pairs = np.stack([labels.ravel(), scores.argmax(1).ravel()])
    expected = [[((r, c) == pairs.T).all(1).sum() for c in range(3)] for r in range(3)]
    assert arrays["counts"].tolist() == expected


def test_square_is_around_all_points_and_counts_cells_from_below(random):
    points = random.normal(size=(50, 2)) * (3, 1)
    square = Square.around(points)
    left, right, low, high = square.limits()
    assert right - left == pytest.approx(high - low)
    wide = np.ptp(points[:, 0])
    assert points[:, 0].min() - left == pytest.approx(MARGIN * (right - left))
    assert wide == pytest.approx((1 - 2 * MARGIN) * (right - left))
    centres = square.centres(4)
    assert centres[0] == pytest.approx(
        [left + (right - left) / 8, low + (high - low) / 8]
    )
    assert centres[1][0] > centres[0][0]
    assert centres[4][1] > centres[0][1]


def hidden_net(points, weights):
    first, second = weights
    return np.tanh(points @ first) @ second


def test_boundary_is_the_argmax_of_the_net_on_the_grid(random):
    weights = [random.normal(size=s).astype(np.float32) for s in ((2, 8), (8, 3))]
    points = random.normal(size=(40, 2)).astype(np.float32)
    labels = random.integers(0, 3, 40)
    scores = hidden_net(points, weights)
    inputs = {"points": points, "input": scores, "target": labels}

    def answer(given):
        return torch.from_numpy(hidden_net(given.numpy(), weights))

    arrays, _ = VIEWS["decision_boundary"](
        subject("decision_boundary", inputs, params={"resolution": 9}, answer=answer)
    )
    left, right, low, high = arrays["limits"]
    for row, column in [(0, 0), (0, 8), (8, 0), (3, 5)]:
        x = left + (column + 0.5) / 9 * (right - left)
        y = low + (row + 0.5) / 9 * (high - low)
        there = hidden_net(np.array([[x, y]]), weights)[0]
        assert arrays["region"][row, column] == there.argmax()
        softmax = np.exp(there) / np.exp(there).sum()
        assert arrays["certainty"][row, column] == pytest.approx(
            softmax.max(), rel=1e-4
        )
    assert (arrays["answers"] == scores.argmax(1)).all()
    assert (arrays["labels"] == labels).all()
    assert np.allclose(arrays["points"], points)


def test_boundary_of_one_share_splits_at_the_threshold():
    points = np.array([[0, 0], [1, 1]], np.float32)
    inputs = {"points": points, "input": points[:, :1]}
    arrays, words = VIEWS["decision_boundary"](
        subject(
            "decision_boundary",
            inputs,
            params={"resolution": 10, "threshold": 0.5},
            answer=lambda given: given[:, :1],
        )
    )
    assert arrays["region"].tolist() == [[0] * 5 + [1] * 5] * 10
    left, right, *_ = arrays["limits"]
    last = left + 0.95 * (right - left)
    assert arrays["certainty"][0, 9] == pytest.approx(min(last, 1.0), abs=1e-6)
    assert words["classes"] == ("0", "1")
    assert "labels" not in arrays


def test_boundary_is_shown_in_the_units_of_the_data(random):
    points = random.normal(size=(30, 2)).astype(np.float32)
    undo = {"points": lambda values: values * (10, 2) + (5, -1)}
    inputs = {"points": points, "input": points}
    arrays, _ = VIEWS["decision_boundary"](
        subject("decision_boundary", inputs, undo=undo, answer=lambda given: given)
    )
    assert np.allclose(arrays["points"], points * (10, 2) + (5, -1), atol=1e-5)
    left, right, low, high = Square.around(points.astype(float)).limits()
    expected = [left * 10 + 5, right * 10 + 5, low * 2 - 1, high * 2 - 1]
    assert np.allclose(arrays["limits"], expected)


def test_predictions_come_worst_first(random):
    scores = random.normal(size=(50, 5)).astype(np.float32)
    labels = random.integers(0, 5, 50)
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    losses = -np.log(shares[np.arange(50), labels])
    order = np.argsort(-losses)[:8]
    sample = random.normal(size=(50, 9)).astype(np.float32)
    inputs = {"input": scores, "target": labels, "sample": sample}
    arrays, words = VIEWS["predictions"](
        subject("predictions", inputs, params={"count": 8})
    )
    assert (arrays["samples"] == order).all()
    assert np.allclose(arrays["losses"], losses[order], atol=1e-5)
    assert (arrays["answers"] == scores.argmax(1)[order]).all()
    assert (arrays["labels"] == labels[order]).all()
    assert np.allclose(arrays["shares"][:, 0], shares.max(1)[order], atol=1e-6)
    assert np.allclose(arrays["shares"][:, 1], shares[order, labels[order]], atol=1e-6)
    assert np.allclose(arrays["features"], sample[order, :6])
    assert words["total"] == ("50",)


def test_predicted_texts_are_spelt_and_judged_as_a_whole(random):
    letters = ("", *"abcd")
    scores = random.normal(size=(30, 6, 5)).astype(np.float32)
    labels = random.integers(0, 5, (30, 6))
    read = random.integers(0, 5, (30, 9))
    inputs = {"input": scores, "target": labels, "sample": read}
    arrays, words = VIEWS["predictions"](
        subject(
            "predictions",
            inputs,
            params={"count": 7},
            classes=letters,
            tokens=letters,
        )
    )
    shares = np.exp(scores) / np.exp(scores).sum(2, keepdims=True)
    given = np.take_along_axis(shares, labels[..., None], axis=2)[..., 0]
    losses = -np.log(given).mean(axis=1)
    order = np.argsort(-losses)[:7]
    assert (arrays["samples"] == order).all()
    assert np.allclose(arrays["losses"], losses[order], atol=1e-5)

    def spelt(tokens):
        return tuple("".join(letters[t] for t in tokens[n]) for n in order)

    assert words["rights"] == spelt(labels)
    assert words["answers"] == spelt(scores.argmax(2))
    assert words["texts"] == spelt(read)
    assert words["total"] == ("30",)


def test_shares_are_not_put_through_softmax_again():
    shares = np.array([[0.7, 0.3], [0.1, 0.9]], np.float32)
    inputs = {"input": shares, "target": np.array([0, 0])}
    arrays, _ = VIEWS["predictions"](subject("predictions", inputs))
    assert np.allclose(arrays["losses"], -np.log([0.1, 0.7]), atol=1e-6)


def test_predicted_numbers_are_in_the_units_of_the_target():
    output = np.array([[0.0], [1.0], [2.0]], np.float32)
    target = np.array([[0.5], [1.0], [5.0]], np.float32)
    undo = dict.fromkeys(("input", "target"), lambda values: values * 100 + 7)
    inputs = {"input": output, "target": target}
    arrays, _ = VIEWS["predictions"](subject("predictions", inputs, undo=undo))
    assert arrays["samples"].tolist() == [2, 0, 1]
    assert arrays["targets"].ravel().tolist() == [507, 57, 107]
    assert arrays["outputs"].ravel().tolist() == [207, 7, 107]
    assert arrays["losses"].tolist() == [9, 0.25, 0]


def test_images_become_bytes_between_black_and_white():
    images = np.array([[[[0.0, 0.5], [1.0, 0.2]]], [[[1, 1], [0, 0]]]], np.float32)
    labels = torch.tensor([3, 1])
    arrays, words = VIEWS["image_grid"](
        subject(
            "image_grid", {"input": images}, labels=labels, label_names=tuple("abcd")
        )
    )
    assert arrays["pixels"][0, ..., 0].tolist() == [[0, 128], [255, 51]]
    assert arrays["range"].tolist() == [0, 1]
    assert arrays["labels"].tolist() == [3, 1]
    assert words["classes"] == tuple("abcd")


@pytest.mark.parametrize(
    ("low", "high", "wish", "expected"),
    [
        (0.1, 0.9, "automatic", (0, 1)),
        (-0.5, 0.5, "automatic", (-1, 1)),
        (-3.0, 5.0, "automatic", (-3, 5)),
        (-3.0, 5.0, "0…1", (0, 1)),
    ],
)
def test_range_of_images_is_the_wished_or_the_narrowest(low, high, wish, expected):
    images = np.linspace(low, high, 2 * 3 * 4 * 4, dtype=np.float32)
    inputs = {"input": images.reshape(2, 3, 4, 4)}
    arrays, _ = VIEWS["image_grid"](
        subject("image_grid", inputs, params={"range": wish})
    )
    assert arrays["range"] == pytest.approx(expected)
    assert arrays["pixels"].shape == (2, 4, 4, 3)


def test_scatter_shows_evenly_spread_samples(random):
    features = random.normal(size=(1000, 5)).astype(np.float32)
    labels = random.integers(0, 3, 1000)
    inputs = {"input": features, "target": labels}
    arrays, words = VIEWS["scatter"](subject("scatter", inputs, params={"count": 100}))
    assert np.array_equal(arrays["points"], features[::10, :2])
    assert np.array_equal(arrays["labels"], labels[::10])
    assert words["classes"] == ("0", "1", "2")


def test_scatter_with_a_decimal_target_shows_values(random):
    features = random.normal(size=(10, 2)).astype(np.float32)
    target = random.normal(size=(10, 1)).astype(np.float32)
    arrays, _ = VIEWS["scatter"](
        subject("scatter", {"input": features, "target": target})
    )
    assert np.array_equal(arrays["values"], target[:, 0])


def test_curve_asks_the_net_evenly_between_the_samples(random):
    x = random.uniform(-3, 3, (80, 1)).astype(np.float32)
    inputs = {"x": x, "input": np.sin(x), "target": x * 2}
    undo = {"x": lambda v: v * 10, "input": lambda v: v + 1}
    arrays, words = VIEWS["curve"](
        subject("curve", inputs, undo=undo, answer=torch.sin, names={"x": ("time",)})
    )
    places = np.linspace(x.min(), x.max(), 256)
    assert np.allclose(arrays["curve"][:, 0], places * 10, atol=1e-4)
    assert np.allclose(arrays["curve"][:, 1], np.sin(places) + 1, atol=1e-5)
    assert np.allclose(arrays["points"], np.hstack([x * 10, x * 2]), atol=1e-5)
    assert words["axes"] == ("time", "y")


def test_curve_without_a_net_to_ask_goes_through_the_samples():
    inputs = {
        "x": np.array([[3], [1], [2]], np.float32),
        "input": np.array([[9], [1], [4]], np.float32),
    }
    arrays, _ = VIEWS["curve"](subject("curve", inputs))
    assert arrays["curve"].tolist() == [[1, 1], [2, 4], [3, 9]]


@pytest.mark.parametrize(("num", "count"), [(10, 3), (5, 9), (1000, 1000), (0, 4)])
def test_spread_takes_different_samples_in_order(num, count):
    chosen = spread(num, count)
    assert len(chosen) == min(num, count)
    assert (np.diff(chosen) > 0).all()
    assert not len(chosen) or (chosen[0], chosen[-1] < num) == (0, True)
