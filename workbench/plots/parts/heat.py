"""Heat maps kept as one coloured image to which only new columns are added."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from engine.protocol.arrays import Floats
from workbench.plots.parts import style
from workbench.session.curves.phase_rows import PhaseBins as Bins
from workbench.session.curves.timebins import COLUMNS

Colours = Callable[[], npt.NDArray[np.uint32]]


class HeatImage:
    """Colours of (rows, columns), the first row at the top.

    Args:
        rows: Number of rows.
        colours: Returns 256 of them, as 0xffRRGGBB.
        columns: Most columns.
    """

    def __init__(self, rows: int, colours: Colours, columns: int = COLUMNS) -> None:
        self._colours = colours
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
        colours = np.where(known, self._colours()[index], style.background())
        self.pixels[:, first : first + levels.shape[1]] = colours

    def paint(self, painter: QPainter, target: QRectF, columns: int) -> None:
        """Draw the first `columns` columns into a rectangle."""
        source = QRectF(0, 0, columns, len(self.pixels))
        painter.drawImage(target, self._image, source)


class BandMap:
    """A heat map over the steps: a band a layer, the first one at the top.

    Args:
        colours: Returns 256 of them, as 0xffRRGGBB.

    Attributes:
        image: What is coloured; None while there is nothing to show.
    """

    def __init__(self, colours: Colours) -> None:
        self._colours = colours
        self.image: HeatImage | None = None
        self._key: object = None
        self._drawn = 0

    def begin(self) -> None:
        """Colour everything again at the next `extend`."""
        self._key = None

    def clear(self) -> None:
        """Have nothing to show."""
        self.image, self._key = None, None

    def extend(
        self, key: object, rows: int, bins: Bins, levels: Callable[[int], Floats]
    ) -> bool:
        """Colour the columns that are new.

        The last column that is in use gets more measurements, so it is coloured again.

        Args:
            key: Differs when what is coloured already is wrong.
            rows: Of the image.
            bins: The columns.
            levels: Returns (rows, columns) from a column on, 0 to 1.

        Returns:
            Whether all was coloured anew.
        """
        key = (key, bins.merges)  # merged columns stand elsewhere
        is_new = key != self._key or self.image is None
        if self.image is None or is_new:
            self._key, self._drawn = key, 0
            self.image = HeatImage(rows, self._colours, bins.columns)
        self.image.put(self._drawn, levels(self._drawn))
        self._drawn = max(bins.used - 1, 0)
        return is_new

    def paint(
        self, painter: QPainter, area: QRectF, bins: Bins, span: tuple[float, int]
    ) -> None:
        """Draw the image and the gaps between the bands.

        Args:
            painter: Is clipped.
            area: Of the whole chart.
            bins: The columns.
            span: Step at the right edge, and number of bands.
        """
        if self.image is None:
            return
        high, bands = span
        painter.setClipRect(area)
        width = area.width() * bins.used * bins.span / high
        target = QRectF(area.left() + 1, area.top(), width, area.height())
        self.image.paint(painter, target, bins.used)
        _paint_gaps(painter, area, bands)


def band_span(row: int, rows: int) -> tuple[float, float]:
    """Return top and bottom of a band as shares of the height."""
    return row / max(rows, 1), (row + 1) / max(rows, 1)


def band_rows(names: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """Return the middle of each band, as a share from the top, with its name."""
    count = len(names)
    return tuple(((i + 0.5) / count, name) for i, name in enumerate(names))


def _paint_gaps(painter: QPainter, area: QRectF, bands: int) -> None:
    """Separate the bands when there is room for it."""
    height = area.height() / max(bands, 1)
    if height < 4:
        return
    painter.setPen(style.pen(style.colour("bg1"), 2 if height > 14 else 1))
    for band in range(1, bands):
        y = area.top() + band * height
        painter.drawLine(QPointF(area.left() + 1, y), QPointF(area.right(), y))
