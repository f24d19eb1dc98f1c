"""Is B better than A?"""

import math
from statistics import fmean, stdev

import pytest
import torch

import presets
from engine.bench.better import student
from engine.bench.better.judging import Scores, chance, judged, needed
from engine.bench.better.race import Race, Wish
from engine.errors import ConfigError
from engine.graph.settings_text import assign
from engine.protocol.bench.better import Compared, Seeded


@pytest.mark.parametrize(
    ("probability", "freedom", "expected"),
    # Of any printed table of Student's distribution.
    [(0.975, 4, 2.776445), (0.975, 9, 2.262157), (0.995, 2, 9.924843),
     (0.95, 1, 6.313752), (0.975, 200, 1.971896), (0.98, 4, 2.998528)],
)  # fmt: skip
def test_quantiles_are_those_of_the_table(probability, freedom, expected):
    assert student.quantile(probability, freedom) == pytest.approx(expected, rel=1e-5)


def scores(first, second, *, higher=True):
    return Scores("accuracy", higher, range(len(first)), first, second)


def test_an_interval_is_that_of_plain_numbers():
    first, second = [0.5, 0.52, 0.48, 0.51, 0.5], [0.6, 0.61, 0.59, 0.62, 0.57]
    gaps = [b - a for a, b in zip(first, second, strict=True)]
    half = 3.495406 * stdev(gaps) / math.sqrt(5)
    told = judged(scores(first, second))
    assert told.mean == pytest.approx(fmean(gaps))
    assert told.low == pytest.approx(fmean(gaps) - half, rel=1e-5)
    assert told.high == pytest.approx(fmean(gaps) + half, rel=1e-5)
    assert told.outcome == "second"
    assert told.text.startswith("B is better.")
    assert judged(scores(first, second, higher=False)).outcome == "first"


def test_what_may_be_chance_is_said_so_with_the_seeds_that_it_takes():
    first, second = [0.5, 0.55, 0.45, 0.5], [0.53, 0.51, 0.5, 0.51]
    told = judged(scores(first, second))
    assert told.outcome == "unshown"
    assert told.text.startswith("Not shown: it may be chance.")
    gaps = [b - a for a, b in zip(first, second, strict=True)]
    more = needed(gaps, 0.975)
    assert f"About {more} seeds" in told.text
    t = student.quantile(0.9875, more - 1)
    assert t * stdev(gaps) / math.sqrt(more) < abs(fmean(gaps))


def test_the_same_network_is_the_same_and_a_lost_loss_is_told():
    assert judged(scores([0.5] * 3, [0.5] * 3)).outcome == "same"
    lost = judged(scores([math.nan] * 3, [0.5] * 3))
    assert lost.outcome == "second"
    assert "A lost its loss in 3" in lost.text
    assert judged(scores([math.nan, 1, 1], [1, 1, 1])).outcome == "unshown"


def test_looks_share_out_five_percent():
    assert chance(1) + sum(chance(look) for look in range(2, 60)) <= 0.05 + 1e-12


def test_noise_alone_is_rarely_called_better():
    """1,000 comparisons of equal networks, looked at three times each."""
    generator = torch.Generator().manual_seed(1)
    false = 0
    for _ in range(1000):
        a, b = torch.randn(2, 15, generator=generator).tolist()
        found = (judged(scores(a[:n], b[:n]), k) for k, n in ((1, 5), (2, 10), (3, 15)))
        false += any(each.outcome in {"first", "second"} for each in found)
    assert false <= 0.05 * 1000


def tiny(*words):
    project = presets.load("digits-mlp")
    assign(project, ("steps=25", "batch_size=32", "patience=0", "threads=1", *words))
    return project


def test_a_planted_effect_is_shown_and_each_training_is_told():
    told = list(Race(tiny(), tiny("lr=0.00001"), Wish(3)).run())
    ended, last = told[:-1], told[-1]
    assert all(isinstance(each, Seeded) for each in ended)
    assert [each.done for each in ended] == [1, 2, 3, 4, 5, 6]
    assert [each.seed for each in ended] == [0, 0, 1, 1, 2, 2]
    assert isinstance(last, Compared)
    assert last.score == "accuracy"
    assert last.outcome == "first"
    assert last.first == tuple(each.value for each in ended if each.which == 0)


def test_scores_are_those_of_a_training_alone():
    from engine.training.loop.trainer import Trainer

    *_, last = Race(tiny(), tiny("lr=0.001"), Wish(3, "loss")).run()
    trainer = Trainer(tiny("lr=0.001"), seed=2, monitor=False)
    for _ in trainer.steps():
        pass
    assert last.second[2] == trainer.results["loss"]
    assert not last.is_higher_better


def test_it_ends_as_soon_as_it_is_shown_or_stopped():
    *_, last = Race(tiny(), tiny("lr=0.00001"), Wish(9, looks=3)).run()
    assert len(last.seeds) == 3
    race = Race(tiny(), tiny("lr=0.01"), Wish(3))
    told = []
    for each in race.run():
        told.append(each)
        race.stop()
    assert len(told) == 1


def test_too_few_seeds_and_unknown_scores_are_refused():
    with pytest.raises(ConfigError):
        Race(tiny(), tiny(), Wish(1))
    with pytest.raises(ConfigError, match="looks"):
        Race(tiny(), tiny(), Wish(3, looks=0))
    with pytest.raises(ConfigError, match="accuracy"):
        Race(tiny(), tiny(), Wish(3, "acuracy"))
