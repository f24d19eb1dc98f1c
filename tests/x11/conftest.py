"""A display of its own with a window manager, and windows on it.

Skipped, with the line that installs what is missing, where there is none.
"""

import pytest

from tests.helpers import display as displays
from tests.helpers.desk import Desk


@pytest.fixture(scope="session")
def display(tmp_path_factory):
    why = displays.missing()
    if why:
        pytest.skip(why)
    display = displays.Display(tmp_path_factory.mktemp("display"))
    yield display
    display.close()


@pytest.fixture
def opened(display, tmp_path):
    """Open a window with these arguments; all of one user, gone after the test."""
    desks = []

    def start(*arguments):
        desks.append(Desk(display, tmp_path, *arguments))
        return desks[-1]

    yield start
    for desk in desks:
        desk.close()


@pytest.fixture(scope="session")
def shared(display, tmp_path_factory):
    """The window of all tests that need none of their own."""
    desk = Desk(display, tmp_path_factory.mktemp("home"), "xor")
    yield desk
    desk.close()


@pytest.fixture
def desk(shared):
    """The shared window, as good as new; nothing may have been complained about."""
    shared.raise_()
    shared.fresh()
    yield shared
    assert shared.complaints() == []
