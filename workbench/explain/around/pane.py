"""The map of the loss around all weights, what it shows, and what it says."""

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.i18n import tr
from workbench.explain import words
from workbench.explain.around.grid import Around
from workbench.explain.around.map import LossMap
from workbench.explain.segments import Segments
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_REACHES = ("0.1", "0.5", "1", "2")


class AroundPane(QWidget):
    """A map on the left, its plane and its words on the right.

    Signals:
        wanted: (directions, reach) of a map.
    """

    wanted = Signal(str, float)

    def __init__(self) -> None:
        super().__init__()
        self.map = LossMap()
        self.map.pointed.connect(self._on_pointed)
        self._around: Around | None = None
        choices = [("path", tr("The way of the run")), ("random", tr("At random"))]
        self.planes = Segments(choices, tr("Directions"))
        self.planes.show_picked("path")
        self.reaches = Segments([(r, f"±{r}") for r in _REACHES], tr("How far"))
        self.reaches.show_picked("1")
        self.directions, self.reach = "path", 1.0
        self.planes.picked.connect(self._on_plane)
        self.reaches.picked.connect(self._on_reach)
        self.here, self.plane, self.point = Label(), Label(), Label()
        self._lay_out()
        self.say(None)

    def _lay_out(self) -> None:
        for label in (self.here, self.plane, self.point):
            label.setWordWrap(True)
        polish(self.plane, "role", "secondary")
        box, side = QHBoxLayout(self), QVBoxLayout()
        box.setContentsMargins(SPACE_S, 0, SPACE_L, 0)
        box.setSpacing(SPACE_M)
        side.setSpacing(SPACE_S)
        box.addWidget(self.map, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.planes)
        row.addWidget(self.reaches)
        row.addStretch(1)
        side.addLayout(row)
        for label in (self.here, self.plane):
            side.addWidget(label)
        side.addStretch(1)
        side.addWidget(self.point)
        box.addLayout(side, 1)

    @property
    def text(self) -> str:
        """All that is said."""
        return "\n".join(each.text() for each in (self.here, self.plane, self.point))

    def say(self, around: Around | None) -> None:
        """Show what is known; None where nothing is."""
        self._around = around
        self.map.say(around)
        self.point.setText("")
        if around is None:
            self.here.setText(tr("One moment…"))
            self.plane.setText("")
            self.map.setAccessibleName("")
            return
        self.here.setText(_here(around))
        self.plane.setText(_plane(around, self.directions))
        self.map.setAccessibleName(self.here.text())

    def _on_plane(self, name: str) -> None:
        self.directions = name
        self.wanted.emit(self.directions, self.reach)

    def _on_reach(self, name: str) -> None:
        self.reach = float(name)
        self.wanted.emit(self.directions, self.reach)

    def _on_pointed(self, told: tuple[float, float, float] | None) -> None:
        if told is None:
            self.point.setText("")
            return
        x, y, loss = told
        place = f"({words.number(x)}, {words.number(y)})"
        self.point.setText(tr("at {place}: {loss}", place=place, loss=_loss(loss)))


def _here(around: Around) -> str:
    """Return the loss here, and the lowest and highest around."""
    losses, reach = around.losses, around.told.reach
    finite = np.isfinite(losses)
    if not finite.any():
        return tr("The loss around is no number.")
    row, column = divmod(int(np.where(finite, losses, np.inf).argmin()), len(losses))
    step = 2 * reach / (len(losses) - 1)
    place = ", ".join(words.number(n * step - reach) for n in (column, row))
    facts = {
        "here": _loss(around.told.total),
        "low": _loss(float(losses[row, column])),
        "place": f"({place})",
        "high": _loss(float(losses[finite].max())),
        "n": losses.size if around.is_whole else around.known,
    }
    return tr(
        "Loss of this batch: {here} here. Of {n:place|places} around it the lowest is "
        "{low} at {place}, the highest {high}.",
        **facts,
    )


def _plane(around: Around, wanted: str) -> str:
    told = around.told
    count = len(told.path)
    if told.directions == "path":
        return tr(
            "The two directions in which the run has moved most, from a ring at its "
            "start to the dot where it is: {n:place|places} that are kept. The plane "
            "holds {share} % of the way.",
            n=count,
            share=f"{100 * told.held:.3g}",
        )
    random = tr(
        "Two random directions, each filter as long as its own weights; biases stay "
        "(Li et al. 2018). At 1 everything has moved by its own size."
    )
    if told.directions == "line":
        return tr(
            "Across: the direction in which the run has moved, from a ring at its "
            "start to the dot where it is. Upwards: a random direction, each filter "
            "as long as its own weights (Li et al. 2018)."
        )
    if wanted == "path":
        few = tr("There is no run that has moved yet.")
        return f"{few} {random}"
    if count:
        away = tr("The way of the run is almost outside of it: {share} % is within.",
                  share=f"{100 * told.held:.3g}")  # fmt: skip
        return f"{random} {away}"
    return random


def _loss(value: float) -> str:
    return f"{value:.5g}" if math.isfinite(value) else words.number(value)
