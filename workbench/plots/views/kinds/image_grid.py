"""Images side by side, every pixel a crisp square."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace, name, number

_GAP, _PAD = 6, 8
_CENTRE = Qt.AlignmentFlag.AlignCenter
_ELIDE = Qt.TextElideMode.ElideRight


@dataclass(frozen=True)
class Grid:
    """Where tiles lie.

    Args:
        columns: Tiles in a row.
        tile: Width and height of an image.
        left: Of the first tile.
        top: Of the first tile.
        label_px: Height of the words below a tile.
        gap: Between two tiles.
    """

    columns: int
    tile: tuple[float, float]
    left: float
    top: float
    label_px: float
    gap: float = _GAP

    def rect(self, index: int) -> QRectF:
        """Return the rectangle of a tile's image."""
        row, column = divmod(index, self.columns)
        width, height = self.tile
        x = self.left + column * (width + self.gap)
        y = self.top + row * (height + self.label_px + self.gap)
        if not self.gap:  # no seams: a tile ends where the next one begins
            right, bottom = round(x + width), round(y + height)
            return QRectF(round(x), round(y), right - round(x), bottom - round(y))
        return QRectF(round(x), round(y), round(width), round(height))


def best_grid(
    count: int, image: tuple[int, int], room: tuple[float, float], label_px: float
) -> Grid:
    """Return the grid with the largest tiles; whole multiples of pixels from 3 on.

    Args:
        count: Number of images.
        image: Height and width in pixels of an image.
        room: Width and height of the widget.
        label_px: Height of the words below a tile.
    """
    rows, columns = image
    best, number_of_columns = 0.0, 1
    for across in range(1, count + 1):
        down = math.ceil(count / across)
        wide = (room[0] - 2 * _PAD - (across - 1) * _GAP) / across / columns
        high = (room[1] - 2 * _PAD - (down - 1) * _GAP) / down - label_px
        scale = min(wide, high / rows)
        if scale > best:
            best, number_of_columns = scale, across
    scale = math.floor(best) if best >= 3 else max(best, 0.05)
    tile = (columns * scale, rows * scale)
    down = math.ceil(count / number_of_columns)
    used = (
        number_of_columns * (tile[0] + _GAP) - _GAP,
        down * (tile[1] + label_px + _GAP) - _GAP,
    )
    left = max(round((room[0] - used[0]) / 2), _PAD)
    top = max(round((room[1] - used[1]) / 2), 2)
    return Grid(number_of_columns, tile, left, top, label_px)


def fixed_grid(
    count: int,
    image: tuple[int, int],
    room: tuple[float, float],
    columns: int,
    gap: float = _GAP,
) -> Grid:
    """Return the grid of so many columns with the largest tiles, close together.

    Args:
        count: Number of images.
        image: Height and width in pixels of an image.
        room: Width and height of the widget.
        columns: Images in a row.
        gap: Between two tiles.
    """
    down = math.ceil(count / columns)
    wide = (room[0] - 2 * _PAD) / columns - gap
    high = (room[1] - 2 * _PAD) / down - gap
    scale = max(min(wide / image[1], high / image[0]), 0.05)
    tile = (image[1] * scale, image[0] * scale)
    left = (room[0] - columns * (tile[0] + gap) + gap) / 2
    top = (room[1] - down * (tile[1] + gap) + gap) / 2
    return Grid(columns, tile, max(left, _PAD), max(top, 2), 0, gap)


def to_image(pixels_HWC: Floats) -> QImage:
    """Return uint8 pixels with one or three channels as an image."""
    height, width, channels = pixels_HWC.shape
    grey = channels == 1
    kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    data = np.ascontiguousarray(pixels_HWC)
    return QImage(data.data, width, height, channels * width, kind).copy()


def crisp(image: QImage, size: QSize, ratio: float) -> QPixmap:
    """Return an image in another size whose pixels stay squares with sharp edges.

    A size that is no whole multiple is reached through a larger one, so that all
    squares are equally wide.
    """
    wanted = size * ratio
    times = max(-(-2 * wanted.width() // max(image.width(), 1)), 1)
    if wanted.width() % image.width() == 0:
        scaled = image.scaled(wanted)
    else:
        smooth = Qt.TransformationMode.SmoothTransformation
        keep = Qt.AspectRatioMode.IgnoreAspectRatio
        scaled = image.scaled(image.size() * times).scaled(wanted, keep, smooth)
    pixmap = QPixmap.fromImage(scaled)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class ImageGrid(ViewFace):
    """Tiles with the names of their classes below."""

    def prepare(self, view: View) -> None:
        """Make the images."""
        self.pixels = view.arrays["pixels"]
        self.images = [to_image(pixels) for pixels in self.pixels]
        self._tiles: list[QPixmap] = []
        self._made_for: object = None
        self.labels = view.arrays.get("labels")
        self.names = view.words.get("classes", ())
        self.is_map = view.kind == "latent_map"  # one landscape, without seams
        self.columns = int("".join(view.words.get("across", ("0",))))

    def grid(self) -> Grid:
        """Return where the tiles lie now."""
        label = style.metrics().height() + 1 if self.labels is not None else 0
        size = (float(self.width()), float(self.height()))
        if 0 < self.columns < len(self.images):  # one row alone may be broken
            image = self.pixels.shape[1:3]
            gap = 0 if self.is_map else _GAP
            return fixed_grid(len(self.images), image, size, self.columns, gap)
        return best_grid(len(self.images), self.pixels.shape[1:3], size, label)

    def draw(self, painter: QPainter) -> None:
        """Draw the tiles."""
        if not self.images:
            return
        grid, metrics = self.grid(), painter.fontMetrics()
        tile = QSize(round(grid.tile[0]), round(grid.tile[1]))
        if self._made_for != (tile, self.devicePixelRatioF()):
            ratio = self.devicePixelRatioF()
            self._made_for = (tile, ratio)
            self._tiles = [crisp(image, tile, ratio) for image in self.images]
        for index, picture in enumerate(self._tiles):
            rect = grid.rect(index)
            painter.drawPixmap(rect, picture, QRectF(picture.rect()))
            if not self.is_map:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(style.pen(style.colour("line")))
                painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5))
            if self.labels is not None:
                box = QRectF(
                    rect.left(), rect.bottom() + 1, rect.width(), grid.label_px
                )
                text = name(self.names, int(self.labels[index]))
                painter.setPen(style.colour("fg2"))
                shown = metrics.elidedText(text, _ELIDE, int(rect.width()))
                painter.drawText(box, _CENTRE, shown)

    def summary(self) -> str:
        """Return what black and white mean."""
        assert self.view is not None
        low, high = (number(float(v)) for v in self.view.arrays["range"])
        return tr("black {low}, white {high}", low=low, high=high)

    def read(self, position: QPointF) -> str:
        """Return the value of the pixel under the mouse."""
        assert self.view is not None
        grid = self.grid()
        for index in range(len(self.images)):
            rect = grid.rect(index)
            if rect.contains(position):
                return self._read_tile(index, rect, position)
        return ""

    def _read_tile(self, index: int, rect: QRectF, position: QPointF) -> str:
        assert self.view is not None
        height, width, _ = self.pixels[index].shape
        column = min(
            int((position.x() - rect.left()) / rect.width() * width), width - 1
        )
        row = min(int((position.y() - rect.top()) / rect.height() * height), height - 1)
        low, high = self.view.arrays["range"]
        levels = self.pixels[index][row, column] / 255 * (high - low) + low
        values = ", ".join(number(float(level), 2) for level in levels)
        words = f"#{index + 1}"
        if self.labels is not None:
            words += f" {name(self.names, int(self.labels[index]))}"
        return tr(
            "{image}, row {row}, column {column}: {values}",
            image=words,
            row=row,
            column=column,
            values=values,
        )

    def table(self) -> Table:
        """Return the pixels as bytes, a row an image."""
        count = int(np.prod(self.pixels.shape[1:]))
        rows = self.pixels.reshape(len(self.pixels), -1).tolist()
        return [f"pixel {index}" for index in range(count)], rows
