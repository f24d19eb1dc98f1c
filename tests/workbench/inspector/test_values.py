import pytest

from engine.errors import ConfigError
from engine.layers.spec import Param
from workbench.inspector import values

SIZE = Param("k", "size", 3, "Kernel", min=1, dims=2)
SHAPE = Param("s", "shape", (8, 8), "Shape", min=1)
RATE = Param("lr", "float", 1e-3, "Rate", min=0.0, max=10.0, log=True)
COUNT = Param("n", "int", 4, "Count", min=1, max=8)
STEPS = Param("steps", "int", None, "Steps", min=1, optional=True)


@pytest.mark.parametrize(
    ("param", "typed", "value"),
    [
        (SIZE, "3", 3),
        (SIZE, "3 × 5", (3, 5)),
        (SIZE, "3x5", (3, 5)),
        (SHAPE, "8 × 8 × 2", (8, 8, 2)),
        (SHAPE, "7", (7,)),
        (RATE, "1e-4", 1e-4),
        (RATE, " 0.5 ", 0.5),
        (COUNT, "8", 8),
        (COUNT, "2.0", 2),
        (STEPS, "", None),
        (STEPS, "auto", None),
        (STEPS, "1e3", 1000),
    ],
)
def test_from_text_reads_what_people_type(param, typed, value):
    assert values.from_text(param, typed) == value


@pytest.mark.parametrize(
    ("param", "typed"),
    [(SIZE, "1 2 3"), (SIZE, "0"), (COUNT, "9"), (COUNT, "2.5"), (COUNT, ""),
     (COUNT, "four"), (RATE, "nan"), (RATE, "inf"), (RATE, "-1"), (SHAPE, "8 × a")],
)  # fmt: skip
def test_from_text_refuses_what_the_param_refuses(param, typed):
    with pytest.raises(ConfigError):
        values.from_text(param, typed)


@pytest.mark.parametrize(
    ("param", "value", "words"),
    [
        (SHAPE, (8, 8), "8 × 8"),
        (RATE, 1e-5, "1e-05"),
        (STEPS, None, ""),
        (SIZE, 3, "3"),
    ],
)
def test_to_text_reads_back_equal(param, value, words):
    assert values.to_text(param, value) == words
    assert values.from_text(param, words) == value


def test_stepped_stays_inside_the_limits():
    assert values.stepped(COUNT, 8, 1) == 8
    assert values.stepped(COUNT, 4, -1) == 3
    assert values.stepped(RATE, 1e-3, 1) == pytest.approx(1.26e-3)
    assert values.stepped(RATE, 10.0, 1) == 10.0


@pytest.mark.parametrize("value", [1e-6, 1e-4, 3e-3, 0.5])
def test_slider_position_means_its_value_again(value):
    share = values.to_slider(RATE, value)
    assert values.from_slider(RATE, share) == pytest.approx(value, rel=0.05)


def test_slider_at_its_start_is_zero_where_zero_is_allowed():
    assert values.from_slider(RATE, 0.0) == 0.0
