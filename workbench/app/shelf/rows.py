"""The runs that a list shows: those that are found, in the order that is wanted."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from engine.i18n import tr
from engine.protocol.past_runs import RunSummary
from workbench.app.compare.states import state_words
from workbench.app.run import dates
from workbench.canvas.cards import labels

Index = QModelIndex | QPersistentModelIndex
RUN = Qt.ItemDataRole.UserRole
"""Role of the summary itself."""
SORTS = ("newest", "best", "name", "longest")
"""Orders that can be chosen; `sort_words` says them."""
_ROOT = QModelIndex()


def sort_words() -> list[str]:
    """Return the words of `SORTS`."""
    return [tr("Newest first"), tr("Best first"), tr("By name"), tr("Longest first")]


def score_words(run: RunSummary) -> str:
    """Return the score as the card of its node shows it; nothing without one."""
    return labels.value(run.score, run.score_kind) if _is_known(run) else ""


def spoken(run: RunSummary) -> str:
    """Return all of a row in words, for who can't see it."""
    score = f"{run.score_title} {score_words(run)}" if _is_known(run) else ""
    goal = (tr("goal reached") if run.is_met else tr("goal not reached yet")) * bool(
        run.goal
    )
    star = tr("starred") if run.marks.is_starred else ""
    parts = [run.heading, run.title, dates.said_whole(run.created), score, goal]
    return ", ".join(filter(None, [*parts, state_words(run)[0], star]))


def found(runs: Iterable[RunSummary], words: str, *, starred: bool) -> list[RunSummary]:
    """Return the runs in which every word stands; `#word` is a tag."""
    wanted = words.lower().split()
    return [
        run
        for run in runs
        if (run.marks.is_starred or not starred) and all(_has(run, w) for w in wanted)
    ]


def _has(run: RunSummary, word: str) -> bool:
    if word.startswith("#"):
        return any(tag.lower().startswith(word[1:]) for tag in run.marks.tags)
    marks = run.marks
    texts = (marks.name, run.title, *run.changed, *marks.tags, marks.note, run.run)
    return word in "\n".join((*texts, state_words(run)[0])).lower()


def ordered(runs: list[RunSummary], sort: str) -> list[RunSummary]:
    """Return runs, the newest first, in another order; equal ones stay as they are.

    The best stand first among those of one metric; its name orders the metrics.
    """
    keys: dict[str, Callable[[RunSummary], Any]] = {
        "best": _by_score,
        "name": lambda run: run.heading.lower(),
        "longest": lambda run: -run.took_s if run.took_s >= 0 else math.inf,
    }
    return sorted(runs, key=keys[sort]) if sort in keys else runs


def _by_score(run: RunSummary) -> tuple[bool, str, float]:
    value = run.score if run.is_lower else -run.score
    return not _is_known(run), run.score_title, value if _is_known(run) else 0.0


def _is_known(run: RunSummary) -> bool:
    return math.isfinite(run.score)


class RunRows(QAbstractListModel):
    """What the list shows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: list[RunSummary] = []

    def show(self, runs: list[RunSummary]) -> None:
        """Show other runs."""
        if runs != self.shown:
            self.beginResetModel()
            self.shown = runs
            self.endResetModel()

    def row_of(self, run: str) -> int:
        """Return the row of a run; −1 when it is not shown."""
        rows = (row for row, each in enumerate(self.shown) if each.run == run)
        return next(rows, -1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return the summary of a row, or its words."""
        if not index.isValid():
            return None
        run = self.shown[index.row()]
        if role == RUN:
            return run
        if role == Qt.ItemDataRole.DisplayRole:
            return run.heading
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(run)
        return None
