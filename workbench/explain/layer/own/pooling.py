"""Pooling: one window with its numbers, the winner, and who gets δ.

Axes: C channels, then one or two axes of places.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.i18n import tr
from engine.layers.spec import Value
from workbench.explain import pictures, words
from workbench.explain.layer.own.detail import At, Detail, chip
from workbench.explain.layer.places import Index
from workbench.explain.layer.plates import Plate
from workbench.theme.tokens import current

_MOST_TOLD = 9
_CELL_PX = 84.0


@dataclass
class Pooled(Detail):
    """The window of one number of the output.

    Args:
        params: Settings of the layer.
    """

    params: Mapping[str, Value] = field(default_factory=dict)

    @property
    def _is_max(self) -> bool:
        return "inside.winner" in self.pieces

    @property
    def _ends(self) -> tuple[str, str]:
        """Names of what the windows lie in, and of what comes of them."""
        if self.side == "backward":
            return "given0", "upstream0"
        return "input0", "output0"

    def start(self) -> At:
        """Return the largest number that comes out, or of what arrives."""
        name = self._ends[1]
        values = np.nan_to_num(np.abs(self.pieces[name].values))
        place = np.unravel_index(int(values.argmax()), values.shape)
        return name, tuple(map(int, place))

    def _window(self, at: At) -> tuple[Index, list[range]] | None:
        """Return a number of the output and the places of its window."""
        name, index = at
        source, target = self._ends
        if name == source:
            index = self._of_input(index)
        elif name != target:
            return None
        if len(index) != self.pieces[target].values.ndim:
            return None
        return index, self._spans(index)

    def _of_input(self, index: Index) -> Index:
        """Return the first window that a number of the input lies in."""
        sizes = self.pieces["output0"].values.shape[1:]
        found = [0] * len(sizes)
        for axis, size in enumerate(sizes):
            for place in range(size):
                trial = [0] * len(sizes)
                trial[axis] = place
                if index[axis + 1] in self._spans((index[0], *trial))[axis]:
                    found[axis] = place
                    break
        return (index[0], *found)

    def _spans(self, index: Index) -> list[range]:
        """Return which places of each axis a number of the output has seen."""
        inside = self.pieces["input0"].values.shape[1:]
        outside = self.pieces["output0"].values.shape[1:]
        found = []
        if "kernel_size" not in self.params:
            pairs = zip(index[1:] or (0,) * len(inside), inside,
                        outside or (1,) * len(inside), strict=True)  # fmt: skip
            return [range(p * i // o, -(-(p + 1) * i // o)) for p, i, o in pairs]
        dims = len(inside)
        kernel = _sizes(self.params["kernel_size"], dims, 1)
        stride = _sizes(self.params.get("stride"), dims, kernel)
        padding = _sizes(self.params.get("padding"), dims, 0)
        dilation = _sizes(self.params.get("dilation"), dims, 1)
        for axis, size in enumerate(inside):
            first = index[axis + 1] * stride[axis] - padding[axis]
            step = dilation[axis]
            taps = [first + step * k for k in range(kernel[axis])]
            taps = [tap for tap in taps if 0 <= tap < size]
            found.append(range(taps[0], taps[-1] + 1, step))
        return found

    def _divisor(self, index: Index, spans: list[range]) -> int:
        """Return by how many numbers an average divides."""
        own = int(np.prod([len(span) for span in spans]))
        if "kernel_size" not in self.params or not self.params.get(
            "count_include_pad", True
        ):
            return own
        inside = self.pieces["input0"].values.shape[1:]
        dims = len(inside)
        kernel = _sizes(self.params["kernel_size"], dims, 1)
        stride = _sizes(self.params.get("stride"), dims, kernel)
        padding = _sizes(self.params.get("padding"), dims, 0)
        count = 1
        for axis, size in enumerate(inside):
            first = index[axis + 1] * stride[axis] - padding[axis]
            count *= min(first + kernel[axis], size + padding[axis]) - first
        return count

    def _winner(self, index: Index) -> Index | None:
        """Return the number of the input that has won a window."""
        if not self._is_max:
            return None
        flat = int(self.pieces["inside.winner"].values[index])
        sizes = self.pieces["input0"].values.shape[1:]
        return (index[0], *map(int, np.unravel_index(flat, sizes)))

    def _cells(self, at: At) -> list[tuple[Index, float]]:
        """Return the numbers of a window; backward what each gets of its δ."""
        found = self._window(at)
        if found is None:
            return []
        index, spans = found
        places = [(index[0], *p) for p in itertools.product(*spans)]
        if self.side == "forward":
            x = self.pieces["input0"].values
            return [(place, float(x[place])) for place in places]
        delta, winner = self._value(at), self._winner(index)
        each = delta / self._divisor(index, spans)
        if self._is_max:
            return [(p, delta if p == winner else 0.0) for p in places]
        return [(place, each) for place in places]

    def _value(self, at: At) -> float:
        found = self._window(at)
        assert found is not None
        return float(self.pieces[self._ends[1]].values[found[0]])

    def lines(self, at: At) -> list[str]:
        """Return the window's numbers, and what comes of them."""
        found, cells = self._window(at), self._cells(at)
        if found is None:
            return []
        index, spans = found
        out = words.number(self._value(at))
        head = tr("Window {place} of channel {n}", n=index[0], place=_place(index[1:]))
        if self.side == "backward":
            return [head, self._shared(index, spans, out)]
        inputs = sorted((value for _, value in cells), reverse=True)
        told = [words.number(value) for value in inputs[:_MOST_TOLD]]
        if self._is_max:
            more = ", …" if len(inputs) > _MOST_TOLD else ""
            return [head, f"max({', '.join(told)}{more}) = {out}"]
        count = self._divisor(index, spans)
        total = words.number(sum(inputs))
        return [head, f"Σ x / K = {total} / {count} = {out}"]

    def _shared(self, index: Index, spans: list[range], delta: str) -> str:
        winner = self._winner(index)
        if winner is not None:
            return tr("δ = {delta} goes to {place} alone", delta=delta,
                      place=_place(winner[1:]))  # fmt: skip
        count = self._divisor(index, spans)
        each = float(self.pieces["upstream0"].values[index]) / count
        return f"δ / K = {delta} / {count} = {words.number(each)}"

    def paint(self, painter: QPainter, at: At) -> None:
        """Draw the window as cells with numbers, the winner ringed."""
        found, cells = self._window(at), self._cells(at)
        rest = self.head(painter, self.lines(at))
        if found is None or not cells:
            return
        index, spans = found
        rows, columns = (1, *map(len, spans))[-2:]
        width = min(_CELL_PX, rest.width() / columns)
        height = min(width * 0.5, rest.height() / rows)
        scale = pictures.scale_of(np.array([value for _, value in cells]))
        winner = self._winner(index)
        for at_, (place, value) in enumerate(cells):
            row, column = divmod(at_, columns)
            box = QRectF(rest.left() + column * width, rest.top() + row * height,
                         width - 2, height - 2)  # fmt: skip
            text = words.number(value) if width >= 40 else ""
            chip(painter, box, text, value / scale)
            if place == winner:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(current().fg), 1.5))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def rings(self, plates: Mapping[str, Plate], at: At) -> list[QRectF]:
        """Return the window in its own map, the winner, and what comes out."""
        found = self._window(at)
        source, target = self._ends
        if found is None or source not in plates or target not in plates:
            return []
        index, spans = found
        plate = plates[source]
        first = (index[0], *(span[0] for span in spans))
        last = (index[0], *(span[-1] for span in spans))
        if plate.values.ndim == 3 and index[0] >= 32:
            return []  # its map isn't drawn
        rings = [plate.rect_of(first).united(plate.rect_of(last))]
        winner = self._winner(index)
        if winner is not None:
            rings.append(plate.rect_of(winner))
        return [*rings, plates[target].rect_of(index)]


def _sizes(value: object, dims: int, default: object) -> tuple[int, ...]:
    """Return a setting for every axis; one number counts for all."""
    if isinstance(value, int):
        return (value,) * dims
    if isinstance(value, tuple | list):
        return tuple(int(each) for each in value)
    return _sizes(default, dims, 0) if default is not None else (0,) * dims


def _place(index: Index) -> str:
    return ", ".join(map(str, index)) or "–"
