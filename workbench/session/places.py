"""Where runs are kept, and what is said when they can't be."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths

from engine.i18n import tr
from engine.protocol.messages import Failed


def default_runs_folder() -> Path:
    """Return the folder of the user's data where runs are kept."""
    kind = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(kind)) / "runs"


def made(folder: Path) -> Failed | None:
    """Make the folder of the runs; return why it can't be made, or None."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = tr("Runs can't be written to {path}", path=folder)
        return Failed(f"{text}: {error.strerror}")
    return None
