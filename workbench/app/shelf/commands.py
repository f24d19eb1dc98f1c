"""What can be done with runs: open, name, star, tag, note, delete, take back."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QInputDialog

from engine.i18n import tr
from engine.protocol.past_runs import Comparison, RunsMoved, RunSummary
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.app.outside import show_outside
from workbench.app.run.past_runs import PastRuns
from workbench.app.shelf.emptying import ABOUT, Emptying
from workbench.app.shelf.panel import RunsPanel
from workbench.theme import icons
from workbench.theme.menu import Menu
from workbench.theme.text import tip, word

if TYPE_CHECKING:
    from workbench.app.compare.window import CompareWindow


class RunsCommands(QObject):
    """Does what the panel of runs asks for.

    Args:
        desk: Has the runs, and shows what is opened.
        files: Asks before anything unsaved goes.
        past: Opens a run.

    Attributes:
        panel: The list.
    """

    def __init__(self, desk: Desk, files: Files, past: PastRuns) -> None:
        super().__init__(desk.widget)
        self._desk, self._files, self._past = desk, files, past
        self._shelf = desk.session.past_runs.shelf
        self.panel = RunsPanel(self._shelf)
        listed = self.panel.list
        listed.opened.connect(self.open)
        listed.delete_wanted.connect(self.delete)
        listed.rename_wanted.connect(self.rename)
        listed.star_wanted.connect(self.star)
        listed.menu_wanted.connect(self._on_menu)
        self.panel.needed.connect(self.refresh)
        self.panel.compare.clicked.connect(self.compare)
        self.comparing: CompareWindow | None = None
        self._gone: list[tuple[str, ...]] = []
        self._emptying = Emptying(desk, self._forget)
        self._shelf.compared.connect(self._on_compared)
        self._shelf.moved.connect(self._on_moved)
        session = desk.session
        session.run_started.connect(lambda _run: self._on_run())
        session.outcome.connect(lambda _outcome: self._on_run())
        session.past_shown.connect(self._mark)
        session.state_changed.connect(lambda _state: self._mark())

    def show(self) -> None:
        """Bring the list up, with the keyboard in its search."""
        self._desk.docks.raise_("runs")
        self.panel.search.setFocus()

    def refresh(self) -> None:
        """Have all runs read."""
        self._shelf.refresh(self._desk.session.runs_folder)
        self._mark()

    def _on_run(self) -> None:
        """Follow a run that has begun or ended."""
        self._mark()
        if self._desk.docks.is_visible("runs"):
            self.refresh()

    def _mark(self) -> None:
        run = self._desk.session.history.run
        name = Path(run.run).name if run and run.run else ""
        self.panel.mark_current(name, trains=self._desk.session.active)

    def _folder(self, run: RunSummary) -> Path:
        return self._shelf.folder / run.run

    def open(self) -> None:
        """Show the run that is chosen: its document, curves and findings."""
        if len(self.panel.chosen) == 1:
            folder = self._folder(self.panel.chosen[0])
            self._past.open(folder, self._files.may_leave)

    def compare(self) -> None:
        """Show the runs that are chosen beside each other."""
        if self.panel.compared:
            self._shelf.compare(tuple(run.run for run in self.panel.compared))

    def _on_compared(self, told: Comparison) -> None:
        from workbench.app.compare import results  # loads plots
        from workbench.app.compare.window import CompareWindow

        self.comparing = CompareWindow(told, self._desk.widget)
        self.comparing.node_wanted.connect(self._on_node)
        self.comparing.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.comparing.finished.connect(self._on_compare_closed)
        self._shelf.layers.connect(self.comparing.take_layers)
        self.comparing.show()
        self._shelf.compare_layers(tuple(run.summary.run for run in told.runs))
        self._desk.canvas.mark_changes(results.marks(told))

    def _on_node(self, path: str) -> None:
        """Show a node that is different, if it is on the canvas."""
        if path in self._desk.document.project.graph.nodes:
            self._desk.canvas.focus_node(path)

    def _on_compare_closed(self) -> None:
        self.comparing = None
        self._desk.canvas.mark_changes({})

    def open_folder(self) -> None:
        """Show the folder of the run in the system's file manager."""
        for run in self.panel.chosen[:1]:
            show_outside(self._desk.banner, self._folder(run))

    def rename(self) -> None:
        """Ask for a name; none is that of its project."""
        for run in self.panel.chosen[:1]:
            name, is_ok = QInputDialog.getText(
                self._desk.widget, tr("Rename the run"), tr("Name"), text=run.name
            )
            if is_ok:
                name = "" if name.strip() == run.title else name
                self._shelf.mark(run.run, replace(run.marks, name=name.strip()))

    def tag(self) -> None:
        """Ask for the tags of the runs that are chosen."""
        chosen = self.panel.chosen
        if not chosen:
            return
        known = ", ".join(dict.fromkeys(t for run in chosen for t in run.marks.tags))
        words, is_ok = QInputDialog.getText(
            self._desk.widget, tr("Tags"), tr("Tags, with commas between"), text=known
        )
        tags = tuple(filter(None, (tag.strip(" #") for tag in words.split(","))))
        for run in chosen if is_ok else ():
            self._shelf.mark(run.run, replace(run.marks, tags=tags))

    def note(self) -> None:
        """Ask for a note."""
        for run in self.panel.chosen[:1]:
            words, is_ok = QInputDialog.getMultiLineText(
                self._desk.widget, tr("Note"), tip(run.heading), run.marks.note
            )
            if is_ok:
                self._shelf.mark(run.run, replace(run.marks, note=words))

    def star(self) -> None:
        """Star the runs that are chosen; take the stars away when all have one."""
        chosen = self.panel.chosen
        on = not all(run.marks.is_starred for run in chosen)
        for run in chosen:
            self._shelf.mark(run.run, replace(run.marks, is_starred=on))

    def delete(self) -> None:
        """Move the runs that are chosen into the trash."""
        chosen = tuple(run.run for run in self.panel.chosen)
        if chosen:
            self._shelf.discard(chosen)

    def _on_moved(self, moved: RunsMoved) -> None:
        """Say what was deleted, and offer to take it back."""
        banner, runs = self._desk.banner, moved.runs
        if moved.refused:
            banner.say("error", moved.refused)
        elif moved.discarded and runs:
            self._gone.append(runs)
            words = tr("{n:run was|runs were} moved to the trash.", n=len(runs))
            back = (tr("Undo"), lambda: self._shelf.restore(runs))
            banner.say("info", words, [back], about=ABOUT)
        else:
            self._gone = [each for each in self._gone if not {*each} & {*runs}]
            banner.withdraw(ABOUT)

    def take_back(self) -> None:
        """Move the runs back that were deleted last, also when nothing offers it."""
        if self._gone:
            self._shelf.restore(self._gone[-1])

    def empty_trash(self) -> None:
        """Delete what is in the trash for good, if somebody wants that."""
        self._emptying.begin()

    def _forget(self, runs: set[str]) -> None:
        """Offer nothing more of runs that are gone for good."""
        left = (tuple(r for r in each if r not in runs) for each in self._gone)
        self._gone = [each for each in left if each]

    def _on_menu(self, place: QPoint) -> None:
        chosen = self.panel.chosen
        menu = Menu(parent=self.panel)
        is_one, is_any = len(chosen) == 1, bool(chosen)
        name = word(chosen[0].heading) if is_one else ""
        menu.setAccessibleName(name)
        all_starred = is_any and all(run.marks.is_starred for run in chosen)
        star = tr("Take the star away") if all_starred else tr("Star")
        for words, icon, act, keys, can in (
            (tr("Open"), "open", self.open, "Return", is_one),
            (tr("Compare"), "", self.compare, "", bool(self.panel.compared)),
            (tr("Rename…"), "", self.rename, "F2", is_one),
            (star, "star", self.star, "S", is_any),
            (tr("Tags…"), "", self.tag, "", is_any),
            (tr("Note…"), "", self.note, "", is_one),
            (tr("Open the folder"), "", self.open_folder, "", is_one),
            (tr("Move to the trash"), "trash", self.delete, "Del", is_any),
            (
                tr("Take back what was deleted"),
                "undo",
                self.take_back,
                "",
                bool(self._gone),
            ),
            (tr("Empty the trash…"), "", self.empty_trash, "", True),
        ):
            action = menu.addAction(words)
            action.setEnabled(can)
            if icon:
                action.setIcon(icons.icon(icon))
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(act)
        menu.popup(self.panel.list.viewport().mapToGlobal(place))
