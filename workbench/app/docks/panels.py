"""The live plots, made after the first paint because pyqtgraph is slow to load."""

import threading
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.docks.docks import Docks
from workbench.app.docks.plot_import import load_plain, load_qt
from workbench.session.curves.history import History

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.plots.inside.panel import InsidePanel
    from workbench.plots.panels.log import LogView
    from workbench.plots.panels.modes import FacePanel
    from workbench.plots.panels.panel import Panel
    from workbench.plots.views.panel import ViewPanel

    Plot = Panel | LogView

_POLL_MS = 10


class Panels(QObject):
    """Fills the docks with plots and refreshes those that can be seen.

    Args:
        docks: Get the plots.
        history: Is plotted.
        parent: Qt's owner.
    """

    loaded = Signal()

    def __init__(self, docks: Docks, history: History, parent: QObject) -> None:
        super().__init__(parent)
        self._docks, self._history = docks, history
        self.plots: dict[str, Plot] = {}
        self.views: ViewPanel | None = None
        self._state = ""
        self._waiting: list[Callable[[History], Plot]] = []
        self._names: list[str] = []
        self._thread: threading.Thread | None = None
        self._pieces = load_qt()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_poll)

    def load(self) -> None:
        """Import in pieces, then make one plot at a time between events."""
        if self._thread is None:
            self._thread = threading.Thread(target=load_plain, name="import plots")
            self._thread.start()
            self._timer.start()

    def load_now(self) -> None:
        """Make all plots before returning; for pictures and tests."""
        self.load()
        if self._thread is not None:
            self._thread.join()
        while self._timer.isActive():
            self._on_poll()

    def close(self) -> None:
        """Wait for the import, which can't be broken off."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()
        self.plots.clear()
        self.views = None

    @property
    def is_loaded(self) -> bool:
        """Whether all plots are there."""
        return bool(self.plots) and not self._timer.isActive()

    def refresh(self) -> None:
        """Draw what is new in the plots that are visible."""
        for plot in self.plots.values():
            if plot.isVisible():
                plot.refresh()

    def set_state(self, state: str) -> None:
        """Take the session's state, for the words of panels that are empty."""
        self._state = state
        for plot in self.plots.values():
            plot.set_state(state)

    def expect_views(self, has_views: bool) -> None:
        """Say whether the document has views."""
        if self.views is not None:
            self.views.expect(has_views)

    @property
    def inside(self) -> "InsidePanel | None":
        """The panel that watches the inside of the network, once it is made."""
        return cast("InsidePanel | None", self.plots.get("inside"))

    def show_view(self, path: str) -> None:
        """Show the view of a node, if it has told something already."""
        if self.views is not None:
            self.views.show_node(path)

    def layer_panels(self) -> "list[FacePanel]":
        """Return the charts with a row a layer, which tell of it and are told."""
        found = (self.plots.get(name) for name in ("gradients", "weights"))
        return [cast("FacePanel", plot) for plot in found if plot is not None]

    def _on_poll(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        if next(self._pieces, self) is not self:
            return
        if not self.plots and not self._waiting:
            makers = _makers()
            self._names, self._waiting = list(makers), list(makers.values())
        name, make = self._names.pop(0), self._waiting.pop(0)
        plot = make(self._history)
        self.plots[name] = plot
        if name == "views":
            self.views = cast("ViewPanel", plot)
        plot.set_state(self._state)
        self._docks.put(name, plot)
        if not self._waiting:
            self._timer.stop()
            self.loaded.emit()


def _makers() -> "dict[str, Callable[[History], Plot]]":
    from workbench.plots.inside.panel import InsidePanel  # pyqtgraph
    from workbench.plots.panels.accuracy import AccuracyPlot
    from workbench.plots.panels.gradients import GradientPlot
    from workbench.plots.panels.log import LogView
    from workbench.plots.panels.loss import LossPlot
    from workbench.plots.panels.weights import WeightChangePlot
    from workbench.plots.views.panel import ViewPanel

    return {
        "loss": LossPlot,
        "gradients": GradientPlot,
        "weights": WeightChangePlot,
        "accuracy": AccuracyPlot,
        "views": ViewPanel,
        "inside": InsidePanel,
        "log": LogView,
    }
