"""Formulas as they are printed: drawn beforehand, in the theme's colours."""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from engine.i18n import tr
from workbench import theme
from workbench.theme import fonts
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer

_FILE = Path(__file__).parents[3] / "assets" / "formulas" / "formulas.json"
_COLOURS = {
    "#000001": "forward", "#000002": "backward", "#000003": "update",
    "#000004": "loss", "#000005": "norm", "black": "fg",
}  # fmt: skip
"""Mark in a drawing → token; see `assets/formulas/make.py`."""
_SCALE, _AIR = 0.95, 2


@lru_cache(maxsize=1)
def drawings() -> dict[str, str]:
    """Return all formulas that are drawn: plain text → SVG with marks for colours."""
    known = json.loads(_FILE.read_text("utf-8"))
    return {plain: found["svg"] for plain, found in known.items()}


@lru_cache(maxsize=128)
def _renderer(plain: str, theme_name: str) -> "QSvgRenderer | None":
    """Return the drawing of a formula in a theme; None where there is none."""
    from PySide6.QtSvg import QSvgRenderer  # after the first paint

    svg, tokens = drawings().get(plain), theme.tokens.THEMES[theme_name]
    if svg is None:
        return None
    for mark, token in _COLOURS.items():
        svg = svg.replace(f'"{mark}"', f'"{tokens.text(token, "bg2")}"')
    return QSvgRenderer(QByteArray(svg.encode()))


class Formula(QWidget):
    """One formula; its plain text can be copied and is what is read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self._plain = ""
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Fixed, policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        theme.signals.changed.connect(self.update)

    def text(self) -> str:
        """Return the formula as plain text."""
        return self._plain

    def setText(self, plain: str) -> None:
        """Show a formula; one that isn't drawn is written."""
        self._plain = plain
        self.setAccessibleName(plain)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the drawing, or of the words."""
        drawn = _renderer(self._plain, current().name) if self._plain else None
        if drawn is None:
            box = self.fontMetrics().boundingRect(self._plain)
            return QSize(box.width() + 2 * _AIR, box.height() + 2 * _AIR)
        size = drawn.viewBoxF().size() * _SCALE
        return QSize(round(size.width()) + 2 * _AIR, round(size.height()) + 2 * _AIR)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it, sharp at any scale."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawn = _renderer(self._plain, current().name) if self._plain else None
            box = QRectF(self.rect()).adjusted(_AIR, _AIR, -_AIR, -_AIR)
            if drawn is not None:
                drawn.render(painter, box)
                return
            painter.setFont(fonts.ui(fonts.VALUE))
            painter.setPen(current().fg)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._plain)

    def copy(self) -> None:
        """Put the plain text on the clipboard."""
        QGuiApplication.clipboard().setText(self._plain)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with the platform's keys."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy it."""
        if self._plain:
            menu = QMenu(self)
            menu.addAction(tr("Copy formula"), self.copy)
            menu.exec(event.globalPos())
