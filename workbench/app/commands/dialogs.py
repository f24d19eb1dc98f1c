"""Dialogs that look over the whole window: commands, export, help."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog

from engine.i18n import tr
from engine.protocol import commands
from engine.protocol.device import Devices
from engine.protocol.messages import Failed
from workbench.app.commands import cheat_sheet
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.app.run.past_runs import PastRuns
from workbench.canvas.edits import edit

if TYPE_CHECKING:
    from workbench.dialogs.export import ExportDialog


class Helpers:
    """Opens them.

    Args:
        desk: In front of which they open.
        files: Asks before anything unsaved goes.
        runs: Shows those made before.
    """

    def __init__(self, desk: Desk, files: Files, runs: PastRuns) -> None:
        self._desk, self._files, self._runs = desk, files, runs
        self._actions: Mapping[str, QAction] = {}
        self._engine = ""
        self.export_dialog: ExportDialog | None = None
        desk.session.devices_ready.connect(self._on_devices)
        desk.session.exported.connect(self._on_exported)
        desk.session.request_failed.connect(self._on_failed)

    def follow(self, actions: Mapping[str, QAction]) -> None:
        """Take what the menus can do, for the palette and the list of keys."""
        self._actions = actions

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action does, by the action's id."""
        canvas = self._desk.canvas
        return {
            "palette": self.show_palette,
            "export": self.show_export,
            "shortcuts": self.show_shortcuts,
            "about": self.show_about,
            "runs": self.show_runs,
            "cut": lambda: edit.cut(canvas),
            "copy": lambda: edit.copy(canvas),
            "paste": lambda: edit.paste(canvas),
            "duplicate": lambda: edit.duplicate(canvas),
            "delete": lambda: edit.delete(canvas),
            "select_all": lambda: edit.select_all(canvas),
        }

    def show_palette(self) -> None:
        """Open the command palette."""
        from workbench.app.commands.palette import all_commands  # noqa: PLC0415 - as below
        from workbench.dialogs.palette import CommandPalette  # noqa: PLC0415

        found = all_commands(self._desk, self._files, self._actions)
        palette = CommandPalette(found, self._desk.widget)
        palette.finished.connect(palette.deleteLater)
        palette.show()

    def show_export(self) -> None:
        """Ask where the weights go."""
        from workbench.dialogs.export import ExportDialog  # noqa: PLC0415 - not before the first paint

        desk = self._desk
        stem = re.sub(r"[^\w]+", "-", desk.document.title.lower()).strip("-")
        dialog = ExportDialog(
            desk.settings.folder, stem, desk.session.formats, desk.widget
        )
        dialog.show_run(desk.session.history.run, desk.session.history.step)
        dialog.wanted.connect(desk.session.export)
        dialog.finished.connect(self._on_export_closed)
        self.export_dialog = dialog
        dialog.open()

    def show_shortcuts(self) -> None:
        """Show every key there is."""
        from workbench.dialogs.shortcuts import ShortcutsDialog  # noqa: PLC0415 - not before the first paint

        groups = cheat_sheet.groups(self._actions)
        dialog = ShortcutsDialog(groups, self._desk.widget)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_about(self) -> None:
        """Tell name, version and licence."""
        from workbench.dialogs.about import AboutDialog  # noqa: PLC0415 - not before the first paint

        dialog = AboutDialog(self._engine, self._desk.widget)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_runs(self) -> None:
        """Open the folder of the runs in the system's file manager."""
        folder = self._desk.session.runs_folder
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def open_run(self) -> None:
        """Ask for the folder of a run and show it, once the document may go."""
        desk = self._desk
        folder = QFileDialog.getExistingDirectory(
            desk.widget, tr("Open a run"), str(desk.session.runs_folder)
        )
        if folder:
            self._runs.open(Path(folder), self._files.may_leave)

    def _on_devices(self, devices: Devices) -> None:
        self._engine = f"torch {devices.torch_version}"

    def _on_exported(self, done: object) -> None:
        if self.export_dialog is not None:
            self.export_dialog.show_exported(done)

    def _on_failed(self, command: object, failed: Failed) -> None:
        is_export = isinstance(command, commands.Export)
        if is_export and self.export_dialog is not None:
            self.export_dialog.show_error(failed.text, failed.earlier)

    def _on_export_closed(self) -> None:
        dialog, self.export_dialog = self.export_dialog, None
        if dialog is not None:
            dialog.deleteLater()
