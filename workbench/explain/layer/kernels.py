"""A two-dimensional convolution: maps in, one kernel, maps out, and the window.

Axes: O channels out, C channels in, H rows, W columns.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF

from engine.layers.spec import Value
from engine.protocol.tracing import Piece
from workbench.explain.layer.places import Index
from workbench.explain.layer.plates import Maps, Plate


@dataclass(frozen=True)
class Window:
    """Which cells of the input one cell of the output has seen.

    Args:
        source: Name of the piece that is seen.
        target: Name of the piece that sees.
        size: Rows and columns of the kernel, with what is left out between them.
        stride: Rows and columns from cell to cell.
        padding: Rows and columns before the first.
    """

    source: str
    target: str
    size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]

    def rects(self, plates: Mapping[str, Plate], index: Index) -> list[QRectF]:
        """Return the window of a cell in every map that is drawn."""
        plate = plates.get(self.source)
        if not isinstance(plate, Maps) or len(index) != 3:
            return []
        rows, columns = plate.values.shape[-2:]
        top, height = self._span(index[1], 0, rows)
        left, width = self._span(index[2], 1, columns)
        if height <= 0 or width <= 0:
            return []
        last = (top + height - 1, left + width - 1)
        return [
            plate.rect_of((at, top, left)).united(plate.rect_of((at, *last)))
            for at in range(plate.shown)
        ]

    def _span(self, at: int, axis: int, most: int) -> tuple[int, int]:
        start = at * self.stride[axis] - self.padding[axis]
        end = min(start + self.size[axis], most)
        start = max(start, 0)
        return start, end - start


def window_of(params: Mapping[str, Value], source: str, target: str) -> Window:
    """Return the window of a layer by its settings."""
    kernel = _pair(params.get("kernel_size"), 1)
    dilation = _pair(params.get("dilation"), 1)
    size = (dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1)
    same = ((size[0] - 1) // 2, (size[1] - 1) // 2)
    given = params.get("padding")
    padding = same if given is None else _pair(given, 0)
    return Window(source, target, size, _pair(params.get("stride"), 1), padding)


def _pair(value: object, default: int) -> tuple[int, int]:
    if isinstance(value, int):
        return (value, value)
    if isinstance(value, tuple | list) and len(value) == 2:
        return (int(value[0]), int(value[1]))
    return (default, default)


def kernel_of(piece: Piece, channel: int) -> Piece | None:
    """Return the kernel of one channel out as maps C×H×W; None if it isn't whole.

    Args:
        piece: All kernels, O×C×H×W.
        channel: Which.
    """
    is_whole = piece.values.size == math.prod(piece.shape) and not piece.part.strip()
    if len(piece.shape) != 4 or not is_whole or not 0 <= channel < piece.shape[0]:
        return None
    values = piece.values.reshape(piece.shape)[channel]
    return replace(
        piece,
        part=str(channel),
        values=np.ascontiguousarray(values),
        block=(1, 1, 1),
    )
