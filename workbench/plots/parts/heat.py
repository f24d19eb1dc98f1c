"""A heat map kept as one coloured image to which only new columns are added."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from engine.protocol.arrays import Floats
from workbench.plots.parts import style
from workbench.session.curves.timebins import COLUMNS


class HeatImage:
    """Colours of (rows, columns), the first row at the top.

    Args:
        rows: Number of rows.
        columns: Most columns.
    """

    def __init__(self, rows: int, columns: int = COLUMNS) -> None:
        self.pixels = np.full((rows, columns), style.background(), np.uint32)
        self._image = QImage(
            self.pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32
        )

    def put(self, first: int, levels: Floats) -> None:
        """Colour columns from `first` on.

        Args:
            first: Index of the first column.
            levels: (rows, columns), 0 to 1 along the colours; NaN has no colour.
        """
        known = np.isfinite(levels)
        index = np.clip(np.nan_to_num(levels) * 255, 0, 255).astype(np.uint8)
        colours = np.where(known, style.heat_table()[index], style.background())
        self.pixels[:, first : first + levels.shape[1]] = colours

    def paint(self, painter: QPainter, target: QRectF, columns: int) -> None:
        """Draw the first `columns` columns into a rectangle."""
        source = QRectF(0, 0, columns, len(self.pixels))
        painter.drawImage(target, self._image, source)
