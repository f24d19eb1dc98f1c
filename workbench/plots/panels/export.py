"""Pictures and tables of a plot, from its context menu."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from engine.files import atomic_write
from engine.i18n import tr
from workbench.theme.text import escape

if TYPE_CHECKING:
    from workbench.plots.panels.panel import Panel


def png_bytes(panel: "Panel") -> bytes:
    """Return the panel as it is on screen."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    panel.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())


def svg_bytes(panel: "Panel") -> bytes:
    """Return the panel as lines and text that scale."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(panel.width(), panel.height()))
    generator.setViewBox(panel.rect())
    generator.setTitle(panel.windowTitle())
    with QPainter(generator) as painter:
        panel.draw_vector(painter)
    return bytes(buffer.data().data())


def csv_bytes(panel: "Panel") -> bytes:
    """Return the numbers that the panel shows."""
    text = io.StringIO()
    header, rows = panel.table()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


FORMATS: dict[str, Callable[["Panel"], bytes]] = {
    "png": png_bytes,
    "svg": svg_bytes,
    "csv": csv_bytes,
}


def write(panel: "Panel", path: Path) -> None:
    """Write the panel in the format that the file's ending names.

    Raises:
        OSError: When the disk refuses; the old file is then untouched.
    """
    atomic_write(path, FORMATS[path.suffix[1:].lower()](panel))


def add_actions(menu: QMenu, panel: "Panel") -> None:
    """Add the actions that copy and save the panel."""
    menu.addSeparator()
    menu.addAction(tr("Copy picture"), lambda: copy(panel))
    for ending in FORMATS:
        words = tr("Save as {format}…", format=ending.upper())
        menu.addAction(words, lambda ending=ending: ask(panel, ending))


def copy(panel: "Panel") -> None:
    """Put the picture on the clipboard."""
    QGuiApplication.clipboard().setPixmap(panel.grab())


def ask(panel: "Panel", ending: str) -> None:
    """Ask where to, then write; say what went wrong when it did."""
    name, _ = QFileDialog.getSaveFileName(
        panel, tr("Save plot"), f"{panel.file_stem}.{ending}", f"*.{ending}"
    )
    if not name:
        return
    path = Path(name)
    path = path if path.suffix.lower() == f".{ending}" else Path(f"{name}.{ending}")
    try:
        write(panel, path)
    except OSError as error:
        text = tr("{path} could not be written: {error}", path=path, error=error)
        QMessageBox.warning(panel, tr("Save plot"), escape(text))
