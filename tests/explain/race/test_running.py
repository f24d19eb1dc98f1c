"""The race as it is shown: what is printed is what plain torch and arithmetic say."""

import re

import numpy as np
import pytest
import torch

import presets
from engine.compile.program import compile_project
from engine.errors import ConfigError
from engine.explain.race import running, verdict, widths
from engine.explain.race.race import Lane
from engine.graph.files import serialize
from engine.protocol.bench.race import RACERS, RaceTold, StartRace
from engine.training.evaluation.feeds import Feeds
from engine.training.machine import rng_state


def raced(name="xor", **wish):
    project = presets.load(name)
    asked = StartRace(serialize.dumps(project), **wish)
    return list(running.Racing(project, asked).run())


def number(words):
    """Read a printed number: 1,234 or 4.7 × 10⁻¹¹."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    digits, _, power = words.replace(",", "").partition(" × 10")
    return float(digits) * 10.0 ** int(power.translate(raised) or 0)


def test_what_is_printed_is_what_a_loop_by_hand_comes_to():
    """The lowest loss and when backpropagation was there, with torch's own Adam."""
    budget = 400
    *others, last = raced(evaluations=budget, rate=0.03)
    assert last.ended
    assert not any(told.ended or told.text for told in others)
    project = presets.load("xor")
    program = compile_project(project, seed=0)
    rng_state.seed(0)
    feeds = Feeds(program, project.training.value("batch_size"), torch.device("cpu"), 0)
    batch = feeds.next()
    phase = program.phases[0]
    phase.enter()
    adam = torch.optim.Adam(phase.parameters, lr=0.03)
    losses = []
    for _ in range(budget // 3):
        adam.zero_grad()
        total = phase.total(phase.run(batch))
        total.backward()
        losses.append(float(total.detach()))
        adam.step()
    lowest = np.minimum.accumulate(losses)
    slope = last.lanes[RACERS.index("backprop")]
    assert slope.steps == budget // 3
    assert slope.loss == pytest.approx(lowest[-1], rel=1e-3)
    for lane in last.lanes[:-1]:
        there, times = re.fullmatch(
            r"backpropagation was there after ([\d,]+) evaluations, (.+) times as fast",
            lane.text,
        ).groups()
        first = 3 * (int(np.argmax(lowest <= lane.loss)) + 1)
        assert number(there) == first
        own = lane.at[np.argmax(lane.losses <= lane.loss)]
        assert number(times) == pytest.approx(own / first, rel=6e-3)


@pytest.mark.parametrize(("factor", "units"), [(0.5, 2), (1.0, 4), (8.0, 32)])
def test_a_wider_net_has_the_weights_of_its_formula(factor, units):
    """Two inputs, a hidden layer, one output: (2 + 1)h + h + 1."""
    wide = widths.widened(presets.load("xor"), factor)
    assert widths.num_weights(wide) == 4 * units + 1
    assert raced(factor=factor, evaluations=20)[-1].weights == 4 * units + 1


def test_the_sizes_are_those_of_the_formula_and_the_net_is_among_them():
    """Two inputs, two layers of h, two outputs: h² + 6h + 2."""
    told = widths.sizes(presets.load("spirals"))
    for factor, weights in zip(told.factors, told.weights, strict=True):
        h = max(1, round(64 * factor))
        assert weights == h * h + 6 * h + 2
    assert 1.0 in told.factors
    assert list(told.weights) == sorted(set(told.weights))


def test_a_net_that_cannot_be_wider_keeps_its_size():
    told = widths.sizes(presets.load("tiny-gpt"))
    assert told.factors == (1.0,)


@pytest.mark.parametrize(
    ("factor", "few"), [(1.0, 400 // (2 * 17)), (64.0, 0)], ids=["steps", "none"]
)
def test_what_a_slope_costs_is_said_with_its_numbers(factor, few):
    last = raced(factor=factor, evaluations=400)[-1]
    found = [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", last.text)]
    weights = last.weights
    if few:
        assert found == [weights, 2 * weights, 3, 400, few, 133]
    else:
        assert found == [weights, 2 * weights, 400, 3, 133]
    steps = {lane.racer: lane.steps for lane in last.lanes}
    assert steps == {
        "random": 399, "evolution": 20, "differences": few, "backprop": 133,
    }  # fmt: skip


def lanes(random, backprop):
    flat = Lane("evolution", 100, 1.0, ((1, 1.0),))
    return {
        "random": Lane("random", 100, random[-1][1], random),
        "evolution": flat,
        "differences": Lane("differences", 100, 1.0, ((1, 1.0),)),
        "backprop": Lane("backprop", 99, backprop[-1][1], backprop),
    }


@pytest.mark.parametrize(
    ("random", "backprop", "words"),
    [
        (((1, 1.0), (90, 0.2)), ((3, 1.0), (30, 0.2), (99, 0.1)), "still close"),
        (((1, 1.0), (90, 0.2)), ((3, 1.0), (12, 0.2), (99, 0.1)), "far behind"),
        (((1, 1.0), (90, 0.05)), ((3, 1.0), (99, 0.1)), "random search got lower"),
    ],
)
def test_the_truth_is_told_whichever_it_is(random, backprop, words):
    head, _ = verdict.of(17, 100, lanes(random, backprop))
    assert head.startswith("17 weights: ")
    assert words in head


def test_at_82_weights_guessing_is_closer_than_at_2400():
    """Breast cancer with 2 and with 64 hidden units: 66 and 2,114 weights."""

    def behind(factor):
        last = raced("breast-cancer", factor=factor, evaluations=600)[-1]
        return last.weights, {lane.racer: lane.loss for lane in last.lanes}

    (few, near), (many, far) = behind(0.125), behind(4.0)
    assert few < 100
    assert many > 2000
    assert far["random"] / far["backprop"] > 3 * near["random"] / near["backprop"]


def test_it_ends_when_it_is_told_to():
    project = presets.load("spirals")
    work = running.Racing(project, StartRace("", evaluations=100_000))
    told = work.run()
    assert isinstance(next(told), RaceTold)
    work.stop()
    assert not any(each.ended for each in told)


@pytest.mark.parametrize("wish", [{"evaluations": 1}, {"evaluations": 10**9},
                                  {"rate": 0.0}, {"rate": float("nan")}])  # fmt: skip
def test_what_cannot_be_raced_with_is_refused(wish):
    with pytest.raises(ConfigError):
        raced(**wish)
