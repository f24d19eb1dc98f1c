"""How much each setting has to do with the score: a bar for each."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from workbench.theme import fonts, signals
from workbench.theme.text import percent
from workbench.theme.tokens import current

ROW_PX, MOST_ROWS = 20, 6
_NAME_PX, _SHARE_PX, _BAR_PX = 210, 52, 8


class Shares(QWidget):
    """Bars, the longest first; hidden while nothing is known."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, float]] = []
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        self.setToolTip(
            tr(
                "η²: the share of the score's variance that lies between the values of "
                "a setting; what settings do together is left out."
            )
        )
        signals.changed.connect(self.update)
        self.hide()

    def sizeHint(self) -> QSize:
        """Return room for all rows."""
        return QSize(320, ROW_PX * len(self.rows))

    def show_shares(
        self, shares: Mapping[str, float], names: Mapping[str, str]
    ) -> None:
        """Show others.

        Args:
            shares: Key of a setting → share of the variance, 0 to 1.
            names: Key → what people read.
        """
        found = sorted(shares.items(), key=lambda pair: -pair[1])[:MOST_ROWS]
        self.rows = [(names.get(key, key), share) for key, share in found]
        said = [f"{name} {percent(share)}" for name, share in self.rows]
        self.setAccessibleName(tr("What decides: {shares}", shares=", ".join(said)))
        self.setVisible(bool(self.rows))
        self.updateGeometry()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw name, bar and share of each."""
        tokens = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.SECONDARY))
            metrics = painter.fontMetrics()
            wide = max(self.width() - _NAME_PX - _SHARE_PX, 40)
            middle = Qt.AlignmentFlag.AlignVCenter
            for number, (name, share) in enumerate(self.rows):
                top = number * ROW_PX
                painter.setPen(QColor(tokens.fg2))
                side = Qt.TextElideMode.ElideLeft
                shown = metrics.elidedText(name, side, _NAME_PX - 10)
                painter.drawText(QRectF(0, top, _NAME_PX, ROW_PX), middle, shown)
                painter.setPen(Qt.PenStyle.NoPen)
                at = QRectF(_NAME_PX, top + (ROW_PX - _BAR_PX) / 2, wide, _BAR_PX)
                painter.setBrush(QColor(tokens.bg3))
                painter.drawRoundedRect(at, 4, 4)
                at.setWidth(max(wide * min(share, 1.0), 2.0))
                painter.setBrush(QColor(tokens.accent))
                painter.drawRoundedRect(at, 4, 4)
                painter.setPen(QColor(tokens.fg))
                place = QRectF(_NAME_PX + wide + 8, top, _SHARE_PX, ROW_PX)
                painter.drawText(place, middle, percent(share))
