"""Where copies land."""

import pytest

from tests.workbench.canvas import nets
from workbench.document import Document, clipboard


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn())
    return made


def places(document, ids):
    return [document.project.position("", node) for node in ids]


def test_a_copy_lands_a_little_right_of_and_below_its_original(document):
    before = places(document, ["conv", "relu"])
    copies = clipboard.duplicate(document, ["conv", "relu"])
    after = places(document, copies)
    moved = [(x - a, y - b) for (a, b), (x, y) in zip(before, after, strict=True)]
    assert moved == [(30, 30), (30, 30)]


def test_a_paste_puts_the_upper_left_corner_where_it_is_told(document):
    before = places(document, ["conv", "relu"])
    text = clipboard.excerpt(document, ["conv", "relu"])
    after = places(document, clipboard.paste(document, text, (-500.0, 70.0)))
    assert min(x for x, _ in after) == -500
    assert min(y for _, y in after) == 70
    apart = [
        tuple(b - a for a, b in zip(*pair, strict=True)) for pair in (before, after)
    ]
    assert apart[0] == apart[1]
