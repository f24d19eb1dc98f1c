"""Classes, pixels, squares, chains and turns on numbers that need no computer."""

import numpy as np
import pytest
import torch

from engine.layers import registry
from engine.layers.diffusion import remaining
from engine.measure.budget import Budget
from engine.measure.views import classes, pixels
from engine.measure.views.makers import denoising_chain, predictions
from engine.measure.views.plane import Square
from engine.measure.views.subject import Subject
from engine.measure.views.table import VIEWS
from engine.measure.views.turns import Turns


def scene(kind, inputs, **rest):
    params = registry.get(kind).complete(rest.pop("params", {}))
    tensors = {port: torch.tensor(values) for port, values in inputs.items()}
    return Subject(params, tensors, **rest)


# Scores, shares and answers.


def test_rows_of_scores_have_their_classes_wherever_they_stood():
    scores = torch.arange(24.0).reshape(2, 3, 4)
    second = classes.rows(scores, torch.zeros(2, 4), "automatic")
    assert second.tolist()[1] == [1, 5, 9]
    last = classes.rows(scores, torch.zeros(2, 3), "automatic")
    assert last.tolist()[1] == [4, 5, 6, 7]
    assert classes.rows(scores, torch.zeros(2, 3), "1").shape == (8, 3)
    square = torch.arange(18.0).reshape(2, 3, 3)
    assert classes.rows(square, torch.zeros(2, 3), "last").tolist()[0] == [0, 1, 2]
    assert classes.rows(square, torch.zeros(2, 3), "1").tolist()[0] == [0, 3, 6]


@pytest.mark.parametrize(
    ("score", "threshold", "yes"),
    [(0.3, 0.5, 0.3), (1.7, 0.5, 1.0), (-2.0, 0.5, 0.0), (0.0, 0.0, 0.5),
     (2.0, 0.0, 1 / (1 + np.exp(-2))), (3.0, 1.0, 1 / (1 + np.exp(-2))),
     (3.0, None, 1 / (1 + np.exp(-3))), (3.0, -1.0, 1 / (1 + np.exp(-4)))],
)  # fmt: skip
def test_one_score_is_a_share_or_goes_through_the_logistic_function(
    score, threshold, yes
):
    found = classes.shares(torch.tensor([[score]]), {"threshold": threshold})
    np.testing.assert_allclose(found, [[1 - yes, yes]], atol=1e-6)


@pytest.mark.parametrize(
    ("row", "are_shares"),
    [([0.25, 0.75], True), ([0.0, 1.0], True), ([0.25, 0.76], False),
     ([-0.1, 1.1], False),
     ([1.0, 0.0005], True), ([0.2, 0.2], False)],
)  # fmt: skip
def test_rows_that_add_up_to_one_are_shares_already(row, are_shares):
    found = classes.shares(torch.tensor([row]), {})[0]
    softmax = np.exp(row) / np.exp(row).sum()
    np.testing.assert_allclose(found, row if are_shares else softmax, atol=1e-6)


def test_large_scores_do_not_overflow():
    found = classes.shares(torch.tensor([[1000.0, 999.0]]), {})
    np.testing.assert_allclose(found[0], [1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))])


def test_surprise_is_the_negative_logarithm_with_a_floor():
    found = classes.surprise(np.array([[0.25, 0.75], [1.0, 0.0]]), np.array([0, 1]))
    np.testing.assert_allclose(found, [np.log(4), -np.log(1e-12)])


def test_answers_begin_at_the_threshold():
    single = torch.tensor([[0.4], [0.5], [0.6]])
    assert classes.answers(single, {"threshold": 0.5}).tolist() == [0, 1, 1]
    assert classes.answers(single - 0.5, {}).tolist() == [0, 1, 1]
    assert classes.answers(torch.tensor([[1.0, 3, 2]]), {}).tolist() == [1]


def test_ignored_labels_do_not_count():
    inputs = {"input": [[1.0, 0], [0, 1.0], [1.0, 0]], "target": [0, 1, 1]}
    some = scene("confusion_matrix", inputs, params={"ignore_index": 1})
    assert classes.counted(some).tolist() == [True, False, False]
    every = scene("confusion_matrix", inputs)
    assert classes.counted(every).tolist() == [True] * 3
    arrays, _ = VIEWS["confusion_matrix"](some)
    assert arrays["counts"].tolist() == [[1, 0], [0, 0]]


def test_labels_of_decimal_targets_are_yes_above_one_half():
    assert classes.labels_of(torch.tensor([[0.5, 9], [0.6, 0]])).tolist() == [0, 1]
    assert classes.labels_of(torch.tensor([[3], [4]])).tolist() == [3, 4]
    assert classes.names(("a", "b", "c"), 2) == ("a", "b")
    assert classes.names(("a",), 3) == ("a", "1", "2")


# Pixels.


@pytest.mark.parametrize(
    ("shape", "found"),
    [((3, 8, 8), True), ((1, 8, 8), True), ((2, 8, 8), False), ((8, 8), True),
     ((8, 1), False),
     ((8,), False), ((1, 1, 8), False), ((1, 2, 2), True), ((1, 3, 8, 8), False)],
)  # fmt: skip
def test_what_is_an_image(shape, found):
    assert pixels.is_image(shape) == found


def test_bytes_are_rounded_between_black_and_white():
    images = np.array([[[0.0, 1.0], [2.0, 3.0]], [[-5.0, 9.0], [np.nan, 1.51]]])
    found = pixels.tiles(images, 1.0, 3.0)
    assert found.shape == (2, 2, 2, 1)
    assert found[..., 0].tolist() == [[[0, 0], [128, 255]], [[0, 255], [0, 65]]]
    flat = pixels.tiles(np.full((1, 2, 2), 7.0), 7.0, 7.0)
    assert flat.max() == 0


def test_large_images_are_thinned_to_256_pixels():
    assert pixels.tiles(np.zeros((1, 256, 10)), 0, 1).shape == (1, 256, 10, 1)
    image = np.arange(257.0)[None, :, None] * np.ones((1, 1, 10))
    thin = pixels.tiles(image, 0, 256)
    assert thin.shape == (1, 129, 5, 1)
    assert thin[0, 2, 0, 0] == round(4 / 256 * 255)
    assert pixels.tiles(np.zeros((2, 3, 4, 5)), 0, 1).shape == (2, 4, 5, 3)
    assert pixels.tiles(np.zeros((2, 4, 4, 5)), 0, 1).shape == (2, 4, 5, 1)
    assert pixels.tiles(np.zeros((2, 2, 4, 5)), 0, 1).shape == (2, 4, 5, 1)


# Squares.


def test_a_square_stands_in_the_middle_of_its_points():
    square = Square.around(np.array([[0.0, 10.0], [8.4, 14.0], [np.nan, 99.0]]))
    assert square.side == pytest.approx(10)
    np.testing.assert_allclose(square.limits(), [-0.8, 9.2, 7, 17])
    np.testing.assert_allclose(
        square.centres(2), [[1.7, 9.5], [6.7, 9.5], [1.7, 14.5], [6.7, 14.5]]
    )
    assert Square.around(np.zeros((0, 2))) == Square(-1, -1, 2)
    np.testing.assert_allclose(
        Square.around(np.array([[3.0, 4]])).limits(), [2, 4, 3, 5]
    )


# Chains.


def test_parts_of_a_mixture_are_found_again_whatever_is_predicted():
    sample, noise = torch.tensor([[3.0, -1.0]]), torch.tensor([[0.5, 2.0]])
    signal, spoilt = 0.8, 0.6
    mixture = signal * sample + spoilt * noise
    velocity = signal * noise - spoilt * sample
    for predict, told in (("noise", noise), ("sample", sample), ("velocity", velocity)):
        found = denoising_chain.taken_apart(predict, mixture, told, signal, spoilt)
        torch.testing.assert_close(found[0], sample)
        torch.testing.assert_close(found[1], noise)


def test_every_step_mixes_again_with_the_noise_of_the_next():
    schedule = {"steps": 10, "schedule": "cosine", "predict": "noise"}
    left = remaining(10, "cosine")
    asked = []

    def network(mixture, time):
        asked.append((mixture.clone(), time.flatten().tolist()))
        return torch.full_like(mixture, 0.5)

    noise = torch.tensor([[1.0], [-2.0]])
    steps, frames = denoising_chain.chain(network, noise, schedule, [9, 4, 0])
    assert steps == [9, 4, 0, -1]
    assert [time for _, time in asked] == [[9, 9], [4, 4], [0, 0]]
    now = noise.double()
    for step, following, frame in zip((9, 4, 0), (4, 0, None), frames[1:], strict=True):
        sample = (now - (1 - left[step]) ** 0.5 * 0.5) / left[step] ** 0.5
        after = 1.0 if following is None else left[following]
        now = after**0.5 * sample + (1 - after) ** 0.5 * 0.5
        torch.testing.assert_close(frame.double(), now, rtol=1e-4, atol=1e-4)


def test_samples_that_are_cut_change_what_is_left_as_noise():
    schedule = {"steps": 10, "schedule": "cosine", "predict": "sample"}
    left = remaining(10, "cosine")
    noise = torch.tensor([[1.0]])
    _, frames = denoising_chain.chain(
        lambda mixture, _: torch.full_like(mixture, 9.0),
        noise, schedule, [5, 2], clip=2.0,
    )  # fmt: skip
    rest = (1.0 - left[5] ** 0.5 * 2) / (1 - left[5]) ** 0.5
    expected = left[2] ** 0.5 * 2 + (1 - left[2]) ** 0.5 * rest
    assert float(frames[1]) == pytest.approx(expected, rel=1e-5)
    assert float(frames[2]) == 2


@pytest.mark.parametrize(
    ("wanted", "visited"),
    [(0, list(range(9, -1, -1))), (10, list(range(9, -1, -1))),
     (99, list(range(9, -1, -1))),
     (4, [9, 6, 3, 0]), (2, [9, 0]), (1, [9])],
)  # fmt: skip
def test_steps_are_visited_evenly_from_the_noisiest(wanted, visited):
    one = scene("denoising_chain", {}, params={"sampling_steps": wanted})
    assert denoising_chain.chosen(one, {"steps": 10}) == visited


def test_clouds_are_counted_in_cells_the_lowest_row_last():
    frames = [np.array([[0.0, 0.0], [0.0, 0.0], [8.4, 8.4], [4.2, 0.0]])] * 2
    arrays, columns = denoising_chain._clouds(frames)
    assert columns == 2
    levels = arrays["pixels"][0, ..., 0]
    assert levels.shape == (64, 64)
    side = 10.0
    low = round((0.8 / side) * 64 - 0.5)
    high = int((9.2 / side) * 64)
    assert levels[63 - low, low] == 255
    assert levels[63 - high, high] == levels[63 - low, 32] == round(255 * 0.5**0.5)
    assert (levels > 0).sum() == 3
    np.testing.assert_allclose(arrays["points"], frames[0], rtol=1e-6)
    assert arrays["range"].tolist() == [0, 1]


# Predictions.


def test_what_is_no_number_comes_first_and_equal_losses_in_their_order():
    losses = np.array([1.0, 3.0, np.nan, 3.0, np.inf, 0.0])
    assert predictions.worst_first(losses).tolist() == [2, 4, 1, 3, 0, 5]


def test_places_of_a_text_belong_to_their_sample():
    one = scene("predictions", {"input": np.zeros((3, 4, 2), np.float32)})
    picked = predictions.chosen(
        one, {"a": np.arange(12)}, np.arange(12) / 2, np.array([11, 4, 3])
    )
    assert picked["samples"].tolist() == [2, 1, 0]
    assert picked["a"].tolist() == [11, 4, 3]
    assert picked["losses"].tolist() == [5.5, 2, 1.5]


def test_ignored_places_are_not_shown_and_not_counted():
    scores = np.array([[2.0, 0], [0, 2.0], [1.0, 0], [5.0, 0]], np.float32)
    inputs = {"input": scores, "target": [0, 1, 1, 9]}
    one = scene("predictions", inputs, params={"ignore_index": 9, "count": 2})
    arrays, words = VIEWS["predictions"](one)
    assert words["total"] == ("3",)
    assert arrays["samples"].tolist() == [2, 0]
    assert arrays["losses"] == pytest.approx([np.log(1 + np.e), np.log(1 + np.exp(-2))])
    assert arrays["shares"][0] == pytest.approx([np.e / (1 + np.e), 1 / (1 + np.e)])


# Turns.


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_views_are_made_in_turns_as_far_apart_as_they_are_dear():
    clock = Clock()
    budget = Budget(0.05, 1e9, clock)
    turns = Turns(budget, ("cheap", "dear"), clock)
    assert turns.due() == ["cheap", "dear"]
    for _ in range(2):
        turns.spent("cheap", 0.01)
        turns.spent("dear", 1.0)
    cheap, dear = (budget.apart_s(cost * 2) for cost in (0.01, 1.0))
    assert dear == pytest.approx(2.003 / 0.023 * cheap)  # 3 ms come after each
    clock.now += 0.99 * cheap
    assert turns.due() == []
    clock.now += 0.02 * cheap
    assert turns.due() == ["cheap"]
    clock.now = 100 + 0.76 * dear  # within a quarter of its distance: together
    assert turns.due() == ["cheap", "dear"]
    turns.leave("cheap")
    turns.spent("cheap", 9.0)
    assert turns.due() == []
    clock.now = 100 + dear
    assert turns.due() == ["dear"]


def test_the_first_time_of_a_view_says_little():
    clock = Clock()
    budget = Budget(0.05, 1e9, clock)
    turns = Turns(budget, ("a", "b"), clock)
    turns.spent("a", 0.1)
    turns.spent("b", 0.5)  # a busy machine: 10 s instead of 31
    assert budget.apart_s(0.2) > 2
    assert budget.apart_s(1.0) > 20
    clock.now += 2.0
    assert turns.due() == ["a"]
    turns.spent("a", 0.3)  # their mean is 0.2
    clock.now = 100 + 9.9
    assert turns.due() == []
    clock.now = 100 + 10.0
    assert turns.due() == ["b"]
    turns.spent("b", 0.5)  # twice as dear: now it counts
    clock.now += budget.apart_s(1.0) - 0.001
    assert "a" in turns.due()
    turns.leave("a")
    assert turns.due() == []
    clock.now += 0.002
    assert turns.due() == ["b"]
