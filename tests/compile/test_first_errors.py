"""The compiler alone refuses what can't be built, in the words that advice has."""

import json
import random

import pytest

import presets
from engine.advice.analysis import Analyser
from engine.advice.refusal import refuse
from engine.compile import program
from engine.compile.program import compile_project
from engine.errors import EngineError
from engine.graph.checks import document
from engine.graph.files import serialize
from engine.graph.model import Project
from tests.helpers.projects import chain

ANALYSER = Analyser()


class BuiltError(Exception):
    """Nothing keeps the document from being built."""


@pytest.fixture(autouse=True)
def _nothing_is_built(monkeypatch):
    """Stop before the weights: broken sizes would fill the memory."""

    def stop(*_args):
        raise BuiltError

    monkeypatch.setattr(program, "_modules", stop)


def compiled(project: Project) -> EngineError | None:
    try:
        compile_project(project, seed=0)
    except EngineError as error:
        return error
    except BuiltError:
        return None
    raise AssertionError


def words(problem) -> tuple:
    return problem.text, problem.expected or None, problem.got or None


def broken(number: int) -> Project | None:
    """Return a preset with wires, types or values out of place; None if unreadable."""
    chance = random.Random(f"first {number}")
    record = json.loads(
        presets.path(chance.choice(presets.all_ids())).read_text("utf-8")
    )
    graph = record["graph"]
    for _ in range(chance.randint(1, 3)):
        nodes, edges = graph["nodes"], graph["edges"]
        how, node = chance.randrange(4), chance.choice(nodes)
        if how == 0:
            edges.pop(chance.randrange(len(edges)))
        elif how == 1:
            edges[0][0], edges[-1][0] = edges[-1][0], edges[0][0]
        elif how == 2:
            node["type"] = chance.choice(nodes)["type"]
        elif node.get("params"):
            values = (0, 1, 3, 7, 64, -1, 0.5, "x", None, True, [1, 2])
            node["params"][chance.choice(list(node["params"]))] = chance.choice(values)
    try:
        return serialize.loads(json.dumps(record))
    except EngineError:
        return None


@pytest.mark.parametrize("number", range(120))
def test_what_is_refused_is_the_first_that_advice_tells(number):
    project = broken(number)
    if project is None:
        return
    told = [
        p
        for p in ANALYSER.analyse(project, warn=False).problems
        if p.severity == "error"
    ]
    error = compiled(project)
    if error is None:
        assert not [p for p in document.problems(project) if p.severity == "error"]
        return
    seen = error.what, error.expected, error.got
    assert seen in [words(problem) for problem in told]
    if words(told[0]) in [words(p) for p in document.problems(project)]:
        assert seen == words(told[0])
        assert told[0].node in error.where


def test_what_teaches_nothing_is_built_and_refused_before_a_training():
    frozen = chain("flatten", ("linear", {"out_features": 10}))
    node = frozen.graph.node("n1")
    frozen.graph.replace_node(
        type(node)(node.id, node.type, node.params, trainable=False)
    )
    assert compiled(frozen) is None
    with pytest.raises(EngineError, match="no weights to train"):
        refuse(frozen)
    few = chain("flatten", ("linear", {"out_features": 4}))
    assert compiled(few) is None
    with pytest.raises(EngineError, match="more classes than scores"):
        refuse(few)
