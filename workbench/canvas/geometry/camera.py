"""Zoom, pan and fit of a view."""

from collections.abc import Iterable

from PySide6.QtCore import QMarginsF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QTransform, QWheelEvent
from PySide6.QtWidgets import QGraphicsView

from workbench.canvas.geometry import sizes

STEP = 1.15
_NOTCH = 120.0
_FIT_MARGIN_PX = 36.0


class Camera:
    """What part of the scene a view shows, and how large.

    Attributes:
        is_automatic: The whole graph is kept in view until a person zooms or pans.
        margin: Of the scene, kept free around what is fitted.
        roof_px: Height at the top of the view that something else covers.
    """

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view
        self.is_automatic = True
        self.margin, self.roof_px = QMarginsF(), 0

    @property
    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return self._view.transform().m11()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom, with the scene under `at` (viewport pixels; None: middle) staying."""
        self.is_automatic = False
        view = self._view
        anchor = at if at is not None else QPointF(view.viewport().rect().center())
        before = self.to_scene(anchor)
        self.set_zoom(self.zoom * factor)
        drift = self.to_scene(anchor) - before
        self.centre_on(self.centre() - drift)

    def set_zoom(self, zoom: float) -> None:
        """Set the scale, within limits, about the middle."""
        centre = self.centre()
        zoom = max(sizes.MIN_ZOOM, min(sizes.MAX_ZOOM, zoom))
        self._view.setTransform(QTransform.fromScale(zoom, zoom))
        self._view.centerOn(centre)

    def centre(self) -> QPointF:
        """Return the scene point in the middle."""
        return self.to_scene(QPointF(self._view.viewport().rect().center()))

    def centre_on(self, place: QPointF) -> None:
        """Bring a scene point to the middle."""
        self._view.centerOn(place)

    def to_scene(self, place: QPointF) -> QPointF:
        """Return the scene point at a pixel of the viewport."""
        inverse, _ = self._view.viewportTransform().inverted()
        return inverse.map(place)

    def to_pixel(self, place: QPointF) -> QPoint:
        """Return the pixel of the viewport at a scene point."""
        return self._view.mapFromScene(place)

    def seen(self) -> QRectF:
        """Return the part of the scene that is shown."""
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def pan_by(self, delta: QPointF | QPoint) -> None:
        """Move the picture by screen pixels."""
        self.is_automatic = False
        view = self._view
        across, down = view.horizontalScrollBar(), view.verticalScrollBar()
        across.setValue(across.value() - round(delta.x()))
        down.setValue(down.value() - round(delta.y()))

    def fit(self, rect: QRectF) -> None:
        """Show a rectangle of the scene as large as sensible."""
        if rect.isEmpty():
            self.set_zoom(1.0)
            self.centre_on(QPointF(0, 0))
            return
        rect = rect.marginsAdded(self.margin)
        screen = self._view.viewport().rect().adjusted(0, self.roof_px, 0, 0)
        margin = 2 * _FIT_MARGIN_PX
        across = max(50.0, screen.width() - margin) / rect.width()
        down = max(50.0, screen.height() - margin) / rect.height()
        self.set_zoom(min(across, down, sizes.FIT_ZOOM))
        self.centre_on(rect.center() - QPointF(0, self.roof_px / 2 / self.zoom))

    def show(self, rects: Iterable[QRectF]) -> None:
        """Pan as little as needed to bring rectangles of the scene into view."""
        rect = QRectF()
        for part in rects:
            rect = rect.united(part)
        if not rect.isEmpty():
            self._view.ensureVisible(rect, 40, 40)

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom to the pointer with a wheel, pan with two fingers on a touchpad."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        fingers = not event.pixelDelta().isNull()
        turn = event.angleDelta()
        if fingers and not control:
            self.pan_by(event.pixelDelta())
        elif shift:
            self.pan_by(QPoint(turn.y() or turn.x(), 0))
        elif turn.y():
            self.zoom_by(STEP ** (turn.y() / _NOTCH), event.position())
        event.accept()
