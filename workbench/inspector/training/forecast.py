"""What the training will cost, shown before Train is pressed; then what it took."""

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.messages import Analysis, Forecast
from workbench.theme import fonts, text
from workbench.theme.label import Label
from workbench.theme.style import polish

UNKNOWN = "—"


class Outlook(QWidget):
    """Parameters, operations, memory and time of the run that Train would start."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, Label] = {}
        self.names: dict[str, Label] = {}
        self._reckoned = ""
        self.is_past, self._can_train = False, True
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        memory = tr(
            "The most that a training takes at one moment: data, weights, gradients, "
            "optimizer, activations, a checkpoint. What any training adds once to the "
            "program (libraries, threads) stands beside it. At first by arithmetic "
            "from the shapes, then from a rehearsal."
        )
        epoch = tr(
            "On average over the run, with its evaluations, views and measuring; from "
            "doing a little of each on a copy"
        )
        whole_net = tr("Weights of the whole network, frozen ones and those under "
                       "LoRA among them; shared ones count once")  # fmt: skip
        whole = tr("Until its last step; it may stop early when that is set")
        rows = (
            ("parameters", tr("Parameters"), whole_net),
            ("flops", tr("FLOPs per sample"), tr("Forward pass, an estimate")),
            ("memory", tr("Memory"), memory),
            ("epoch", tr("Time per epoch"), epoch),
            ("total", tr("Whole run"), whole),
        )
        for row, (key, title, tip) in enumerate(rows):
            self._add(row, key, title, tip)

    def _add(self, row: int, key: str, title: str, tip: str) -> None:
        name, value = Label(title), Label(UNKNOWN)
        polish(name, "role", "secondary")
        value.setFont(fonts.mono(fonts.SECONDARY))
        value.setWordWrap(True)  # beside a scroll bar
        policy = QSizePolicy.Policy
        value.setSizePolicy(policy.Ignored, policy.Preferred)
        for label in (name, value):
            label.setToolTip(tip)
        value.setAccessibleName(title)
        self.labels[key], self.names[key] = value, name
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(value, row, 1)

    def show_analysis(self, analysis: Analysis | None) -> None:
        """Show what is known from the shapes alone."""
        known = analysis is not None and analysis.trainable
        self._say("parameters", _parameters(analysis) if analysis else "")
        inside = {} if analysis is None else analysis.nodes
        flops = sum(i.flops for path, i in inside.items() if "." not in path)
        self._say("flops", text.short(flops) if known else "")
        size = analysis.memory_bytes if analysis else 0
        self._reckoned = tr("about {size}", size=text.size(size)) if size else ""
        self._say("memory", self._reckoned)
        self._can_train = known
        if not self.is_past:
            self._set_past(False)

    def show_forecast(self, forecast: Forecast | None) -> None:
        """Show what a rehearsal has found, or that nothing is known yet."""
        if forecast is None:
            self._say("memory", self._reckoned)
            for key in ("epoch", "total"):
                self._say(key, "")
            self._set_past(False)
            return
        if self.is_past:
            return
        self._say("memory", _memory(forecast))
        if not forecast.rehearsed:
            return
        steps = tr("{n:step|steps}", n=text.count(forecast.steps_per_epoch))
        self._say("epoch", f"{_seconds(forecast.epoch_s)} · {steps}")
        steps = tr("{n:step|steps}", n=text.count(forecast.total_steps))
        self._say("total", f"{_seconds(forecast.total_s)} · {steps}")

    def show_last(self, steps: int, epochs: float, seconds: float) -> None:
        """Show what the run took that has ended, until the document changes.

        Args:
            steps: That were made.
            epochs: The same in epochs.
            seconds: Time for them; 0 where nobody has measured it.
        """
        self._set_past(True)
        self._say("memory", "")
        made = tr("{n:step|steps}", n=text.count(steps))
        per_epoch = seconds / epochs if epochs else 0.0
        self._say("epoch", _seconds(per_epoch) if per_epoch else "")
        self._say("total", f"{_seconds(seconds)} · {made}" if seconds else made)
        for key, label in self.labels.items():
            self._show_row(key, is_shown=label.text() != UNKNOWN)

    def _set_past(self, is_past: bool) -> None:
        """Show what a network that can be trained has, of another what is known."""
        self.is_past = is_past
        for key, label in self.labels.items():
            is_known = label.text() != UNKNOWN
            self._show_row(key, is_shown=is_past or self._can_train or is_known)

    def _show_row(self, key: str, *, is_shown: bool) -> None:
        for label in (self.names[key], self.labels[key]):
            label.setVisible(is_shown)

    @property
    def summary(self) -> str:
        """The whole in a few words, for a closed heading."""
        words = self.labels["total"].text()
        return "" if words == UNKNOWN else words

    def _say(self, key: str, words: str) -> None:
        self.labels[key].setText(words or UNKNOWN)


def _parameters(analysis: Analysis) -> str:
    """Return how many weights there are, and how many of them move."""
    every, moved = analysis.parameters, analysis.trained
    if not (analysis.trainable and 0 < moved < every):
        return text.count(every)
    short = text.short if every > text.MOST_EXACT else text.count
    return tr("{n}, {k} of them trained", n=short(every), k=short(moved))


def _memory(forecast: Forecast) -> str:
    """Return what the training takes, and what any training takes once."""
    own = text.size(forecast.memory_bytes)
    if not forecast.once_bytes:
        return own
    return tr("{size} + {once} once", size=own, once=text.size(forecast.once_bytes))


def _seconds(seconds: float) -> str:
    """Return a time to two digits: a forecast knows no more."""
    if seconds < 1:
        return tr("{ms:.0f} ms", ms=float(f"{1000 * seconds:.2g}"))
    told = float(f"{seconds:.2g}")
    if told < 60:
        return tr("{s:g} s", s=told)
    if told < 600:
        return text.duration(told)
    if told < 3600:
        return tr("{n:.0f} min", n=told / 60)
    return tr("{n:.2g} h", n=told / 3600)
