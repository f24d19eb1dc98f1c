"""A command of the engine in a process of its own, its JSON lines as signals.

The engine that trains is not held up by it, and it can be ended at any moment.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QProcess, Signal
from PySide6.QtCore import QProcessEnvironment as Environment

from engine import i18n
from engine.i18n import tr

_SOURCES = Path(__file__).parents[3]
_LAST_MS = 1000


class Tool(QObject):
    """Runs `python -m engine …` once; a second start ends the first.

    Args:
        parent: Qt's owner.
        fine: Exit codes of a command that has done what it was asked.
    """

    line = Signal(object)  # dict: one JSON line
    failed = Signal(str)  # why, in words
    done = Signal()  # it ended well

    def __init__(
        self, parent: QObject | None = None, fine: Sequence[int] = (0,)
    ) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._rest, self._fine = b"", fine
        if application := QCoreApplication.instance():
            application.aboutToQuit.connect(self.cancel)

    @property
    def is_on(self) -> bool:
        """Whether it is at work."""
        return self._process is not None

    def start(self, arguments: Sequence[str]) -> None:
        """Begin a command."""
        self.cancel()
        self._rest = b""
        self._process = process = QProcess(self)
        paths = [str(_SOURCES), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = Environment.systemEnvironment()
        environment.insert("PYTHONPATH", os.pathsep.join(paths))
        environment.insert("PYTHONIOENCODING", "utf-8")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._on_lines)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        language = ["--language", i18n.language()]
        process.start(sys.executable, ["-m", "engine", *arguments, *language])

    def send(self, record: dict[str, object]) -> None:
        """Write one JSON line to it."""
        if self._process is not None:
            self._process.write(f"{json.dumps(record)}\n".encode())

    def cancel(self) -> None:
        """End it; nothing is told."""
        process, self._process = self._process, None
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._on_lines)
            process.finished.disconnect(self._on_finished)
            process.errorOccurred.disconnect(self._on_error)
            process.kill()
            process.waitForFinished(_LAST_MS)
            process.deleteLater()

    def _on_lines(self) -> None:
        if self._process is None:
            return
        told = self._rest + bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = told.split(b"\n")
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue  # words for people
            if isinstance(record, dict):
                self.line.emit(record)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._on_finished(-1, QProcess.ExitStatus.CrashExit)

    def _on_finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        self._on_lines()
        process, self._process = self._process, None
        if process is None:
            return
        said = bytes(process.readAllStandardError().data()).decode("utf-8", "replace")
        process.deleteLater()
        if code in self._fine:
            self.done.emit()
            return
        lines = said.strip().splitlines() or [tr("The engine ended without a word.")]
        self.failed.emit(lines[-1].removeprefix(tr("error: {text}", text="")))
