"""Where one can go on: the files and the runs of last time, in one row."""

from itertools import islice
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.folder.recent import RecentRun, newest
from engine.i18n import tr
from workbench.app.run import dates
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip, word
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

MOST = 3
"""Files, and runs, that are offered."""
TILE_PX = 46
_LETTERS, _LOOKED_AT, _TITLE_PX = 26, 12, 96


class Entry(NamedTuple):
    """Something to go on with.

    Args:
        path: File, or folder of a run.
        title: Its name.
        detail: Where it lies, or how it ended and when.
        is_run: It is a run.
    """

    path: Path
    title: str
    detail: str
    is_run: bool


def files(recent: list[Path]) -> list[Entry]:
    """Return the files that were open last."""
    return [
        Entry(path, path.stem, path.parent.name, is_run=False) for path in recent[:MOST]
    ]


def runs(folder: Path) -> list[Entry]:
    """Return the newest runs of a folder."""
    found = (run for run in newest(folder, _LOOKED_AT) if run is not None)
    return [_entry(run) for run in islice(found, MOST)]


def _entry(run: RecentRun) -> Entry:
    ended = {
        "finished": tr("finished"),
        "early": tr("stopped early"),
        "stopped": tr("stopped"),
        "diverged": tr("diverged"),
        "failed": tr("failed"),
    }.get(run.state, tr("interrupted"))
    detail = " · ".join(filter(None, (ended, dates.said(run.created))))
    return Entry(run.folder, run.name, detail, is_run=True)


class ContinueRow(QWidget):
    """One button each; hidden where there is nothing.

    Args:
        entries: What is offered.
    """

    file_chosen = Signal(Path)
    all_wanted = Signal()
    run_chosen = Signal(Path)

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__()
        self.tiles: list[QPushButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, SPACE_L, 0)
        row.setSpacing(SPACE_S)
        title = Label(tr("Continue where you stopped"))
        polish(title, "role", "small")
        title.setWordWrap(True)
        title.setFixedWidth(_TITLE_PX)
        row.addWidget(title)
        for entry in entries:
            self.tiles.append(self._tile(entry))
            row.addWidget(self.tiles[-1], 1)
        for _ in range(2 * MOST - len(entries)):
            row.addStretch(1)
        self.all = QPushButton(tr("All runs"))
        polish(self.all, "flat", value=True)
        self.all.setVisible(any(entry.is_run for entry in entries))
        self.all.clicked.connect(self.all_wanted)
        row.addWidget(self.all)
        self.setFixedHeight(TILE_PX)
        if not entries:  # nobody shows it before it has a parent: it would be a window
            self.hide()

    def _tile(self, entry: Entry) -> QPushButton:
        tile = QPushButton()
        polish(tile, "tile", value=True)
        tile.setFixedHeight(TILE_PX)
        tile.setToolTip(tip(str(entry.path)))
        tile.setAccessibleName(f"{entry.title}, {entry.detail}")
        inside = QHBoxLayout(tile)
        inside.setContentsMargins(SPACE_M, 0, SPACE_S, 0)
        inside.setSpacing(SPACE_S)
        mark = Label()
        name = "skip" if entry.is_run else "open"
        mark.setPixmap(icons.pixmap(name, "fg2", 16, self.devicePixelRatioF()))
        inside.addWidget(mark)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        for words, role in ((entry.title, "dock"), (entry.detail, "small")):
            line = Label(word(words, _LETTERS))
            polish(line, "role", role)
            lines.addWidget(line)
        inside.addLayout(lines, 1)
        for part in tile.findChildren(Label):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        chosen = self.run_chosen if entry.is_run else self.file_chosen
        tile.clicked.connect(lambda: chosen.emit(entry.path))
        return tile
