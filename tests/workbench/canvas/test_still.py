"""The picture of what stands still on the canvas."""

from PySide6.QtCore import QRectF

from workbench.canvas.painting.cached_picture import MOST_MOVES, beside


def test_labels_of_close_wires_stand_beside_each_other():
    room, taken = QRectF(100, 50, 40, 16), []
    for number in range(2 * MOST_MOVES + 1):
        placed = beside(room.translated(0, number % 3 * 5), taken)
        assert not any(placed.intersects(other) for other in taken)
        assert abs(placed.x() - room.x()) <= MOST_MOVES * 44
        taken.append(placed)
    assert taken[0] == room
    assert beside(room, taken) == room  # there is no free place any more


def test_labels_far_apart_stay_in_the_middle():
    room = QRectF(100, 50, 40, 16)
    assert beside(room, [room.translated(0, 16), room.translated(60, 0)]) == room
