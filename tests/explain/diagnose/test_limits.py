"""Every rule on made-up measurements: where it begins, and each number that it tells.

The figures are chosen so that the answer can be worked out in one's head.
"""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import presets
from engine.explain.diagnose.activations import Dead
from engine.explain.diagnose.curve import Curve
from engine.explain.diagnose.inputs import Input
from engine.explain.diagnose.rules import (
    bad_labels,
    clipping,
    collapse,
    dead_relu,
    decay,
    exploding,
    momentum,
    overfit,
    too_fast,
    too_slow,
    unscaled,
    vanishing,
)
from engine.explain.diagnose.watch import attach
from engine.graph.assign import assign
from engine.protocol.messages import Evaluation, LayerSample
from engine.training.loop.trainer import Trainer

EMPTY = np.zeros((0, 0), dtype=np.int64)


@cache
def blank(name, *words):
    project = presets.load(name)
    assign(project, words)
    trainer = Trainer(project, threads=1, seed=0)
    record = attach(trainer, project).record
    trainer.close("stopped")
    return record


def record_of(name, *words, losses=(1.0,) * 200, samples=(), **changes):
    """Return a record of a preset with measurements put in by hand.

    `samples` are pairs or triples of rows: ‖g‖, ‖w‖ and ‖Δw‖/‖w‖ of each layer.
    """
    made = replace(
        blank(name, *words),
        loss=Curve(), evaluations=[], by_phase=(), dead=Dead(), dead_at_start=Dead(),
        _samples=[], _ratios=[], _columns={}, _stride=1, _seen=0,
    )  # fmt: skip
    made.add_losses(np.array(losses, dtype=float)[:, None])
    for step, rows in enumerate(samples, 1):
        grads, weights, ratios = (np.array(row, dtype=float) for row in rows)
        nothing = np.zeros(len(grads))
        made.add_sample(
            LayerSample(step, EMPTY, EMPTY, grads, weights, ratios, nothing, nothing)
        )
    made.step = changes.pop("step", len(losses))
    return replace(made, **changes)


def row(value, record_name="too-fast"):
    """The same number for each layer."""
    return [value] * len(blank(record_name).layers)


def told(finding):
    """Return every number in the text of a finding."""
    text = finding.text.replace(",", "")
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def values(finding):
    return [(e.value, e.comparison, e.limit) for e in finding.evidence]


# Wrong labels: validation − training accuracy ≥ 0.15, and ≥ 4 sigmas.


def evaluations(*pairs, name="accuracy"):
    return [
        Evaluation(i + 1, 0.0, {name: new}, {name: known})
        for i, (new, known) in enumerate(pairs)
    ]


def labels(*pairs, count=100_000):
    return bad_labels.check(
        record_of("bad-labels", evaluations=evaluations(*pairs), num_evaluated=count)
    )


def test_wrong_labels_tell_both_accuracies_of_the_widest_gap():
    finding = labels((0.5, 0.5), (0.8, 0.5), (0.9, 0.75))
    assert told(finding) == [80, 50]
    assert values(finding) == [(pytest.approx(0.3), "≥", 0.15)]


def test_wrong_labels_begin_at_a_gap_of_15_percent_beyond_chance():
    assert labels((0.75, 0.5)) is not None
    assert labels((0.64, 0.5)) is None
    # 4 √(½ / 200) = 0.2
    assert labels((0.71, 0.5), count=200).evidence[0].limit == pytest.approx(0.2)
    assert labels((0.69, 0.5), count=200) is None
    assert labels((0.5, 0.9)) is None


# Clipping: ‖g‖ over the limit ≥ 10 while the loss stands at ≥ 0.9.


def clipped(size=10.0, *words, losses=(1.0,) * 200, count=4, **changes):
    samples = [([size, 0.0, 0.0], row(1.0), row(0.01))] * count
    words = ("optimizer=sgd", "lr=0.1", *(words or ("clip_norm=0.5",)))
    return clipping.check(
        record_of("too-fast", *words, losses=losses, samples=samples, **changes)
    )


def test_clipping_tells_how_much_is_cut_and_where_to_clip():
    finding = clipped(10.0)
    assert told(finding) == [20]
    assert re.findall(r"\d+", finding.advice) == ["10"]
    assert values(finding) == [(20, "≥", 10), (1, "≥", 0.9)]


def test_clipping_is_judged_by_the_length_of_the_whole_gradient():
    samples = [([3.0, 4.0, 12.0], row(1.0), row(0.01))] * 4
    words = ("optimizer=sgd", "lr=0.1", "clip_norm=0.13")
    finding = clipping.check(record_of("too-fast", *words, samples=samples))
    assert finding.evidence[0].value == pytest.approx(100)


def test_clipping_begins_at_ten_times_with_a_standing_loss():
    assert clipped(5.0).evidence[0].value == 10
    assert clipped(4.9) is None
    assert clipped(losses=[1.0] * 100 + [0.5] * 100) is None
    falling = [1.0] * 180 + [0.92] * 20
    assert clipped(losses=falling).evidence[1].value == pytest.approx(0.92)
    assert clipped(count=2) is None
    assert clipped(losses=[1.0] * 49) is None
    assert clipped(losses=[1.0] * 50) is not None


def test_a_limit_of_each_number_counts_as_the_root_of_their_count():
    total = sum(blank("too-fast").num_weights)
    finding = clipped(10.0, "clip_value=0.001")
    assert finding.evidence[0].value == pytest.approx(10 / (0.001 * total**0.5))
    both = clipped(10.0, "clip_value=0.001", "clip_norm=0.01")
    assert both.evidence[0].value == pytest.approx(1000)


# Posterior collapse: KL < 0.05 nats after the first fifth.


def code(kl, step=500, total=1000):
    known = [Evaluation(1, 0.0, {"kl": 9.0}), Evaluation(2, 0.0, {"kl": kl})]
    return collapse.check(
        record_of("vae", step=step, evaluations=known, total_steps=total)
    )


def test_an_empty_code_tells_its_nats_after_a_fifth_of_the_run():
    finding = code(0.02)
    assert told(finding)[0] == 0.02
    assert values(finding) == [(0.02, "≤", 0.05)]
    assert code(0.05) is None
    assert code(0.02, step=199) is None
    assert code(0.02, step=200) is not None
    assert code(0.02, step=99, total=100) is None
    assert code(0.02, step=100, total=100) is not None


# Dead ReLUs: ≥ 90 % of the units shut.


def relus():
    return [n.path for n in blank("dead-relu").nodes if n.type == "relu"]


def shut(*shares, start=1.0):
    known = dict(zip(relus(), shares, strict=False))
    before = dict.fromkeys(known, start)
    return record_of(
        "dead-relu", dead=Dead(640, known), dead_at_start=Dead(640, before)
    )


def test_dead_relus_tell_the_worst_share_and_the_samples():
    finding = dead_relu.check(shut(0.9, 0.95))
    assert told(finding)[:2] == [95, 640]
    assert values(finding) == [(0.95, "≥", 0.9)]
    assert len(finding.nodes) >= 1
    assert dead_relu.check(shut(0.89, 0.5)) is None


# Weight decay: ‖w‖ now ≤ a quarter while the loss stands at ≥ 0.9.


def faded(last, *words, loss=1.0, count=4, **changes):
    weights = [row(4.0)] * (count - 1) + [row(4.0 * last)]
    samples = [(row(1.0), each, row(0.01)) for each in weights]
    losses = [1.0] * 180 + [loss] * 20
    words = ("optimizer=sgd", *(words or ("weight_decay=0.3",)))
    return decay.check(
        record_of("too-fast", *words, losses=losses, samples=samples, **changes)
    )


def test_decay_tells_what_is_left_in_percent():
    finding = faded(0.2, loss=0.95)
    assert told(finding)[0] == 20
    assert values(finding) == [
        (pytest.approx(0.2), "≤", 0.25), (pytest.approx(0.95), "≥", 0.9)
    ]  # fmt: skip
    assert len(finding.nodes) == 3


def test_decay_begins_at_a_quarter_with_a_standing_loss():
    assert faded(0.25) is not None
    assert faded(0.26) is None
    assert faded(0.2, loss=0.89) is None
    assert faded(0.2, "weight_decay=0") is None
    assert faded(0.2, count=2) is None
    assert faded(0.2, is_whole=False) is None


def test_decay_names_the_layers_that_have_faded():
    first, last = [4.0, 1.0, 1.0], [0.8, 0.26, 0.25]
    samples = [(row(1.0), w, row(0.01)) for w in (first, first, first, last)]
    words = ("optimizer=sgd", "weight_decay=0.3")
    finding = decay.check(record_of("too-fast", *words, samples=samples))
    layers = blank("too-fast").layers
    assert finding.nodes == blank("too-fast").places([layers[0], layers[2]])


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


# Overfitting: validation loss ≥ 3 % over its lowest, curves apart by ≥ 0.15.


def learnt(*pairs, accuracy=(0.5, 0.9), losses=(2.0,) * 200, words=()):
    known = [
        Evaluation(
            i, 0.0, {"loss": new, "accuracy": accuracy[0]},
            {"loss": old, "accuracy": accuracy[1]},
        )
        for i, (new, old) in enumerate(pairs)
    ]  # fmt: skip
    return overfit.check(record_of("overfit", *words, losses=losses, evaluations=known))


RISING = ((1.5, 1.4), (1.0, 0.8), (1.05, 0.7), (1.2, 0.5), (1.25, 0.25))


def test_overfitting_tells_both_losses_and_the_lowest():
    finding = learnt(*RISING)
    assert told(finding) == [0.25, 1, 1.25]
    assert values(finding) == [
        (1.25, "≥", 1.03), (0.5, "≥", 0.15), (pytest.approx(0.4), "≥", 0.08)
    ]  # fmt: skip


def test_overfitting_begins_where_the_curves_part():
    assert learnt(*RISING[:-1], (1.02, 0.25)) is None  # not risen
    assert learnt(*RISING[:-1], (1.25, 0.96)) is None  # 0.145 of the first loss
    assert learnt(*RISING[:-1], (1.25, 0.94)) is not None
    assert learnt(*RISING[:-1]) is None  # two evaluations after the lowest are chance
    assert learnt(*RISING, accuracy=(0.5, 0.57)) is None
    assert learnt(*RISING, accuracy=(0.5, 0.59)) is not None
    assert learnt(*RISING, words=("keep_best=true",)) is None


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


# Unscaled inputs.


def test_unscaled_tells_the_largest_column_and_how_far_the_smallest_is():
    path = next(n.path for n in blank("unscaled").nodes if n.type == "data")
    weighted = frozenset({"linear"})

    def found(*sizes, readers=weighted):
        inputs = tuple(Input(path, "x", *pair, readers) for pair in sizes)
        return unscaled.check(record_of("unscaled", inputs=inputs))

    finding = found((20.0, 1.0), (60.0, 0.5))
    assert told(finding)[:2] == [60, 120]
    assert values(finding) == [(60, "≥", 10)]
    assert found((10.0, 1.0)) is not None
    assert found((9.9, 1.0)) is None
    assert found((60.0, 1.0), readers=frozenset({"batch_norm1d"})) is None
