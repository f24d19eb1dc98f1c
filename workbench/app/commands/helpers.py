"""Dialogs that look over the whole window: commands, export, help."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from engine.errors import EngineError
from engine.i18n import tr
from engine.protocol import commands
from engine.protocol.messages import Failed
from workbench.app.commands import cheat_sheet
from workbench.canvas.edits import edit

if TYPE_CHECKING:
    from workbench.app.window import MainWindow
    from workbench.dialogs.export import ExportDialog


class Helpers:
    """Opens them.

    Args:
        window: In front of which they open.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self.export_dialog: ExportDialog | None = None
        window.session.exported.connect(self._on_exported)
        window.session.request_failed.connect(self._on_failed)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action does, by the action's id."""
        canvas = self._window.canvas
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
        from workbench.app.commands.handlers import all_commands  # noqa: PLC0415 - as below
        from workbench.dialogs.palette import CommandPalette  # noqa: PLC0415

        palette = CommandPalette(all_commands(self._window), self._window)
        palette.finished.connect(palette.deleteLater)
        palette.show()

    def show_export(self) -> None:
        """Ask where the weights go."""
        from workbench.dialogs.export import ExportDialog  # noqa: PLC0415 - not before the first paint

        window = self._window
        stem = re.sub(r"[^\w]+", "-", window.document.title.lower()).strip("-")
        dialog = ExportDialog(window.settings.folder, stem, window)
        dialog.show_run(window.session.history.run, window.session.history.step)
        dialog.wanted.connect(window.session.export)
        dialog.finished.connect(self._on_export_closed)
        self.export_dialog = dialog
        dialog.open()

    def show_shortcuts(self) -> None:
        """Show every key there is."""
        from workbench.dialogs.shortcuts import ShortcutsDialog  # noqa: PLC0415 - not before the first paint

        groups = cheat_sheet.groups(self._window.actions_)
        dialog = ShortcutsDialog(groups, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_about(self) -> None:
        """Tell name, version and licence."""
        from workbench.dialogs.about import AboutDialog  # noqa: PLC0415 - not before the first paint

        devices = self._window.devices
        engine = f"torch {devices.torch_version}" if devices else ""
        dialog = AboutDialog(engine, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_runs(self) -> None:
        """Open the folder of the runs in the system's file manager."""
        folder = self._window.session.runs_folder
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def open_run(self) -> None:
        """Ask for the folder of a run and show it, after asking about changes."""
        window = self._window
        folder = QFileDialog.getExistingDirectory(
            window, tr("Open a run"), str(window.session.runs_folder)
        )
        if not folder or not window.files.may_leave():
            return
        from workbench.app.run.past_run import attach  # noqa: PLC0415 - loads numpy

        try:
            attach(window, Path(folder))
        except EngineError as error:
            window.banner.say("error", str(error))

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
