"""How the view behaves as a widget: no bars, no margins, painted as a whole."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QGraphicsView

from engine.i18n import tr


def prepare(view: QGraphicsView) -> None:
    """Set the flags of a new canvas."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setRenderHint(QPainter.RenderHint.Antialiasing)
    view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
    off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    view.setHorizontalScrollBarPolicy(off)
    view.setVerticalScrollBarPolicy(off)
    view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
    view.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
    view.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
    view.setAcceptDrops(True)
    view.viewport().setMouseTracking(True)
    view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    view.setMinimumSize(200, 140)
    view.setAccessibleName(tr("Network canvas"))
