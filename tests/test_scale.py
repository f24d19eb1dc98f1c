"""What `tests.benchmarks scale` calls straight, and that it measures."""

from dataclasses import replace

import pytest

from tests import scale_figures
from tests.scale_figures import Figures, bends

EVEN = Figures("layers", 10, 0.001, 20.0, 20.0, 1.0, 0.2)
STEPS = Figures("steps", 10**6, 4e-6, 30.0, 40.0, 16.0, 0.3)


def grown(figures, factor, **powers):
    """Return figures of a larger size, each value by its power of the factor."""
    values = {
        name: getattr(figures, name) * factor**power for name, power in powers.items()
    }
    return replace(figures, size=figures.size * factor, **values)


def test_straight_lines_are_straight_and_noise_is_none():
    straight = grown(EVEN, 10, step_s=1, engine_mb=1, folder_mb=1, open_s=0.5)
    assert not [*bends([EVEN, straight], "layers")]
    small = replace(EVEN, engine_mb=0.001, folder_mb=0.001)
    assert not [*bends([small, grown(small, 10, engine_mb=3)], "layers")]


@pytest.mark.parametrize("name", ["step_s", "engine_mb", "folder_mb", "open_s"])
def test_a_square_is_found(name):
    [words] = bends([EVEN, grown(EVEN, 10, **{name: 2})], "layers")
    assert words == f"layers 10 to 100: {name} grows with the power 2.00"


def test_steps_may_not_become_slower_and_have_limits():
    less = replace(STEPS, size=10**5, step_s=2e-6, folder_mb=1.6)
    told = [*bends([less, replace(STEPS, window_mb=60.0, open_s=1.5)], "steps")]
    assert told == [
        "steps 100,000 to 1,000,000: step_s grows with the power 0.30",
        "1,000,000 steps add more than 50 MB",
        "1,000,000 steps open in more than 1 s",
    ]


def test_steps_are_kept_told_and_opened():
    told = scale_figures.steps(6000)
    assert 0 < told.step_s < 1e-3
    assert 6000 * 16 / 2**20 < told.folder_mb < 1
    assert told.open_s > 0
