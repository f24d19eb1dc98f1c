"""A short form of `python -m tests.faults fixes`."""

import itertools
import logging

import pytest

from engine.graph.model import Edge, Node
from tests.faults import fixes
from tests.faults._nonsense import nonsense
from tests.helpers.projects import chain
from tests.workbench.inspector.mistakes import MISTAKES


@pytest.fixture
def log():
    log = fixes.Log()
    logging.getLogger("engine").addHandler(log)
    yield log
    logging.getLogger("engine").removeHandler(log)


def test_no_fix_of_a_mistake_adds_a_problem(log):
    failures = {
        words: [failure.words for failure in fixes.Pressed().failures(project)]
        for words, project in fixes.mistakes()
    }
    assert len(failures) == len(MISTAKES)
    assert not {words: told for words, told in failures.items() if told}
    assert not log.lines


def test_no_fix_of_a_broken_preset_adds_a_problem(log):
    cases = itertools.islice(fixes.cases(seed=3, n=25), len(MISTAKES), None)
    told = {
        words: [failure.words for failure in fixes.Pressed().failures(project)]
        for words, project in cases
    }
    assert len(told) == 25
    assert not {words: failures for words, failures in told.items() if failures}
    assert not log.lines


def test_broken_presets_are_the_same_for_the_same_seed():
    first, second = (
        [words for words, _ in itertools.islice(fixes.broken(7), 20)] for _ in range(2)
    )
    assert first == second


NONSENSE = {
    "loss into a metric": (["loss.loss>top.input"], "loss as input"),
    "metric into a layer": (["acc.value>n0.input"], "metric as input"),
    "own output as target": (["n1.out>top.target"], "own output as target"),
    "twice the same": (["n1.out>top.input", "n1.out>top.target"], "compared with"),
    "through what hands on": (
        ["n1.out>same.input", "same.out>top.target", "n1.out>top.input"],
        "compared with",
    ),
    "right": (["n1.out>top.input", "data.label>top.target"], None),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_walk_sees_what_makes_no_sense(case):
    wires, kind = NONSENSE[case]
    made = chain("flatten", ("linear", {"out_features": 10}))
    for node_id, type_id in {
        "acc": "accuracy",
        "top": "mae",
        "same": "reshape",
    }.items():
        made.graph.add_node(Node(node_id, type_id))
    assert not nonsense(made)
    for wire in wires:
        made.graph.connect(Edge.parse(*wire.split(">")))
    kinds = [found for found, _, _ in nonsense(made)]
    assert any(kind in found for found in kinds) if kind else not kinds
