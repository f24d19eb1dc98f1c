"""The one ranking of every list that is searched."""

import pytest

from engine.layers.search import distance
from workbench.commands.ranking import Names, ranked


def of(word):
    return Names((word,))


@pytest.mark.parametrize(
    ("near", "far", "text"),
    [
        ("Train", "Training", "train"),
        ("Train", "Restrain", "train"),
        ("One step", "Honest", "st"),
        ("MaxPool2d", "Spool", "pool"),
        ("Open weights", "Overview", "opw"),
        ("Time series", "Series of time", "time ser"),
        ("Mean squared error", "Absolute error of a mean", "mean err"),
    ],
)
def test_the_closer_of_two_comes_first(near, far, text):
    assert ranked(text, [far, near], of)[0] == near


def test_scattered_letters_count_only_where_nothing_else_fits():
    assert ranked("ste", ["Stop the engine", "Step"], of) == ["Step"]
    assert ranked("stpe", ["Stop the engine", "Step"], of) == ["Stop the engine"]


def test_letters_that_are_not_there_fit_nothing():
    assert ranked("qqzz", ["Open weights"], of) == []


def test_nothing_typed_keeps_the_order_and_the_places():
    assert ranked("", ["b", "a", "c"], of) == ["b", "a", "c"]
    assert ranked(" ", ["b", "a", "c"], of, {"a": 0, "b": 1, "c": 1}.get) == [
        "a", "b", "c",
    ]  # fmt: skip


def test_place_decides_among_equals_alone():
    places = {"conv1d": 100, "conv2d": 0, "deconv": 0, "conv": 200}
    found = ranked("conv", list(places), of, places.get)
    assert found == ["conv", "conv2d", "conv1d", "deconv"]


def test_other_words_are_further_than_the_name():
    names = {"Linear": Names(("Linear",), ("dense",)), "Dense": Names(("Dense",))}
    assert ranked("dense", list(names), names.get) == ["Dense", "Linear"]


def test_words_without_spaces_begin_anywhere():
    assert distance("学習", ("深層学習",)) < distance("wor", ("Network",))


def test_a_name_that_begins_so_comes_before_one_that_ends_in_several_such_words():
    names = ["GlobalAvgPool", "AvgPool2d", "MaxPool2d"]
    place = {"GlobalAvgPool": 0.0, "AvgPool2d": 1.0, "MaxPool2d": 0.0}.__getitem__
    found = ranked("avgpool", names, lambda name: Names((name,)), place)
    assert found == ["AvgPool2d", "GlobalAvgPool"]
    assert distance("pool", ("GlobalAvgPool",)) < 2  # one word: still its own
