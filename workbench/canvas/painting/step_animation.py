"""A training step to look at: values run forward, gradients back, weights move."""

from time import perf_counter

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from engine.i18n import tr
from workbench.canvas.cards import paint
from workbench.canvas.geometry import sizes
from workbench.canvas.painting import step_waves
from workbench.canvas.painting.step_waves import Plan, Run
from workbench.canvas.stage import Stage
from workbench.theme.tokens import current

WAVE_MS, WIRE_MS, LONGEST_MS, UPDATE_MS = 500, 70, 1500, 500
"""A wave takes some time, and a little more for each wire on its longest way."""
_FRAME_MS = 33
_OVERRUN = 1.2
"""So much longer a wave goes on, until its last tail has arrived."""
_CORE_PX, _GLOW_PX, _HEAD_PX = 2.4, 8.0, 8.0


class StepAnimation(QObject):
    """Shows one step on the canvas; one timer, and one stroke for each wave.

    Args:
        stage: The canvas.
        parent: Qt's owner.
    """

    def __init__(self, stage: Stage, parent: QObject) -> None:
        super().__init__(parent)
        self._stage = stage
        self._plan: Plan | None = None
        self._moves = True
        self._began = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._on_timeout)
        stage.document.changed.connect(self.stop)
        stage.scene.path_changed.connect(self.stop)
        stage.scene.shifted.connect(self.stop)

    @property
    def is_running(self) -> bool:
        """Whether a step is being shown."""
        return self._plan is not None

    @property
    def words(self) -> str:
        """What is being shown, for those who don't tell it by the colour."""
        name, _ = self.part()
        return tr(_WORDS[name]) if name else ""

    def start(self) -> None:
        """Show a step from its beginning; without motion only what it changed."""
        if not self._stage.viewport().isVisible():
            return
        self._plan = step_waves.plan(self._stage.scene)
        self._moves, self._began = self._stage.may_move, perf_counter()
        self._timer.start()
        self._stage.viewport().update()

    def stop(self, _edits: object = None) -> None:
        """Show nothing more."""
        if self._plan is not None:
            self._plan = None
            self._timer.stop()
            self._stage.viewport().update()

    def part(self) -> tuple[str, float]:
        """Return which part of the step is shown now, and its share."""
        if self._plan is None:
            return ("", 0.0)
        gone_ms = 1000 * (perf_counter() - self._began)
        for name, length_ms in self._parts(self._plan):
            if gone_ms < length_ms:
                return (name, gone_ms / length_ms)
            gone_ms -= length_ms
        return ("", 0.0)

    def _parts(self, plan: Plan) -> list[tuple[str, int]]:
        """Return the parts of a step and how long each is shown."""
        wave_ms = min(LONGEST_MS, WAVE_MS + WIRE_MS * plan.num_wires)
        parts = [
            ("forward", wave_ms, self._moves and plan.forward),
            ("backward", wave_ms, self._moves and plan.backward),
            ("update", UPDATE_MS, plan.updated),
        ]
        return [(name, length_ms) for name, length_ms, has_any in parts if has_any]

    def _on_timeout(self) -> None:
        if not self.part()[0] or not self._stage.viewport().isVisible():
            self.stop()
        self._stage.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Draw over the scene, in scene coordinates."""
        plan, (name, share) = self._plan, self.part()
        if plan is None or not name:
            return
        if name == "update":
            self._paint_update(painter, plan.updated, share)
            return
        is_back = name == "backward"
        colour = QColor(current().backward if is_back else current().forward)
        runs = plan.backward if is_back else plan.forward
        self._paint_wave(painter, runs, share * _OVERRUN, colour)

    def _paint_wave(
        self, painter: QPainter, runs: tuple[Run, ...], share: float, colour: QColor
    ) -> None:
        body, heads = lit(runs, share, self._stage.camera.seen())
        glow, zoom = QColor(colour), self._stage.camera.zoom
        glow.setAlpha(80)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tint, width in ((glow, _GLOW_PX), (colour, _CORE_PX)):
            painter.setPen(_pen(tint, max(width, width / 2 / zoom)))
            painter.drawPath(body)
        painter.setPen(_pen(colour, max(_HEAD_PX, _HEAD_PX / 2 / zoom)))
        painter.drawPoints(heads)

    def _paint_update(
        self, painter: QPainter, nodes: tuple[str, ...], share: float
    ) -> None:
        """Let the outlines of all cards whose weights have moved light up once."""
        shown, seen, radius = (
            self._stage.scene.nodes,
            self._stage.camera.seen(),
            sizes.RADIUS + 2.5,
        )
        cards = [shown[i].card() for i in nodes if i in shown]
        colour = QColor(current().update)
        colour.setAlphaF(1.0 - share**2 if self._moves else 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(colour, max(3.0, 1.5 / self._stage.camera.zoom)))
        rects = [c.adjusted(-2.5, -2.5, 2.5, 2.5) for c in cards if c.intersects(seen)]
        if self._stage.camera.zoom < paint.TITLE_ZOOM:  # no corners to be seen
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.drawRects(rects)
            return
        for rect in rects:
            painter.drawRoundedRect(rect, radius, radius)


_WORDS = {
    "forward": "Forward: values run to the loss",
    "backward": "Backward: gradients run back to the weights",
    "update": "Update: the weights have moved",
}


def lit(
    runs: tuple[Run, ...], share: float, seen: QRectF
) -> tuple[QPainterPath, list[QPointF]]:
    """Return all lit parts of a wave as one path, and where it is now.

    Args:
        runs: Of the wave.
        share: Of its time.
        seen: Wires outside are left out.
    """
    body, heads = QPainterPath(), []
    for run in runs:
        if not run.is_on(share):
            continue
        near = run.path.boundingRect().adjusted(-8, -8, 8, 8)
        points = run.trace(share) if near.intersects(seen) else []
        if not points:
            continue
        body.moveTo(points[0])
        for point in points[1:]:
            body.lineTo(point)
        heads.append(points[-1])
    return body, heads


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
