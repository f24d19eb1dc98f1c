"""A report of the run that shows, made beside the window and its training."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QObject,
    QProcess,
    QProcessEnvironment,
)
from PySide6.QtWidgets import QFileDialog

from engine import i18n
from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.app.outside import show_outside

_SOURCES = Path(__file__).parents[3]
_ABOUT = "report"
_LAST_MS = 1000


class ReportCommand(QObject):
    """Asks where a report goes, has it made by a process of its own, and offers it.

    The engine's process may be training: a report of a large network would hold it up.

    Args:
        desk: Shows the run.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk = desk
        self._process: QProcess | None = None
        self._path = ""
        if application := QCoreApplication.instance():
            application.aboutToQuit.connect(self.cancel)

    @property
    def can_write(self) -> bool:
        """Whether a run shows, and no report is being made."""
        return bool(self._desk.session.looking.folder) and self._process is None

    def ask(self) -> None:
        """Ask for the file and make the report."""
        folder = Path(self._desk.settings.folder) / "report.html"
        path, _ = QFileDialog.getSaveFileName(
            self._desk.widget, tr("Report of the run"), str(folder), "HTML (*.html)"
        )
        if path:
            self.write(path)

    def write(self, path: str) -> None:
        """Make the report of the run that shows; says when it is done."""
        if not self.can_write:
            return
        run = self._desk.session.looking.folder
        self._path = path
        self._process = process = QProcess(self)
        paths = [str(_SOURCES), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONPATH", os.pathsep.join(paths))
        process.setProcessEnvironment(environment)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        words = ["--html", path, "--language", i18n.language()]
        process.start(sys.executable, ["-m", "engine", "evaluate", run, *words])
        told = tr("Making the report: the network is judged on what it never saw")
        self._desk.banner.say("info", told, [(tr("Cancel"), self.cancel)], _ABOUT)

    def cancel(self) -> None:
        """End the making; a file that stood there stays as it was."""
        process, self._process = self._process, None
        if process is not None:
            process.finished.disconnect(self._on_finished)
            process.errorOccurred.disconnect(self._on_error)
            process.kill()
            process.waitForFinished(_LAST_MS)
            process.deleteLater()
            self._desk.banner.withdraw(_ABOUT)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._on_finished(-1, QProcess.ExitStatus.CrashExit)

    def _on_finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        said = bytes(process.readAllStandardError().data()).decode("utf-8", "replace")
        process.deleteLater()
        if code == 0:
            words = tr("The report is in {path}", path=self._path)
            self._desk.banner.say("ok", words, [(tr("Open"), self._open)], _ABOUT)
            return
        lines = said.strip().splitlines() or [tr("The report was not made")]
        reason = lines[-1].removeprefix(tr("error: {text}", text=""))
        self._desk.banner.say("error", reason, about=_ABOUT)

    def _open(self) -> None:
        self._desk.banner.withdraw(_ABOUT)
        show_outside(self._desk.banner, self._path)
