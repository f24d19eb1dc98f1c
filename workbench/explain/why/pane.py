"""Below the canvas: why a weight moves, in three ways; and what if it were another."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.i18n import tr
from engine.protocol.tracing import BatchShown, StepHeld, WeightExplained
from engine.protocol.tracing.trials import WeightTried
from workbench.explain.around.grid import Around
from workbench.explain.around.pane import AroundPane
from workbench.explain.segments import Segments
from workbench.explain.walk import Walk
from workbench.explain.why.routes import Routes, Stairs
from workbench.explain.why.samples import Samples
from workbench.explain.why.trial import Trial
from workbench.theme import fonts
from workbench.theme.label import Shortened
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_WAYS = ("samples", "paths", "stairs", "trial", "around")


class WhyPane(QWidget):
    """Samples, paths, and the staircase of ‖δ‖.

    Args:
        title: Returns what the canvas calls the node at a path.

    Signals:
        sample_wanted: A sample was clicked.
        paths_wanted: The paths of the weight are to be looked for.
        node_wanted: A layer was clicked.
        trial_wanted: What the weight would be; None for any other value.
        around_wanted: (directions, reach) of a map of the loss around all weights.
    """

    sample_wanted = Signal(int)
    paths_wanted = Signal()
    node_wanted = Signal(str)
    trial_wanted = Signal(object)
    around_wanted = Signal(str, float)

    def __init__(self, title: Callable[[str], str]) -> None:
        super().__init__()
        polish(self, "panel", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, SPACE_S)
        box.setSpacing(0)
        box.addLayout(self._head())
        self.samples, self.routes, self.stairs = Samples(), Routes(title), Stairs(title)
        self.trial = Trial(title)
        self.trial.tried.connect(self.trial_wanted.emit)
        self.samples.picked.connect(self.sample_wanted)
        self.stairs.picked.connect(self.node_wanted)
        self.around = AroundPane()
        self.around.wanted.connect(self.around_wanted)
        self._wanted: tuple[str, str, tuple[int, ...]] | None = None
        self._tried: tuple[str, str, tuple[int, ...]] | None = None
        self._held: StepHeld | None = None
        self._has_asked = False
        self._stack = QStackedWidget()
        for widget in (self.samples, self.routes, self.stairs, self.trial, self.around):
            self._stack.addWidget(widget)
        box.addWidget(self._stack, 1)

    def _head(self) -> QHBoxLayout:
        """Return the title, whose weight it is, and the ways to look at it."""
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        head.setSpacing(SPACE_M)
        self.title, self.subtitle = Shortened(), Shortened()
        self.title.setText(tr("Why does this weight move?"))
        self.title.setFont(fonts.ui(fonts.BODY, fonts.SEMIBOLD))
        polish(self.subtitle, "role", "secondary")
        choices = [
            ("samples", tr("By sample")),
            ("paths", tr("Paths to the loss")),
            ("stairs", tr("Sizes of δ")),
            ("trial", tr("What if…")),
            ("around", tr("All weights")),
        ]
        self.ways = Segments(choices, self.title.text())
        self.ways.show_picked("samples")
        self.ways.picked.connect(self.show_way)
        head.addWidget(self.title)
        head.addWidget(self.subtitle, 1)
        head.addWidget(self.ways)
        return head

    @property
    def way(self) -> str:
        """Which of them is shown."""
        return _WAYS[self._stack.currentIndex()]

    def show_way(self, name: str) -> None:
        """Show another of them."""
        self.ways.show_picked(name)
        self._stack.setCurrentIndex(_WAYS.index(name))
        why = self.routes.why
        if name == "paths" and why is not None:
            self._want_paths(why)
        if name == "trial" and why is not None:
            self._want_trial(why, self.trial.told)
        if name == "around" and self._held is not None:
            self._want_around()

    def _want_around(self) -> None:
        """Ask for the map, once for a step."""
        if not self._has_asked:
            self._has_asked = True
            self.around_wanted.emit(self.around.directions, self.around.reach)

    def say_around(self, around: Around | None, walk: Walk | None) -> None:
        """Show the loss around all weights; another step has another map."""
        held = walk.held if walk is not None else None
        if held is not self._held:
            self._held, self._has_asked = held, False
        self.around.say(around)
        if self.way == "around" and held is not None:
            self._want_around()

    def _want_paths(self, why: WeightExplained) -> None:
        """Ask for the paths of a weight, once: perhaps there are none."""
        wanted = (why.node, why.name, why.cell)
        if not why.paths and wanted != self._wanted:
            self._wanted = wanted
            self.paths_wanted.emit()

    def _want_trial(self, why: WeightExplained, told: WeightTried | None) -> None:
        """Try another value of a weight, once; then the person tries some."""
        wanted = (why.node, why.name, why.cell)
        if told is None and wanted != self._tried:
            self._tried = wanted
            self.trial_wanted.emit(None)

    def say_trial(self, why: WeightExplained | None, told: WeightTried | None) -> None:
        """Show what follows if the weight were another."""
        if why is None:
            self._tried = None
        self.trial.say(why, told)
        if self.way == "trial" and why is not None:
            self._want_trial(why, told)

    def say(
        self,
        why: WeightExplained | None,
        batch: BatchShown | None,
        walk: Walk | None,
        sample: int,
    ) -> None:
        """Show why a weight moves."""
        if why is None:
            self._wanted = None
        self.samples.say(why, batch, sample)
        self.routes.say(why)
        if walk is not None:
            self.stairs.say(walk.held.nodes, walk.stop.path)
        if self.way == "paths" and why is not None:
            self._want_paths(why)
