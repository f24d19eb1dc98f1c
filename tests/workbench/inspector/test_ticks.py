"""The scale below a logarithmic slider."""

import pytest

from engine.graph.options import OPTIMIZERS
from workbench.inspector import values
from workbench.inspector.parts import ticks


def param(name):
    return next(p for p in OPTIMIZERS["adamw"].params if p.name == name)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (1e-5, "10⁻⁵"), (1e-3, "10⁻³"), (0.1, "0.1"), (1.0, "1")],
)
def test_powers_are_written_as_people_write_them(value, words):
    assert ticks.words(value) == words


def test_the_scales_of_rate_and_decay_name_what_a_slider_means():
    for name in ("lr", "weight_decay"):
        assert ticks.marks(param(name)) == pytest.approx([0, 1e-5, 1e-3, 0.1, 1])
    for name in ("lr", "weight_decay"):
        for value in ticks.marks(param(name)):
            share = values.to_slider(param(name), value)
            assert values.from_slider(param(name), share) == pytest.approx(
                value, rel=0.05
            )
