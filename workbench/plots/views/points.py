"""Many points: markers while they can be told apart, density when they can't."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from engine.protocol.arrays import Floats, Ints
from workbench.plots.parts import style
from workbench.plots.views import marks

MOST_MARKERS = 3000
"""More points than this are drawn as density."""
_CELL_PX = 3
_SHADE_PX, _BLUR_PX, _SHADE_ALPHA = 4, 9.0, 105.0


def radius_for(count: int) -> float:
    """Return how large a marker is when there are so many."""
    return float(np.clip(5.0 - 0.9 * np.log10(max(count, 1)), 2.0, 4.2))


def draw_markers(
    painter: QPainter, places_N2: Floats, kinds_N: Ints, colours: Sequence[QColor]
) -> None:
    """Draw each point with the marker and the colour of its kind.

    Args:
        painter: Clips by itself.
        places_N2: In pixels.
        kinds_N: Index of each point's colour; also of its marker.
        colours: One for each kind.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = radius_for(len(places_N2))
    painter.setPen(style.pen(style.colour("bg1", 190), 0.8))
    known = np.isfinite(places_N2).all(axis=1)
    for kind, colour in enumerate(colours):
        shape = marks.marker(kind, radius)
        painter.setBrush(colour)
        for x, y in places_N2[known & (kinds_N == kind)].tolist():
            painter.drawPath(shape.translated(x, y))
    painter.restore()


def draw_rings(painter: QPainter, places_N2: Floats) -> None:
    """Draw a ring around each place."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.pen(style.colour("fg"), 1.5))
    rings = QPainterPath()
    for x, y in places_N2.tolist():
        rings.addEllipse(QPointF(x, y), 5.5, 5.5)
    painter.drawPath(rings)
    painter.restore()


def density_image(
    places_N2: Floats, kinds_N: Ints, colours: Sequence[QColor], area: QRectF
) -> QImage:
    """Return how many points lie where: colours mixed by kind, dense ones opaque.

    Opacity grows with the logarithm of the count, so that single points still show.
    """
    width = max(int(area.width() // _CELL_PX), 1)
    height = max(int(area.height() // _CELL_PX), 1)
    counts = cell_counts(places_N2, kinds_N, len(colours), area, (height, width))
    total = counts.sum(axis=0)
    top = np.log1p(max(float(total.max(initial=0)), 1.0))
    alpha = np.where(total > 0, 60 + 195 * np.log1p(total) / top, 0)
    return _coloured(counts, colours, alpha)


def shade_image(
    places_N2: Floats, kinds_N: Ints, colours: Sequence[QColor], area: QRectF
) -> QImage:
    """Return a smooth density to lie under markers, the densest place darkest.

    Source: kernel density estimate with a Gaussian of `_BLUR_PX`, Parzen 1962
    """
    width = max(int(area.width() // _SHADE_PX), 1)
    height = max(int(area.height() // _SHADE_PX), 1)
    counts = cell_counts(places_N2, kinds_N, len(colours), area, (height, width))
    smooth = blurred(counts, _BLUR_PX / _SHADE_PX)
    total = smooth.sum(axis=0)
    top = max(float(total.max(initial=0)), 1e-9)
    return _coloured(smooth, colours, _SHADE_ALPHA * total / top)


def blurred(counts_KHW: Floats, sigma: float) -> Floats:
    """Return counts spread by a Gaussian of `sigma` cells in both directions."""
    _, height, width = counts_KHW.shape
    down, across = (
        np.exp(-0.5 * ((np.arange(n)[:, None] - np.arange(n)) / sigma) ** 2)
        / (sigma * np.sqrt(2 * np.pi))
        for n in (height, width)
    )
    spread: Floats = down @ counts_KHW @ across
    return spread


def _coloured(
    shares_KHW: Floats, colours: Sequence[QColor], alpha_HW: Floats
) -> QImage:
    """Return an image in the mixed colours of the kinds that share each cell."""
    _, height, width = shares_KHW.shape
    rgb = np.array([style.rgb(colour) for colour in colours], np.float64)
    total = np.maximum(shares_KHW.sum(axis=0), 1e-9)[..., None]
    mixed = np.einsum("khw,kc->hwc", shares_KHW, rgb) / total
    pixels = np.dstack([mixed, alpha_HW]).astype(np.uint8)
    image = QImage(
        np.ascontiguousarray(pixels).data,
        width,
        height,
        4 * width,
        QImage.Format.Format_RGBA8888,
    )
    return image.copy()


def cell_counts(
    places_N2: Floats,
    kinds_N: Ints,
    num_kinds: int,
    area: QRectF,
    size: tuple[int, int],
) -> Floats:
    """Return the number of points of each kind in each cell, kinds × rows × columns."""
    height, width = size
    x = (places_N2[:, 0] - area.left()) / area.width()
    y = (places_N2[:, 1] - area.top()) / area.height()
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    column = np.minimum((x[inside] * width).astype(int), width - 1)
    row = np.minimum((y[inside] * height).astype(int), height - 1)
    flat = (kinds_N[inside] * height + row) * width + column
    counts = np.bincount(flat, minlength=num_kinds * height * width).astype(float)
    return counts.reshape(num_kinds, height, width)


def nearest(places_N2: Floats, position: QPointF, within_px: float = 7.0) -> int:
    """Return the index of the point next to the mouse, −1 when none is near."""
    if not len(places_N2):
        return -1
    away = np.hypot(places_N2[:, 0] - position.x(), places_N2[:, 1] - position.y())
    away = np.where(np.isfinite(away), away, np.inf)
    best = int(away.argmin())
    return best if away[best] <= within_px else -1
