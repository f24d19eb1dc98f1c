"""What runs are compared by in pictures: curves, histograms, change of weights."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.listing.layers import LayersCompared
from workbench.plots.compare.drift import DriftMap
from workbench.plots.compare.histograms import HistogramOverlay
from workbench.plots.compare.overlay import Overlay
from workbench.plots.panels import export
from workbench.theme.label import Label
from workbench.theme.text import count
from workbench.theme.tokens import SPACE_S

CURVES, GRADIENTS, WEIGHTS, CHANGE = range(4)
_PARTS = 1000
"""Places of the slider."""


def words() -> list[str]:
    """Return what the kinds of pictures are called."""
    return [tr("Curves"), tr("Gradients"), tr("Weights"), tr("Weight change")]


class Plots(QWidget):
    """One kind of picture at a time.

    Attributes:
        curves: Always there; the others once the layers have come.

    Signals:
        changed: Another kind of picture is shown.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.curves = Overlay()
        self.histograms, self.drift = HistogramOverlay(), DriftMap()
        self.told = LayersCompared()
        self.kind = CURVES
        self._stack, self._foot = QStackedWidget(), QWidget()
        self.slider, self._step = QSlider(Qt.Orientation.Horizontal), Label()
        self._stack.addWidget(self.curves)
        for plot in (self.histograms, self.drift):
            self._stack.addWidget(_scrolled(plot))
        self.slider.setRange(0, _PARTS)
        self.slider.setValue(_PARTS)
        self.slider.setAccessibleName(tr("Step of the histograms"))
        self.slider.valueChanged.connect(lambda _value: self._on_step())
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        foot.addWidget(self.slider, 1)
        self._step.setMinimumWidth(150)
        foot.addWidget(self._step)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        box.addWidget(self._stack, 1)
        box.addWidget(self._foot)
        self.show_kind(CURVES)

    def take(self, told: LayersCompared) -> None:
        """Have layers to show."""
        self.told = told
        self.histograms.show_layers(told)
        self.drift.show_layers(told)
        self._on_step()

    def show_kind(self, kind: int) -> None:
        """Show another kind of picture.

        Args:
            kind: `CURVES`, `GRADIENTS`, `WEIGHTS` or `CHANGE`.
        """
        self.kind = kind
        self.histograms.is_weights = kind == WEIGHTS
        self.histograms.update()
        self._stack.setCurrentIndex({CURVES: 0, CHANGE: 2}.get(kind, 1))
        self._foot.setVisible(kind in {GRADIENTS, WEIGHTS})
        self.changed.emit()

    @property
    def current(self) -> export.Plot:
        """What is shown."""
        of = {CURVES: self.curves, CHANGE: self.drift}
        return of.get(self.kind, self.histograms)

    def _on_step(self) -> None:
        high = max((r.shown[-1] for r in self.told.runs if len(r.shown)), default=0)
        self.histograms.step = 1 + (int(high) - 1) * self.slider.value() / _PARTS
        self.histograms.update()
        steps = {step for _, step, _ in self.histograms.drawn()}
        ends = sorted({min(steps, default=0), max(steps, default=0)})
        told = "–".join(count(step) for step in ends)
        self._step.setText(tr("step {step}", step=told))

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Yield what each picture of all shows, in words, and itself as SVG."""
        yield tr("Curves of the runs"), export.svg_bytes(self.curves)
        if not self.told.names:
            return
        was = self.histograms.is_weights
        for is_weights in (False, True):
            self.histograms.is_weights = is_weights
            kind = tr("Weights") if is_weights else tr("Gradients")
            told = f"{kind}, {self._step.text()}"
            yield told, _whole(self.histograms)
        self.histograms.is_weights = was
        yield tr("Weight change"), _whole(self.drift)


def _scrolled(plot: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(plot)
    return area


def _whole(plot: export.Plot) -> bytes:
    """Return a picture of a plot that may not have been laid out yet."""
    if plot.width() < plot.minimumWidth() or not plot.isVisible():
        plot.resize(max(plot.width(), 900), max(plot.height(), plot.minimumHeight()))
    return export.svg_bytes(plot)
