"""The picture of what stands still on the canvas."""

from PySide6.QtCore import QRectF

from workbench.canvas.painting.cached_picture import MOST_MOVES, beside


def test_labels_of_close_wires_stand_beside_each_other():
    rect, taken = QRectF(100, 50, 40, 16), []
    for number in range(2 * MOST_MOVES + 1):
        placed = beside(rect.translated(0, number % 3 * 5), taken)
        assert not any(placed.intersects(other) for other in taken)
        assert abs(placed.x() - rect.x()) <= MOST_MOVES * 44
        taken.append(placed)
    assert taken[0] == rect
    assert beside(rect, taken) == rect  # there is no free place any more


def test_labels_far_apart_stay_in_the_middle():
    rect = QRectF(100, 50, 40, 16)
    assert beside(rect, [rect.translated(0, 16), rect.translated(60, 0)]) == rect
