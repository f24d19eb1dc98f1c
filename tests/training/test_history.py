import numpy as np
import torch

from engine.training.loop.divergence import DeviceLosses
from engine.training.loop.history import NAN, StepLog
from engine.training.loop.throughput import Throughput


def test_losses_on_a_device_come_back_in_their_places():
    log = StepLog(2)
    log.add(1, [torch.tensor(1.5), NAN], [0.1, NAN])
    log.add(2, [torch.tensor(2.5), torch.tensor(3.5)], [0.1, 0.2])
    steps, losses, rates = log.drain()
    assert steps.tolist() == [1, 2]
    np.testing.assert_array_equal(losses, [[1.5, np.nan], [2.5, 3.5]])
    np.testing.assert_array_equal(rates, [[0.1, np.nan], [0.1, 0.2]])


def test_drained_log_is_empty_and_keeps_its_columns():
    log = StepLog(3)
    steps, losses, rates = log.drain()
    assert len(log) == len(steps) == 0
    assert losses.shape == rates.shape == (0, 3)


def test_first_loss_that_is_not_finite_is_named():
    losses = DeviceLosses()
    assert losses.first_bad() is None
    good, bad = torch.tensor(1.0), torch.tensor(float("inf"))
    losses.add(4, ["a", "b"], {"a": good, "b": good})
    assert losses.first_bad() is None
    losses.add(5, ["a", "b"], {"a": good, "b": bad})
    losses.add(6, ["a"], {"a": bad})
    assert losses.first_bad() == (5, "b")
    assert losses.first_bad() is None


class Training:
    """As much of a trainer as a pace looks at."""

    step, total_steps, epoch = 0, 100, 0.0

    class parts:  # noqa: N801
        class feeds:  # noqa: N801
            num_samples = 50


def test_pace_is_that_of_the_last_second_without_pauses():
    now = [0.0]
    training, pace = Training(), Throughput(lambda: now[0])
    pace.start(training)
    for _ in range(40):  # 10 steps and 20 samples a second
        now[0] += 0.1
        training.step += 1
        training.epoch += 2 / 50
        pace.tick(training)
    assert abs(pace.samples_per_s - 20) < 1e-6
    assert abs(pace.eta_s(training) - 6.0) < 1e-6
    pace.pause()
    assert pace.samples_per_s == 0
    assert np.isnan(pace.eta_s(training))
    now[0] += 1000.0
    pace.start(training)
    now[0] += 0.1
    training.epoch += 2 / 50
    pace.tick(training)
    assert abs(pace.samples_per_s - 20) < 1e-6
