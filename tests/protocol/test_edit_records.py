"""Fixes survive their record, and no record does more than the document could."""

import json
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

import presets
from engine.advice.analysis import Analyser
from engine.errors import EngineError
from engine.graph.edits import SetTraining, apply_all
from engine.graph.files import serialize
from engine.graph.settings import Training
from engine.protocol.wire.edit_records import read_edits, records_of
from tests.workbench.inspector.mistakes import MISTAKES

SHAPES = Analyser()
LETTERS = st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | LETTERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LETTERS, inner),
    max_leaves=6,
)
KINDS = st.sampled_from(
    ["set", "add", "replace", "connect", "disconnect", "scope", "index"]
)


def broken():
    for name, mistake in islice(MISTAKES.items(), 0, None, 4):
        project = mistake.sound()
        apply_all(project, mistake.change(project))
        yield name, project


def test_fixes_do_the_same_after_their_record():
    count = 0
    for name, project in broken():
        for problem in SHAPES.analyse(project, folder="").problems:
            for fix in problem.fixes:
                records = records_of(fix.edits)
                if records is None:
                    continue
                again = read_edits(json.loads(json.dumps(records)), project)
                if not again:
                    continue
                one, other = project.copy(), project.copy()
                apply_all(one, fix.edits)
                apply_all(other, again)
                assert serialize.dumps(one) == serialize.dumps(other), name
                count += 1
    assert count > 12


def test_edits_without_a_record_keep_the_whole_fix_out():
    assert records_of([SetTraining(Training())]) is None
    assert records_of([]) is None


@pytest.mark.parametrize(
    "record",
    [
        {"set": ["lr=1e999"]},
        {"set": ["nothing.here=1"]},
        {"set": "lr=1"},
        {"add": {"id": "x", "type": "os.system"}},
        {"add": {"id": "../x", "type": "relu"}},
        {"add": {"id": "linear1", "type": "relu"}},
        {"add": {"id": "x", "type": "relu"}, "scope": "nowhere"},
        {"replace": {"id": "gone", "type": "relu"}},
        {"connect": ["linear1.out", "linear1.input"]},
        {"connect": ["a.b.c", 3]},
        {"disconnect": ["linear1.out", "gone.input"]},
        {"add": {"id": "x", "type": "relu"}, "set": ["lr=1"]},
        {"add": {"id": "x", "type": "relu"}, "index": True},
        {"run": "id"},
        {},
    ],
)
def test_records_that_ask_for_more_are_no_fix(record):
    project = presets.load("digits-mlp")
    before = serialize.dumps(project)
    assert read_edits([record], project) == ()
    assert serialize.dumps(project) == before


@given(st.lists(st.dictionaries(KINDS, VALUES, max_size=3), max_size=4) | VALUES)
def test_no_record_raises_or_leaves_a_document_that_can_not_be_read(records):
    project = presets.load("xor")
    try:
        edits = read_edits(records, project)
    except EngineError:
        raise AssertionError(records) from None
    apply_all(project, edits)
    serialize.loads(serialize.dumps(project))
