"""Every rule on made-up measurements: where it begins, and each number that it tells.

The figures are chosen so that the answer can be worked out in one's head.
"""

import re

import pytest

from engine.explain.diagnose.inputs import Input
from engine.explain.diagnose.rules import (
    bad_labels,
    clipping,
    collapse,
    dead_relu,
    decay,
    overfit,
    unscaled,
)
from engine.protocol.messages import Evaluation
from tests.explain.diagnose.made_up import blank, record_of, row, shut, told, values

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
