"""Open cards push the others aside, and every place is found back."""

import itertools
import random

import pytest

from workbench.canvas.geometry.pushing import Opened, Pushing
from workbench.canvas.geometry.sizes import HEAD

CLOSED = (176.0, 68.0)


def grid():
    """Twenty cards in four rows of five."""
    return {(c, r): (244.0 * c, 116.0 * r) for c in range(5) for r in range(4)}


@pytest.mark.parametrize("seed", range(20))
def test_no_card_covers_another_and_places_are_found_back(seed):
    chance, places = random.Random(seed), grid()
    opened = set(chance.sample(sorted(places), seed % 4))
    sizes = {
        i: (chance.randrange(300, 900, 4), chance.randrange(200, 500, 4))
        for i in opened
    }
    pushing = Pushing(Opened(places[i], CLOSED, sizes[i]) for i in opened)
    shown = {i: pushing.shown(p, is_open=i in opened) for i, p in places.items()}
    boxes = [
        (x, y, x + sizes.get(i, CLOSED)[0], y + sizes.get(i, CLOSED)[1])
        for i, (x, y) in shown.items()
    ]
    for a, b in itertools.combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for i, place in places.items():
        assert pushing.stored(shown[i], is_open=i in opened) == place


def test_with_nothing_open_everything_stands_where_it_is_stored():
    pushing = Pushing()
    assert pushing.shown((12.0, -7.0)) == (12.0, -7.0)
    assert pushing.stored((12.0, -7.0)) == (12.0, -7.0)


def test_the_row_of_an_open_card_is_level_with_its_inside():
    pushing = Pushing([Opened((244.0, 0.0), CLOSED, (700.0, 300.0))])
    assert pushing.shown((244.0, 0.0), is_open=True) == (244.0, 0.0)
    assert pushing.shown((0.0, 0.0)) == (0.0, HEAD)
    assert pushing.shown((488.0, 0.0)) == (488.0 + 700 - 176, HEAD)
    assert pushing.shown((0.0, 116.0)) == (0.0, 116.0 + 300 - 68)


def test_what_is_let_go_of_on_new_ground_is_stored_at_its_rim():
    pushing = Pushing([Opened((0.0, 0.0), CLOSED, (700.0, 300.0))])
    assert pushing.stored((400.0, 400.0))[0] == 176.0
