"""Dialogs of the window as a whole: weights to a file, runs, what this is."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from engine.i18n import tr
from engine.protocol import commands
from engine.protocol.device import Devices
from engine.protocol.messages import Exported, Failed
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.app.lessons.learning import Learning
from workbench.app.outside import show_outside
from workbench.app.run.past_runs import PastRuns

if TYPE_CHECKING:
    from workbench.dialogs.export import ExportDialog


class Helpers:
    """Opens them.

    Args:
        desk: In front of which they open.
        files: Asks before anything unsaved goes.
        runs: Shows those made before.

    Attributes:
        learning: The lessons.
    """

    def __init__(self, desk: Desk, files: Files, runs: PastRuns) -> None:
        self.learning = Learning(desk, files)
        self._desk, self._files, self._runs = desk, files, runs
        self._engine = ""
        self.export_dialog: ExportDialog | None = None
        desk.session.devices_ready.connect(self._on_devices)
        desk.session.exported.connect(self._on_exported)
        desk.session.request_failed.connect(self._on_failed)

    def show_export(self) -> None:
        """Ask where the weights go."""
        from workbench.dialogs.export import ExportDialog  # not before the first paint

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

    def show_about(self) -> None:
        """Tell name, version and licence."""
        from workbench.dialogs.about import AboutDialog  # not before the first paint

        dialog = AboutDialog(self._engine, self._desk.widget)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_runs(self) -> None:
        """Open the folder of the runs in the system's file manager."""
        folder = self._desk.session.runs_folder
        folder.mkdir(parents=True, exist_ok=True)
        show_outside(self._desk.banner, folder)

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

    def _on_exported(self, done: Exported) -> None:
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
