"""Classes that a data node names but its data set doesn't have."""

import pytest

from engine.graph.checks import data_nodes
from engine.graph.model import Node
from engine.layers.datasets.catalogue import spec_of


def problems(source, classes):
    node = Node("data", "data", {"source": source, "classes": classes})
    return list(data_nodes._classes("", "data", node, spec_of(node.params)))


@pytest.mark.parametrize("classes", [(), None, "0", (0, 9), (3,)])
def test_classes_that_are_there_are_no_problem(classes):
    assert problems("digits", classes) == []


def test_data_without_labels_has_no_classes_to_miss():
    assert problems("diabetes", (99,)) == []


@pytest.mark.parametrize(
    ("classes", "kept"), [((3, 12), (3,)), ((10,), ()), ((0, 9, 10, 11), (0, 9))]
)
def test_classes_beyond_the_last_are_told_with_those_that_stay(classes, kept):
    ((problem, told),) = problems("digits", classes)
    assert problem.expected == "numbers under 10"
    assert problem.got == ", ".join(str(c) for c in classes if c > 9)
    assert told.kept == kept
