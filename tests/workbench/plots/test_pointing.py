"""A row of a chart tells which layer is pointed at, and which is clicked."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from tests.helpers import frames
from tests.helpers.written import Written
from workbench.canvas.painting.phase_marks import PhaseMarks
from workbench.plots.panels.gradients import GradientPlot
from workbench.plots.panels.weights import WeightChangePlot
from workbench.theme import tokens

LINES = 1


@pytest.mark.parametrize("kind", [GradientPlot, WeightChangePlot])
@pytest.mark.parametrize("row", range(5))
def test_a_row_tells_its_layer_and_a_click_chooses_it(shown, qtbot, kind, row):
    panel = shown(kind, played=100)
    pointed, chosen = [], []
    panel.layer_pointed.connect(pointed.append)
    panel.layer_chosen.connect(chosen.append)
    area = panel.face.chart().area(panel.size())
    height = panel.face.chart().rows[row][0] * area.height() - 3
    place = QPoint(round(area.center().x()), round(area.top() + height))
    qtbot.mouseMove(panel, place)
    panel._read(QPointF(place))
    assert panel._layer_at(QPointF(place)) == frames.NAMES[row]
    qtbot.mouseClick(panel, Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [frames.NAMES[row]]
    panel.leaveEvent(None)
    assert pointed[-1] == ""


def test_lines_and_empty_charts_point_at_nothing(shown):
    panel = shown(WeightChangePlot)
    assert panel._layer_at(QPointF(200, 100)) == ""
    panel = shown(WeightChangePlot, played=100)
    panel.show_face(LINES)
    assert panel._layer_at(QPointF(200, 100)) == ""


@pytest.mark.parametrize("kind", [GradientPlot, WeightChangePlot])
@pytest.mark.parametrize("face", range(3))
def test_a_card_that_is_pointed_at_lights_its_row(shown, kind, face):
    panel = shown(kind, played=100)
    if face >= len(panel.faces) or (kind is WeightChangePlot and face == LINES):
        return
    panel.show_face(face)
    area = panel.face.chart().area(panel.size())
    before = panel.grab().toImage()
    for row, name in enumerate(frames.NAMES):
        panel.point_at(name)
        after = panel.grab().toImage()
        assert panel.face.lit == {row}
        top, bottom = panel.face.span(row)
        assert panel.face.row_at((top + bottom) / 2) == row
        changed = {
            y
            for y in range(after.height())
            if after.pixel(12, y) != before.pixel(12, y)
        }
        assert changed
        assert min(changed) >= area.top() + top * area.height() - 2
        assert max(changed) <= area.top() + bottom * area.height() + 2
    panel.point_at("")
    assert panel.grab().toImage() == before
    panel.point_at("elsewhere")
    assert panel.grab().toImage() == before


def test_a_card_that_is_pointed_at_thickens_its_line(shown):
    panel = shown(WeightChangePlot, played=100)
    panel.show_face(LINES)
    before = panel.grab().toImage()
    panel.point_at(frames.NAMES[2])
    lit = panel.grab().toImage()
    assert lit != before
    assert panel.face.lit == {2}
    assert panel.face.span(2) is None


def test_a_block_lights_all_rows_inside_it(shown):
    panel = shown(GradientPlot, played=100)
    inside = [f"stack.{name}" for name in frames.NAMES[1:3]]
    layers = panel.history.layers
    layers.paths = (frames.NAMES[0], *inside, *frames.NAMES[3:])
    panel.point_at("stack")
    panel.grab()
    assert panel.face.lit == {1, 2}


def test_the_card_that_is_pointed_at_has_a_ring(qapp):
    card = QRectF(100, 50, 176, 68)
    item = SimpleNamespace(card=lambda: card)
    scene = SimpleNamespace(prefix="", nodes={"conv1": item, "stack": item})
    marks = PhaseMarks()
    for path in ("conv1", "stack.2.norm"):
        marks.pointed = path
        painter = Written()
        marks.paint(painter, scene, 1.0)
        (ring,) = painter.named("drawRoundedRect")
        assert ring.arguments[0] == card.adjusted(-4, -4, 4, 4)
        assert ring.colour == tokens.current().accent
    marks.pointed = ""
    bare = Written()
    marks.paint(bare, scene, 1.0)
    assert not bare.strokes
