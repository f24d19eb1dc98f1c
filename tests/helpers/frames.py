"""Frames like those of a training, without an engine, and a client that plays them.

Histograms are counted here by `np.frexp`, not with the engine's code.
"""

import numpy as np

from engine.protocol import messages
from engine.protocol.histogram import HISTOGRAM_BINS

NAMES = ("conv1", "bn1", "conv2", "bn2", "linear")


def histogram(values):
    """Count values by sign and exponent as `histogram.HISTOGRAM_BINS` says."""
    values = np.asarray(values, np.float32)
    _, exponent = np.frexp(values)
    field = np.clip(exponent.astype(int) - 1 + 127, 0, 254)
    field[values == 0] = 0
    field[~np.isfinite(values)] = 255
    return np.bincount(field + 256 * np.signbit(values), minlength=HISTOGRAM_BINS)


def run_started(layers=NAMES, **changes):
    fields = {
        "run": "runs/one",
        "layers": tuple(layers),
        "layer_parameters": (1000,) * len(layers),
        "phases": ("training",),
        "metrics": ("loss", "accuracy"),
        "device": "cpu",
        "threads": 1,
        "total_steps": 1000,
        "steps_per_epoch": 63,
        "batch_size": 64,
        "parameters": 1000 * len(layers),
    }
    return messages.RunStarted(**{**fields, **changes})


def sample(step, layers=NAMES, seed=0, dead=()):
    """A measurement; layer `i` has gradients around 10^(-4.6 + 0.45 i)."""
    random = np.random.default_rng((seed, step))
    count = len(layers)
    grads, weights, zeros, norms = [], [], [], []
    for index in range(count):
        centre = -4.6 + 1.8 * index / max(count - 1, 1) - 0.5 * min(step / 800, 1)
        wobble = 0.15 * np.sin(step / 40 + index)
        values = random.normal(size=2000) * 10 ** (
            random.normal(0.35 + centre + wobble, 0.35, 2000)
        )
        values[: 1400 if index in dead else 12 * index] = 0
        grads.append(histogram(values))
        weights.append(histogram(random.normal(0, 0.03 * (index + 1), 2000)))
        zeros.append(np.mean(values == 0))
        norms.append(np.linalg.norm(values))
    drift = np.sin(np.arange(count) * 1.7 + step / 90) * 0.5
    ratio = 10 ** (-3.2 + drift + random.normal(0, 0.2, count) - step / 2000)
    return messages.LayerSample(
        step=step,
        grad_histogram=np.array(grads, np.int64),
        weight_histogram=np.array(weights, np.int64),
        grad_norm=np.array(norms),
        weight_norm=np.full(count, 3.0),
        update_ratio=ratio,
        grad_zeros=np.array(zeros),
        grad_nonfinite=np.zeros(count),
    )


def losses(steps, seed=0):
    random = np.random.default_rng((seed, int(steps[0])))
    trend = 0.3 + 2.1 * np.exp(-steps / 180)
    return trend * (1 + random.normal(0, 0.12, len(steps)))


def frames(num_steps=900, per_frame=10, layers=NAMES, evaluate_every=30, dead=()):
    """Yield the frames of a run of `num_steps` steps."""
    for first in range(1, num_steps + 1, per_frame):
        steps = np.arange(first, min(first + per_frame, num_steps + 1))
        last = int(steps[-1])
        due = last // evaluate_every > (first - 1) // evaluate_every
        yield messages.Frame(
            step=last,
            epoch=last / 63,
            state="training",
            steps=steps.astype(np.int64),
            losses=losses(steps)[:, None],
            rates=np.full((len(steps), 1), 1e-3),
            sample=sample(last, layers, dead=dead) if layers else None,
            evaluations=(evaluation(last),) if due else (),
            samples_per_s=1284.0,
            overhead=0.018,
            eta_s=12.0,
            log=(f"epoch {last // 63}",) if due else (),
        )


def evaluation(step):
    loss = 0.42 + 2.05 * np.exp(-step / 190)
    value = 0.97 - 0.85 * np.exp(-step / 150)
    return messages.Evaluation(
        step=step,
        epoch=step / 63,
        values={"loss": loss, "ce": loss, "accuracy": value},
        train_values={
            "loss": loss - 0.05,
            "ce": loss - 0.05,
            "accuracy": value + 0.015,
        },
    )


class FakeClient:
    """Plays messages; remembers commands and how it was closed."""

    def __init__(self):
        self.sent, self.arriving, self.closed_with = [], [], None

    def send(self, command):
        self.sent.append(command)
        return len(self.sent)

    def drain(self):
        arrived, self.arriving = self.arriving, []
        return arrived

    def kill(self):
        self.arriving.append(messages.Message(0, messages.EngineGone("killed")))

    def close(self, timeout_s):
        self.closed_with = timeout_s

    def answer(self, body, number=None):
        self.arriving.append(
            messages.Message(len(self.sent) if number is None else number, body)
        )
