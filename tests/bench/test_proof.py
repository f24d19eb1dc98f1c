"""A cure is proved by the same training before and after it."""

import math
import threading

import numpy as np
import pytest

from engine.bench.better.proof import Proof, verdict_of, words
from engine.graph.settings import Choice, Phase
from engine.protocol.bench.proof import Proved, Proving
from engine.protocol.wire import encoding
from engine.training.loop.trainer import Trainer
from tests.training import projects


def sgd(rate):
    return projects.mlp(
        Phase(optimizer=Choice("sgd", {"lr": rate})), steps=60, evaluate_every=10
    )


@pytest.mark.parametrize(
    ("before", "after", "higher", "verdict"),
    [
        (0.4, 0.9, True, "helps"),
        (0.9, 0.4, True, "hurts"),
        (0.9, 0.4, False, "helps"),
        (0.900, 0.905, True, "same"),
        (math.nan, 2.0, False, "helps"),
        (2.0, math.nan, False, "hurts"),
        (math.nan, math.nan, True, "same"),
    ],
)
def test_the_verdict_is_that_of_the_better_value(before, after, higher, verdict):
    assert verdict_of(before, after, is_higher_better=higher) == verdict


def test_words_say_both_values_and_the_seed():
    said = words("helps", "Accuracy", 0.41, 0.93, 7)
    assert all(each in said for each in ("helps", "0.41", "0.93", "seed 7"))
    assert "lost" in words("helps", "Accuracy", math.nan, 0.93, 7)


def test_both_are_the_trainings_that_one_gets_oneself_and_the_cure_helps():
    before, after = sgd(1e-6), sgd(0.1)
    *told, answer = Proof(before, after, 5).run()
    assert isinstance(answer, Proved)
    assert answer.verdict == "helps"
    for project, value, which in (
        (before, answer.before, 0),
        (after, answer.after, 1),
    ):
        trainer = Trainer(project, seed=5, monitor=False, threads=1)
        for _ in trainer.steps():
            pass
        evaluations = trainer.drain().evaluations
        assert value == pytest.approx(evaluations[-1].values["accuracy"])
        last = [each for each in told if each.which == which][-1]
        assert isinstance(last, Proving)
        assert last.step == last.total == 60
        expected = [(e.step, e.values["accuracy"]) for e in evaluations]
        np.testing.assert_allclose(last.curve, expected)
    back = encoding.decode(encoding.encode(answer))
    assert back == answer


def test_it_is_cancelled_at_once_without_an_answer():
    proof = Proof(sgd(0.1), sgd(0.1), 0)
    threading.Timer(0.0, proof.stop).start()
    told = list(proof.run())
    assert not any(isinstance(each, Proved) for each in told)
