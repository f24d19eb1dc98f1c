"""The map of the loss around all weights: what it prints, against numpy."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.protocol.tracing.surface import ReadSurface, SurfaceRead
from workbench.explain.around import contours, grid
from workbench.explain.around.pane import AroundPane

NONE = np.zeros((0, 2))


def bowl(points, reach=1.0):
    """A loss that is known everywhere: 0.5 + x² + 2 y − x·y."""
    at = np.linspace(-reach, reach, points)
    x, y = np.meshgrid(at, at)
    return 3.5 + x**2 + 2 * y - x * y


def told(points, start=0, count=None, path=NONE, directions="random", share=0.0):
    losses = bowl(points).ravel()[start:][:count]
    return SurfaceRead(directions, 1.0, points, start, losses, 3.5, path, share)


def asked_until_whole(part=100):
    """Ask as the microscope does, with answers of at most some numbers."""
    known, question, asked = None, grid.begun("random", 1.0), []
    while question is not None:
        asked.append((question.points, question.start))
        answer = told(question.points, question.start, part)
        known = grid.with_part(known, question, answer)
        question = known.following
    return known, asked


def test_parts_become_a_whole_coarse_first():
    known, asked = asked_until_whole()
    assert asked == [(9, 0), *((25, start) for start in range(0, 625, 100))]
    assert known.is_whole
    assert known.losses == pytest.approx(bowl(25))


def test_between_coarse_points_lines_are_straight():
    first = grid.with_part(None, grid.begun("random", 1.0), told(9))
    second = grid.with_part(first, ReadSurface(points=25), told(25, 0, 1))
    assert second.losses[::3, ::3] == pytest.approx(bowl(9))
    assert second.losses[3, 1] == pytest.approx((2 * bowl(9)[1, 0] + bowl(9)[1, 1]) / 3)
    assert not second.is_whole


def test_what_is_printed_is_what_numpy_finds(qtbot):
    pane = AroundPane()
    qtbot.addWidget(pane)
    known, _ = asked_until_whole()
    pane.say(known)
    losses, at = bowl(25), np.linspace(-1, 1, 25)
    row, column = np.unravel_index(losses.argmin(), losses.shape)
    found = re.findall(r"−?\d+\.?\d*", pane.here.text())
    numbers = [float(each.replace("−", "-")) for each in found]
    assert numbers == pytest.approx(
        [3.5, 625, losses.min(), at[column], at[row], losses.max()], rel=1e-3
    )
    assert "Li et al. 2018" in pane.plane.text()


def test_the_way_of_a_run_is_said_with_its_share(qtbot):
    pane = AroundPane()
    qtbot.addWidget(pane)
    path = np.array([[1.0, 0.2], [0.5, -0.1], [0.0, 0.0]])
    answer = told(9, path=path, directions="path", share=0.9346)
    pane.say(grid.with_part(None, grid.begun("path", 1.0), answer))
    assert "3 places" in pane.plane.text()
    assert "93.5 %" in pane.plane.text()
    pane.say(grid.with_part(None, grid.begun("path", 1.0), told(9)))
    assert pane.plane.text().startswith("There is no run that has moved yet.")


def test_the_place_under_the_mouse_is_printed(qtbot):
    pane = AroundPane()
    qtbot.addWidget(pane)
    pane.resize(900, 300)
    pane.show()
    known, _ = asked_until_whole()
    pane.say(known)
    place = pane.map.at(0.5, -0.25)
    none = Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    move = QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, plain)
    pane.map.mouseMoveEvent(move)
    loss = 3.5 + 0.25 - 0.5 + 0.125
    assert pane.point.text() == f"at (0.500, −0.250): {loss:.5g}"
    assert pane.map.at(0, 0) == pane.map.plot.center()
    assert pane.map.at(1, 1) == pane.map.plot.topRight()
    assert isinstance(place, QPointF)


def test_other_directions_and_reaches_are_asked_for(qtbot):
    pane = AroundPane()
    qtbot.addWidget(pane)
    with qtbot.waitSignal(pane.wanted) as wish:
        pane.planes.buttons["random"].click()
    assert wish.args == ["random", 1.0]
    with qtbot.waitSignal(pane.wanted) as wish:
        pane.reaches.buttons["0.1"].click()
    assert wish.args == ["random", 0.1]


def test_lines_lie_at_their_height():
    """On the edge of a cell a height is a straight line between its two corners."""
    heights = bowl(9)
    for level in contours.levels(heights, 4):
        found = list(contours.lines(heights, [level]))
        assert found
        for x0, y0, x1, y1 in found:
            for x, y in ((x0, y0), (x1, y1)):
                assert x == pytest.approx(round(x)) or y == pytest.approx(round(y))
                left, low = min(int(x), 7), min(int(y), 7)
                a, b = x - left, y - low
                cell = heights[low : low + 2, left : left + 2]
                near = np.array([1 - b, b]) @ cell @ np.array([1 - a, a])
                assert near == pytest.approx(level, rel=1e-9)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -1.0])
def test_numbers_that_are_none_are_drawn_around(qtbot, odd):
    pane = AroundPane()
    qtbot.addWidget(pane)
    pane.resize(900, 300)
    answer = told(9)
    answer.losses[3:40] = odd
    pane.say(grid.with_part(None, grid.begun("random", 1.0), answer))
    assert not pane.grab().isNull()
    answer.losses[:] = odd
    pane.say(grid.with_part(None, grid.begun("random", 1.0), answer))
    assert not pane.grab().isNull()
    assert pane.here.text()
