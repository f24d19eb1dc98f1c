"""Views that ask the network many times, against networks computed by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.layers import registry
from engine.layers.diffusion import remaining
from engine.measure.views.makers import denoising_chain, text_sample
from engine.measure.views.subject import Subject
from engine.measure.views.table import VIEWS


def subject(kind, inputs, answer, params=None, **rest):
    complete = registry.get(kind).complete(params or {})
    return Subject(complete, inputs, answer, **rest)


def test_latent_map_shows_the_decoder_at_every_place():
    latent = torch.tensor([[0.0, 0.0, 3.0], [1.0, 1.0, 5.0]])
    asked = []

    def decoder(z):
        asked.append(z)
        level = (z[:, 0] + 2) / 4
        return level.reshape(-1, 1, 1, 1).expand(-1, 1, 4, 4)

    params = {"resolution": 3, "extent": 2.0, "range": "0…1"}
    view = subject("latent_map", {"latent": latent}, decoder, params)
    arrays, words = VIEWS["latent_map"](view)
    x, y, rest = asked[0].T.tolist()
    assert x == [-2, 0, 2] * 3
    assert y == [2, 2, 2, 0, 0, 0, -2, -2, -2]
    assert set(rest) == {4.0}
    assert arrays["pixels"][:, 0, 0, 0].tolist() == [0, 128, 255] * 3
    assert words["across"] == ("3",)


def successor(tokens):
    """Score the token that follows in the alphabet far above the others."""
    return 50.0 * nn.functional.one_hot((tokens + 1) % 26, 26).float()


def test_text_goes_on_after_the_prompt():
    letters = tuple("abcdefghijklmnopqrstuvwxyz")
    for window in (4, 40):
        tokens = torch.zeros(1, window, dtype=torch.int64)
        view = subject(
            "text_sample",
            {"tokens": tokens},
            successor,
            {"prompt": "xy", "length": 6},
            classes=letters,
        )
        arrays, words = VIEWS["text_sample"](view)
        assert words["text"] == ("xyzabcde",)
        assert words["prompt"] == ("xy",)
        assert len(arrays["tokens"]) == 8


def test_text_reads_only_what_was_written():
    seen = []

    def network(tokens):
        seen.append(tokens.clone())
        return successor(tokens)

    view = subject(
        "text_sample",
        {"tokens": torch.zeros(1, 5, dtype=torch.int64)},
        network,
        {"prompt": "b", "length": 6},
        classes=tuple("abcdefghijklmnopqrstuvwxyz"),
    )
    VIEWS["text_sample"](view)
    assert [tokens.shape for tokens in seen] == [(1, 5)] * 6
    assert seen[1].tolist() == [[1, 2, 0, 0, 0]]
    assert seen[-1].tolist() == [[2, 3, 4, 5, 6]]


def test_shares_follow_temperature_and_top_k():
    scores = torch.tensor([1.0, 3.0, 2.0, 0.0])
    generator = torch.Generator()
    drawer = text_sample.Drawer(0.5, 2, generator)
    kept = np.exp(np.array([3.0, 2.0]) / 0.5)
    shares = drawer.shares(scores).numpy()
    assert shares[[0, 3]].tolist() == [0, 0]
    np.testing.assert_allclose(shares[[1, 2]], kept / kept.sum())
    drawn = [drawer(scores) for _ in range(4000)]
    assert np.mean(np.array(drawn) == 1) == pytest.approx(shares[1], abs=0.02)


SCHEDULE = {"steps": 50, "schedule": "cosine", "predict": "noise"}
MEAN, DEVIATION = 1.5, 0.4


def perfect(predict):
    """Return the best network for samples of 𝒩(1.5, 0.4²), by Bayes."""
    left = torch.tensor(remaining(50, "cosine"))

    def network(mixture, time):
        share = left[time.long().flatten()].reshape(-1, 1)
        signal, spoilt = share.sqrt(), (1 - share).sqrt()
        variance = share * DEVIATION**2 + 1 - share
        noise = spoilt * (mixture - signal * MEAN) / variance
        sample = (mixture - spoilt * noise) / signal
        velocity = signal * noise - spoilt * sample
        return {"noise": noise, "sample": sample, "velocity": velocity}[predict]

    return network


@pytest.mark.parametrize("predict", ["noise", "sample", "velocity"])
def test_perfect_network_gives_the_distribution_back(predict):
    noise = torch.randn(4000, 2, generator=torch.Generator().manual_seed(0))
    schedule = {**SCHEDULE, "predict": predict}
    visited = list(range(49, -1, -1))
    steps, frames = denoising_chain.chain(perfect(predict), noise, schedule, visited)
    assert steps == [*visited, -1]
    assert len(frames) == 51
    assert frames[-1].mean().item() == pytest.approx(MEAN, abs=0.05)
    assert frames[-1].std().item() == pytest.approx(DEVIATION, rel=0.1)


def test_chain_shows_frames_from_noise_to_samples():
    like = torch.zeros(3, 2)
    view = subject(
        "denoising_chain",
        {"noisy": like, "time": like[:, :1], "input": like},
        perfect("noise"),
        {"count": 500, "frames": 4, "sampling_steps": 10},
        origins={"noisy": SCHEDULE},
    )
    arrays, words = VIEWS["denoising_chain"](view)
    assert arrays["points"].shape == (500, 2)
    assert arrays["pixels"].shape == (4, 64, 64, 1)
    assert arrays["steps"].tolist()[0] == 49
    assert arrays["steps"].tolist()[-1] == -1
    assert words["across"] == ("4",)
    again, _ = VIEWS["denoising_chain"](view)
    assert np.array_equal(arrays["points"], again["points"])


def test_chain_of_images_has_a_row_per_moment():
    like = torch.zeros(3, 1, 4, 4)

    def network(mixture, time):
        assert time.shape == (5, 1)
        return mixture * 0

    view = subject(
        "denoising_chain",
        {"noisy": like, "time": like[:, 0, 0, :1], "input": like},
        network,
        {"count": 5, "frames": 3, "sampling_steps": 4},
        origins={"noisy": {**SCHEDULE, "predict": "sample"}},
    )
    arrays, words = VIEWS["denoising_chain"](view)
    assert arrays["pixels"].shape == (15, 4, 4, 1)
    assert arrays["samples"].shape == (5, 4, 4, 1)
    assert words["across"] == ("5",)


def test_chain_needs_a_noise_schedule():
    like = torch.zeros(3, 2)
    view = subject("denoising_chain", {"noisy": like}, perfect("noise"))
    with pytest.raises(ValueError, match="NoiseSchedule"):
        VIEWS["denoising_chain"](view)


def test_forecast_feeds_its_answers_back():
    windows = torch.tensor([[[1.0], [1.0]], [[1.0], [2.0]], [[2.0], [9.0]]])
    truth = torch.tensor([[2.0], [9.0], [5.0]])

    def fibonacci(window):
        return window.sum(1)

    inputs = {"window": windows, "input": truth, "target": truth}
    undo = {"input": lambda v: 10 * v, "target": lambda v: 10 * v}
    arrays, _ = VIEWS["forecast"](subject("forecast", inputs, fibonacci, undo=undo))
    assert arrays["curve"].tolist() == [[1, 20], [2, 30], [3, 50]]
    assert arrays["points"].tolist() == [[1, 20], [2, 90], [3, 50]]


def test_clipped_samples_stay_within_their_limit():
    noise = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    visited = list(range(49, -1, -1))
    _, frames = denoising_chain.chain(
        perfect("noise"), noise, SCHEDULE, visited, clip=1.6
    )
    assert frames[-1].abs().max() <= 1.6
    assert frames[-1].max() == 1.6
