"""Rules about gradients and steps on made-up measurements: limits and numbers."""

import numpy as np
import pytest

from engine.explain.diagnose.curve import Curve
from engine.explain.diagnose.rules import (
    exploding,
    momentum,
    too_fast,
    too_slow,
    vanishing,
)
from engine.protocol.messages import LayerSample
from tests.explain.diagnose.made_up import (
    EMPTY,
    blank,
    record_of,
    row,
    shut,
    told,
    values,
)

# Exploding: ‖g‖/‖w‖ ≥ 10 at the start, or a last gradient of ≥ 100 times the usual.


def blown(grads, weights, *, losses=(1.0, 11.0), **changes):
    samples = [(grads, weights, row(0.01))] * 5
    return exploding.check(
        record_of("too-fast", losses=losses, samples=samples, **changes)
    )


def test_exploding_tells_the_force_before_the_first_step():
    finding = blown([30.0, 40.0, 120.0], [0.0, 3.0, 4.0])
    assert told(finding) == [26]
    assert values(finding) == [(pytest.approx(26), "≥", 10)]
    # Those that reach half of the largest.
    assert finding.nodes == blank("too-fast").places(blank("too-fast").layers[2:])
    assert blown([60.0, 59.0, 120.0], [0.0, 3.0, 4.0]).nodes == blank(
        "too-fast"
    ).places([blank("too-fast").layers[i] for i in (0, 2)])


def test_exploding_begins_at_ten_when_the_loss_is_ten_times_the_first():
    assert blown([0.0, 0.0, 50.0], [3.0, 4.0, 0.0]).evidence[0].value == 10
    assert blown([0.0, 0.0, 49.0], [3.0, 4.0, 0.0]) is None
    assert blown([0.0, 0.0, 50.0], [3.0, 4.0, 0.0], losses=(1.0, 10.0)) is None
    lost = {"losses": (1.0, 1.0), "ending": "diverged"}
    assert blown([0.0, 0.0, 50.0], [3.0, 4.0, 0.0], **lost) is not None
    assert blown([0.0, 0.0, 50.0], [3.0, 4.0, 0.0], is_whole=False) is None


def test_three_measurements_before_a_jump_are_chance():
    def after(count):
        samples = [([0.0, 0.3, 0.4], row(1.0), row(0.01))] * count
        last = np.array([0.0, 30.0, 40.0])
        return exploding.check(
            record_of(
                "too-fast", losses=(1.0, 1.0), samples=samples, ending="diverged",
                last_gradients=last,
            )
        )  # fmt: skip

    assert after(3) is None
    assert after(4) is not None


def jumped(last, **changes):
    changes = {"losses": (1.0, 1.0), "ending": "diverged"} | changes
    grads = [0.0, 0.3, 0.4]
    return blown(grads, row(1.0), last_gradients=np.array(last), **changes)


def test_a_jump_is_told_as_a_multiple_of_the_usual_gradient():
    finding = jumped([0.0, 30.0, 40.0])
    assert told(finding) == [100]
    assert values(finding) == [(pytest.approx(100), "≥", 100)]
    assert jumped([0.0, 29.0, 40.0]) is None
    assert jumped([0.0, 30.0, 40.0], ending="finished") is None


# Momentum: first step ≤ 0.1, the largest five times it and ≥ 0.05.


def piled(*ratios, words=("momentum=0.99",), **changes):
    samples = [(row(1.0), row(1.0), row(ratio)) for ratio in ratios]
    words = ("optimizer=sgd", "lr=0.01", *words)
    return momentum.check(record_of("too-fast", *words, samples=samples, **changes))


def test_momentum_tells_the_first_step_and_what_it_has_grown_to():
    finding = piled(0.02, 0.1, 0.12)
    assert told(finding) == [2, 6]
    assert values(finding) == [(0.99, "≥", 0.95), (0.12, "≥", pytest.approx(0.1))]


def test_momentum_begins_at_five_times_the_first_step():
    assert piled(0.02, 0.099) is None
    assert piled(0.02, 0.1) is not None
    assert piled(0.001, 0.049) is None
    assert piled(0.001, 0.05) is not None
    assert piled(0.1, 0.3) is not None  # no more than the limit of any step
    assert piled(0.11, 0.9) is None
    assert piled(0.02, 0.2, words=("momentum=0.94",)) is None
    assert piled(0.02, 0.2, words=("momentum=0.95",)) is not None
    assert piled(0.02, 0.2, losses=[1.0] * 100 + [0.9] * 100) is None
    assert piled(0.02, 0.2, losses=[1.0] * 10) is None
    assert piled(0.02, 0.2, losses=[1.0] * 20) is not None


# Too low a rate: the largest step ≤ 0.0001 while the loss stands at ≥ 0.5.


def still(largest, *, steps=200, loss=1.0, count=4, **changes):
    samples = [(row(1.0), row(1.0), row(largest / 2))] * (count - 1)
    samples.append((row(1.0), row(1.0), row(largest)))
    tail = max(1, steps // 10)
    losses = [1.0] * (steps - tail) + [loss] * tail
    changes = {"total_steps": 500} | changes
    return too_slow.check(
        record_of("too-slow", losses=losses, samples=samples, **changes)
    )


def test_too_slow_tells_its_largest_step_and_the_time_it_would_take():
    finding = still(5e-5, loss=0.8)
    assert "5 × 10⁻⁵" in finding.text
    assert told(finding)[-1] == 20  # 0.001 is usual
    assert values(finding) == [
        (5e-5, "≤", 1e-4), (pytest.approx(0.8), "≥", 0.5)
    ]  # fmt: skip
    lr = blank("too-slow").project.training.phases[0].optimizer.params["lr"]
    assert finding.fixes[0].edits[0].words == (f"lr={float(f'{lr * 200:.0e}')}",)


def test_too_slow_begins_at_a_ten_thousandth_after_a_fifth_of_the_run():
    assert still(1e-4) is not None
    assert still(1.1e-4) is None
    assert still(5e-5, loss=0.49) is None
    assert still(5e-5, steps=99) is None
    assert still(5e-5, steps=100) is not None
    assert still(5e-5, steps=100, total_steps=501) is None
    assert still(5e-5, steps=100, total_steps=501, ending="finished") is not None
    assert still(5e-5, count=2) is None
    assert still(5e-5, count=2, ending="finished") is not None
    assert still(0.0) is None
    assert still(5e-5, is_whole=False) is None
    assert still(5e-5, from_files=True) is None


# Vanishing: ‖g‖ of the first layer ≤ a thousandth of the last's.


def thin(first, *, start=None, count=4, **changes):
    layers = blank("vanishing").layers
    grads = [first, 0.001, *[0.5] * (len(layers) - 3), 1.0]
    before = [first if start is None else start, *grads[1:]]
    samples = [
        (g, [1.0] * len(layers), [0.01] * len(layers))
        for g in (before, *[grads] * (count - 1))
    ]
    return vanishing.check(record_of("vanishing", samples=samples, **changes))


def test_vanishing_tells_the_share_and_how_many_layers_learn_nothing():
    finding = thin(0.0004)
    assert told(finding) == [2500, 2]
    assert values(finding) == [(pytest.approx(0.0004), "≤", 0.001)]
    assert len(finding.nodes) == 2


def test_vanishing_begins_at_a_thousandth():
    assert thin(0.001) is not None
    assert thin(0.0011) is None
    assert thin(0.0004, start=0.02) is None  # the training did that, not the layers
    assert thin(0.0004, start=0.009) is not None
    assert thin(0.0004, count=2) is None
    assert thin(0.0004, count=2, ending="finished") is not None


# Too high a rate.


def huge(*ratios, losses=(1.0,) * 200, words=(), **changes):
    samples = [(row(1.0), row(1.0), row(ratio)) for ratio in ratios]
    return too_fast.check(
        record_of("too-fast", *words, losses=losses, samples=samples, **changes)
    )


def test_too_fast_tells_its_largest_step():
    finding = huge(0.4, 0.5, 0.2)
    assert told(finding) == [0.5]
    assert values(finding) == [(0.5, "≥", 0.3), (1, "≥", 0.95)]
    lr = blank("too-fast").project.training.phases[0].optimizer.params["lr"]
    assert finding.fixes[0].edits[0].words == (f"lr={float(f'{lr * 0.02:.0e}')}",)
    assert len(finding.nodes) == 3


def test_too_fast_begins_at_three_tenths_or_where_nothing_is_left():
    assert huge(0.3) is not None
    assert huge(0.29) is None
    assert huge(0.3, losses=[1.0] * 180 + [0.94] * 20) is None
    assert huge(0.3, losses=[1.0] * 19) is None
    assert huge(0.3, losses=[1.0] * 20) is not None
    late = [1.0] * 180 + [0.2] * 20
    assert values(huge(1.0, losses=late)) == [
        (1, "≥", 1), (pytest.approx(0.2), "≥", 0.2)
    ]  # fmt: skip
    assert huge(0.99, losses=late) is None
    assert huge(1.0, losses=[1.0] * 180 + [0.19] * 20) is None
    lost = huge(0.3, losses=[1.0] * 3, ending="diverged")
    assert values(lost) == [(0.3, "≥", 0.3)]


def test_steps_count_only_while_decay_has_left_half_of_the_weights():
    weights, ratios = (4.0, 2.0, 1.9), (0.1, 0.2, 0.9)
    samples = [(row(1.0), row(w), row(r)) for w, r in zip(weights, ratios, strict=True)]
    words = ("optimizer=sgd", "weight_decay=0.3")
    with_decay = record_of("too-fast", *words, samples=samples)
    assert too_fast.ratios(with_decay).tolist() == [0.1, 0.2, 0.0]
    without = record_of("too-fast", "optimizer=sgd", samples=samples)
    assert too_fast.ratios(without).tolist() == list(ratios)


def test_relus_that_large_steps_have_shut_are_told_with_both_shares():
    made = shut(0.95, start=0.25)
    layers = made.layers
    for step in (1, 2, 3):
        nothing, ones = np.zeros(len(layers)), np.ones(len(layers))
        ratios = np.full(len(layers), 0.05 * step)
        made.add_sample(
            LayerSample(step, EMPTY, EMPTY, ones, ones, ratios, nothing, nothing)
        )
    made.loss = Curve()
    made.loss.extend(np.linspace(1.0, 0.1, 200))
    finding = too_fast.check(made)
    assert told(finding) == [95, 640, 25]
    assert values(finding) == [
        (pytest.approx(0.15), "≥", 0.1), (0.95, "≥", 0.9), (0.25, "≤", 0.5)
    ]  # fmt: skip
