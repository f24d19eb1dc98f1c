"""Forecasts that repeat a value they have seen, against plain numpy."""

import math

import numpy as np
import pytest

from engine.data import catalog
from engine.graph.model import Node
from engine.layers import registry
from tests.training.lazy import SETTINGS, found, parts, scored
from tests.training.projects import project


@pytest.mark.parametrize("scale_target", [True, False])
@pytest.mark.parametrize("source", ["sunspots", "co2"])
def test_a_forecast_repeats_the_last_value(source, scale_target):
    settings = {"source": source, "scale_target": scale_target}
    data = catalog.load(registry.get("data").complete(settings))
    window = data.scaling["window"].invert(data.validation["window"][:, -1])
    following = data.scaling["next"].invert(data.validation["next"])
    errors = (window - following) / data.scaling["next"].scale
    document = scored("rmse", ports=("window", "next"), out=1, **settings)
    lazy = found(document)["score"]
    assert lazy.kind == "last"
    expected = math.sqrt(np.square(errors).mean())
    assert lazy.value == pytest.approx(expected, rel=1e-5)


def sliced(start, stop, first, last):
    """Some steps of a window are seen, and others of it asked for."""
    nodes = [
        Node("data", "data", {"source": "co2", "context": 12}),
        Node("seen", "slice", {"dim": 1, "start": start, "stop": stop}),
        Node("asked", "slice", {"dim": 1, "start": first, "stop": last}),
        Node("flat", "flatten"),
        Node("aim", "flatten"),
        Node("out", "linear", {"out_features": last - first}),
        Node("loss", "mse"),
    ]
    wires = (
        "data.window>seen.input data.window>asked.input seen.out>flat.input "
        "flat.out>out.input out.out>loss.input asked.out>aim.input aim.out>loss.target"
    )
    return project(nodes, wires, **SETTINGS)


@pytest.mark.parametrize(
    ("steps", "copied"),
    [
        ((0, 8, 8, 12), [7, 7, 7, 7]),  # several steps ahead
        ((0, 11, 1, 12), [*range(11)]),  # the next one of each
        ((0, 6, 11, 12), [5]),  # with a gap
    ],
)
def test_later_steps_of_a_window_repeat_what_was_seen(steps, copied):
    lazy = found(sliced(*steps))["loss"]
    window = parts(source="co2", context=12)[1]["window"][..., 0].astype(float)
    errors = window[:, steps[2] : steps[3]] - window[:, copied]
    assert lazy.kind == "last"
    assert lazy.value == pytest.approx(np.square(errors).mean(), rel=1e-5)


def test_earlier_steps_of_a_window_are_no_forecast():
    assert found(sliced(4, 12, 0, 4))["loss"].kind == "mean"


def test_a_difference_of_values_is_no_forecast_of_the_last_one():
    """What is asked for decides: the mean where the target is made of more."""
    nodes = [
        Node("data", "data", {"source": "co2"}),
        Node("last", "select", {"dim": 1, "index": -1}),
        Node("step", "subtract"),
        Node("flat", "flatten"),
        Node("out", "linear", {"out_features": 1}),
        Node("loss", "mse"),
    ]
    wires = (
        "data.window>last.input data.next>step.left last.out>step.right "
        "data.window>flat.input flat.out>out.input out.out>loss.input "
        "step.out>loss.target"
    )
    lazy = found(project(nodes, wires, **SETTINGS))["loss"]
    train, new = (
        part["next"].astype(float) - part["window"][:, -1]
        for part in parts(source="co2")
    )
    assert lazy.kind == "mean"
    assert lazy.value == pytest.approx(np.square(new - train.mean()).mean(), rel=1e-5)
