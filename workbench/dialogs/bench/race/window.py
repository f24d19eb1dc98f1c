"""Trial and error against backpropagation: four racers, one net, a slider."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSlider,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.bench.race import RaceSizes, RaceTold, StartRace
from workbench.dialogs.base import Dialog
from workbench.dialogs.bench.race.curves import Curves
from workbench.dialogs.bench.race.lanes import Lanes
from workbench.dialogs.bench.race.sizes import Sizes
from workbench.theme.label import Label
from workbench.theme.line import WholeNumber
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_SIZE = (1080, 720)
_USUAL, _MOST = 2000, 100_000
_QUICK = 3000
"""Weights of the size that is chosen first, at most: a race of it takes seconds."""


class RaceWindow(Dialog):
    """Asks for a net and its size, shows the race, and says what came of it.

    Args:
        documents: Words for a net → the text of its project; the first is chosen.
        parent: In front of which it opens.

    Attributes:
        told: Of the race that is shown, or None.
    """

    topic = "panel/race"
    sizes_wanted = Signal(str)  # text of a project
    wanted = Signal(object)  # StartRace
    unwanted = Signal()  # it is to stop

    def __init__(
        self, documents: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Trial and error against backpropagation"), parent)
        self.resize(*_SIZE)
        self.told: RaceTold | None = None
        self.is_stopping = False
        self._known = RaceSizes((), ())
        self._is_busy = False
        self._queue: list[int] = []
        words = tr(
            "Four ways to lower the loss of one batch, from the same weights, with "
            "equally many evaluations: a forward pass is one, a backward pass counts "
            "as two. Nothing of your project is changed."
        )
        self.intro = self.add_text(words, "secondary")
        self._add_choices(documents)
        self.lanes, self.curves, self.sizes = Lanes(), Curves(), Sizes()
        self.box.addSpacing(SPACE_S)
        self.box.addWidget(self.lanes)
        self.box.addSpacing(SPACE_M)
        charts = QHBoxLayout()
        charts.setSpacing(SPACE_L)
        charts.addWidget(self.curves, 3)
        charts.addWidget(self.sizes, 2)
        self.box.addLayout(charts, 1)
        self.head, self.words = self.add_text("", "title"), self.add_text("")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._add_buttons()
        self._set(busy=False)

    def _add_choices(self, documents: Mapping[str, str]) -> None:
        self.net, self.slider, self.count = QComboBox(), QSlider(), Label()
        self.net.setAccessibleName(tr("Net"))
        for name, text in documents.items():
            self.net.addItem(name, text)
        self.net.activated.connect(self._on_net)
        self.slider.setOrientation(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Number of weights"))
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.valueChanged.connect(self._say_size)
        self.count.setMinimumWidth(190)
        self.evaluations = WholeNumber()
        self.evaluations.setAccessibleName(tr("Evaluations for each"))
        self.evaluations.setRange(100, _MOST)
        self.evaluations.setSingleStep(500)
        self.evaluations.setValue(_USUAL)
        self.evaluations.setGroupSeparatorShown(True)
        self.evaluations.valueChanged.connect(lambda _n: self.sizes.clear())
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(Label(tr("Net")))
        row.addWidget(self.net)
        row.addSpacing(SPACE_M)
        row.addWidget(Label(tr("Weights")))
        row.addWidget(self.slider, 1)
        row.addWidget(self.count)
        row.addSpacing(SPACE_M)
        row.addWidget(Label(tr("Evaluations for each")))
        row.addWidget(self.evaluations)
        self.box.addLayout(row)

    def _add_buttons(self) -> None:
        self.stop = self.add_button(tr("Cancel"))
        self.leave = self.add_button(tr("Close"))
        self.every = self.add_button(tr("Race at every size up to this"))
        self.go = self.add_button(tr("Race"), accent=True)
        self.stop.clicked.connect(self._on_stop)
        self.leave.clicked.connect(self.reject)
        self.every.clicked.connect(self._on_every)
        self.go.clicked.connect(self._on_go)

    # What is asked for -----------------------------------------------------------

    def begin(self) -> None:
        """Ask how large the chosen net may be."""
        self._known = RaceSizes((), ())
        self._forget()
        self.sizes.clear()
        self.count.setText(tr("One moment…"))
        self._set(busy=self._is_busy)
        if self.net.count():
            self.sizes_wanted.emit(str(self.net.currentData()))
        else:
            self.count.setText("")

    def _forget(self) -> None:
        """Show no race."""
        self.told = None
        self.lanes.say((), 0)
        self.curves.say(None)
        self.head.setText("")
        polish(self.words, "role", "text")
        self.words.setText("")

    def _on_net(self, _index: int) -> None:
        self.begin()

    def show_sizes(self, told: RaceSizes) -> None:
        """Offer the sizes of the net."""
        self._known = told
        small = [at for at, n in enumerate(told.weights) if n <= _QUICK]
        self.slider.setRange(0, len(told.weights) - 1)
        self.slider.setValue(small[-1] if small else 0)
        self._say_size()
        self._set(busy=False)

    def _say_size(self) -> None:
        at = self.slider.value()
        if not 0 <= at < len(self._known.weights):
            return
        words = tr("{n:weight|weights}", n=f"{self._known.weights[at]:,}")
        factor = self._known.factors[at]
        if factor == 1:
            words = tr("{size}, as it is", size=words)
        self.count.setText(words)

    def _on_go(self) -> None:
        at = self.slider.value()
        if not 0 <= at < len(self._known.factors):
            return
        self.is_stopping = False
        self._forget()
        self.words.setText(tr("The first steps are made…"))
        self._set(busy=True)
        document, factor = str(self.net.currentData()), self._known.factors[at]
        self.wanted.emit(StartRace(document, factor, self.evaluations.value()))

    def _on_every(self) -> None:
        """Race with each size from the smallest to the chosen one."""
        first, *self._queue = range(self.slider.value() + 1)
        self.slider.setValue(first)
        self._on_go()

    def _on_stop(self) -> None:
        self._queue = []
        self.is_stopping = True
        self.stop.setEnabled(False)
        self.unwanted.emit()

    def reject(self) -> None:
        """Close, and stop what is going on."""
        self.unwanted.emit()
        super().reject()

    # What is shown ---------------------------------------------------------------

    def show_race(self, told: RaceTold) -> None:
        """Show how far it is, and at the end what came of it."""
        self.told = told
        self.lanes.say(told.lanes, told.budget)
        self.curves.say(told)
        if not told.ended:
            self.words.setText(tr("Racing: {n:weight|weights}.", n=f"{told.weights:,}"))
            return
        self.sizes.add(told)
        self.head.setText(told.head)
        self.words.setText(told.text)
        if self._queue:
            self.slider.setValue(self._queue.pop(0))
            self._on_go()
        else:
            self._set(busy=False)

    def show_failure(self, text: str) -> None:
        """Say why there is no answer."""
        self._queue = []
        polish(self.words, "role", "text" if self.is_stopping else "error")
        self.words.setText(text)
        if not self._known.weights:
            self.count.setText("")
        self._set(busy=False)

    def _set(self, *, busy: bool) -> None:
        self._is_busy = busy
        self.stop.setVisible(busy)
        self.stop.setEnabled(True)
        self.leave.setVisible(not busy)
        self.go.setVisible(not busy)
        self.go.setEnabled(len(self._known.weights) > 0)
        self.every.setVisible(not busy and len(self._known.weights) > 1)
        for field in (self.net, self.evaluations):
            field.setEnabled(not busy)
        self.slider.setEnabled(not busy and len(self._known.weights) > 1)
