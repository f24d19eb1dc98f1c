"""A recurrent layer: the gates of one unit at every time, and the way back along it.

Axes: T time, U units of all directions.
"""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.i18n import tr
from engine.protocol.arrays import Floats
from workbench.explain import pictures, words
from workbench.explain.layer.own.detail import At, Detail, chip, write
from workbench.explain.layer.places import Index
from workbench.theme.tokens import current

_ROWS = {
    "lstm": (("i", "i"), ("f", "f"), ("g", "g"), ("o", "o"), ("c", "cell"), ("h", "h")),
    "gru": (("r", "r"), ("z", "z"), ("n", "n"), ("h", "h")),
    "rnn": (("h", "h"),),
}
"""Symbol and piece of what a unit is made of, top down."""
_KEEPS = {"lstm": "f", "gru": "z"}
"""The gate that the way back is multiplied by."""
_NAME_PX, _VALUE_PX, _ROW_PX, _LEAST_PX = 20.0, 74.0, 24.0, 16.0
_BETWEEN_PX = 12.0


def rows(area: QRectF, count: int) -> list[QRectF]:
    """Return rows top down, and in two columns where one would have them too low."""
    columns = 2 if count * _LEAST_PX > area.height() else 1
    lines = math.ceil(count / columns) or 1
    height = min(_ROW_PX, area.height() / lines)
    width = (area.width() - (columns - 1) * _BETWEEN_PX) / columns
    places = (divmod(at, lines) for at in range(count))
    return [
        QRectF(
            area.left() + column * (width + _BETWEEN_PX),
            area.top() + line * height,
            width,
            height,
        )
        for column, line in places
    ]


@dataclass
class Unrolled(Detail):
    """One unit over time.

    Args:
        kind: `lstm`, `gru` or `rnn`.
        is_both: It goes in both directions; the second half of the units goes back.
    """

    kind: str = "lstm"
    is_both: bool = False

    def _values(self, name: str) -> Floats:
        return self.pieces[f"inside.{name}"].values

    def start(self) -> At:
        """Return the largest state: beyond the end of a sample all are 0."""
        h_TU = np.nan_to_num(np.abs(self._values("h")))
        place = np.unravel_index(int(h_TU.argmax()), h_TU.shape)
        return "inside.h", tuple(map(int, place))

    def _spot(self, at: At) -> Index | None:
        """Return time and unit of a number; of a last state its last time."""
        name, index = at
        h_TU = self._values("h")
        if name.startswith(("output", "upstream")) and len(index) == 1:
            index = (len(h_TU) - 1, index[0])
        is_there = len(index) == 2 and index[0] < len(h_TU)
        if name.startswith(("input", "given")) or name == "inside.reach":
            return (index[-2], self.start()[1][1]) if is_there else None
        return index if is_there and index[1] < h_TU.shape[1] else None

    def kept(self, unit: int) -> Floats:
        """Return what is left of a gradient at the end, at every time before.

        Shape:
            T
        """
        gate_T = self._gate(unit)
        later_T = np.append(gate_T[1:], 1.0)
        found: Floats = np.cumprod(later_T[::-1])[::-1]
        return found[::-1] if self._goes_back(unit) else found

    def _goes_back(self, unit: int) -> bool:
        """Return whether a unit reads the last time first."""
        return self.is_both and unit >= self._values("h").shape[1] // 2

    def _gate(self, unit: int) -> Floats:
        """Return the gate that keeps, in the order in which the unit reads."""
        gate_T = self._values(_KEEPS[self.kind])[:, unit]
        return gate_T[::-1] if self._goes_back(unit) else gate_T

    def _is_beyond(self, time: int, unit: int) -> bool:
        """Return whether the sample has ended before; see `Gates` of the engine."""
        if self.kind not in _KEEPS:
            return False
        closed = ("i", "o") if self.kind == "lstm" else ("r", "n")
        keeps = self._values(_KEEPS[self.kind])[time, unit] == 1
        return bool(keeps and not any(self._values(n)[time, unit] for n in closed))

    def lines(self, at: At) -> list[str]:
        """Return how one state comes about, or how much of it comes back."""
        spot = self._spot(at)
        if spot is None:
            return []
        time, unit = spot
        head = tr("Unit {unit} at time {time}", unit=unit, time=time)
        if at[0] == "inside.reach":
            value = words.number(float(self._values("reach")[at[1]]))
            return [
                tr(
                    "of the loss at time {of}, at the gates of {to}: ‖δ‖ = {norm}",
                    of=at[1][0],
                    to=at[1][1],
                    norm=value,
                )
            ]
        if self._is_beyond(time, unit):
            return [head, tr("The sample has ended before: nothing is read.")]
        if self.side == "backward":
            return [head, *self._back(time, unit)]
        return [head, *self._forward(time, unit)]

    def _forward(self, time: int, unit: int) -> list[str]:
        def at(name: str) -> str:
            told = words.number(float(self._values(name)[time, unit]))
            return f"({told})" if told.startswith("−") else told

        h = words.number(float(self._values("h")[time, unit]))
        if self.kind == "lstm":
            c = words.number(float(self._values("cell")[time, unit]))
            return [
                f"c = f·c′ + i·g = {at('f')}·{at('before')} + {at('i')}·{at('g')}"
                f" = {c}",
                f"h = o·tanh c = {at('o')}·tanh({c}) = {h}",
            ]
        if self.kind == "gru":
            z, n, before = at("z"), at("n"), at("before")
            return [f"h = (1 − z)·n + z·h′ = (1 − {z})·{n} + {z}·{before} = {h}"]
        return [f"h = {h}, h′ = {at('before')}"]

    def _back(self, time: int, unit: int) -> list[str]:
        if self.kind not in _KEEPS:
            return []
        symbol, gate_T = _KEEPS[self.kind], self._gate(unit)
        at = len(gate_T) - 1 - time if self._goes_back(unit) else time
        kept = words.number(float(self.kept(unit)[time]))
        if at == len(gate_T) - 1:
            return [tr("The last time: all of it is here.")]
        gates = gate_T[at + 1 :].tolist()
        shown = "·".join(words.number(value) for value in gates[:4])
        more = "·…" if len(gates) > 4 else ""
        return [f"Π {symbol} = {shown}{more} = {kept}"]

    def _strips(self, unit: int) -> list[tuple[str, Floats]]:
        """Return symbols and numbers of the unit at every time."""
        if self.side == "backward":
            if self.kind not in _KEEPS:
                return []
            gate = _KEEPS[self.kind]
            values = self._values(gate)[:, unit]
            return [(gate, values), (f"Π{gate}", self.kept(unit))]
        rows = _ROWS[self.kind]
        return [(symbol, self._values(name)[:, unit]) for symbol, name in rows]

    def paint(self, painter: QPainter, at: At) -> None:
        """Draw a strip over time for each gate, and its number at the one time."""
        spot = self._spot(at)
        rest = self.head(painter, self.lines(at))
        if spot is None:
            return
        time, unit = spot
        strips = self._strips(unit)
        for (symbol, values_T), row in zip(
            strips, rows(rest, len(strips)), strict=True
        ):
            self._paint_strip(painter, row, symbol, (values_T, time))

    def _paint_strip(
        self, painter: QPainter, row: QRectF, symbol: str, at: tuple[Floats, int]
    ) -> None:
        values_T, time = at
        name = QRectF(row.left(), row.top(), _NAME_PX, row.height())
        write(painter, name, symbol, "fg")
        strip = row.adjusted(_NAME_PX, 2, -_VALUE_PX - 6, -2)
        scale = max(1.0, pictures.scale_of(values_T))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(strip, pictures.signed(values_T[None], scale))
        width = strip.width() / len(values_T)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(current().fg), 1.5))
        left = strip.left() + time * width
        painter.drawRect(QRectF(left, strip.top(), max(width, 2), strip.height()))
        value = float(values_T[time])
        box = QRectF(
            row.right() - _VALUE_PX, row.top() + 2, _VALUE_PX, row.height() - 4
        )
        chip(painter, box, words.number(value), value / scale)
