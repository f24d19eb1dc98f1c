"""Pictures and tables of a plot, from its context menu."""

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QSize
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from engine.files import atomic_write
from engine.i18n import tr
from engine.plain import cells
from workbench.plots.parts.table import Table
from workbench.theme.text import escape


class Plot(QWidget):
    """What is exported: a widget that can also draw itself and list its numbers."""

    file_stem = "plot"
    """Start of the names of its files."""

    def draw_vector(self, painter: QPainter) -> None:
        """Draw with lines and text that scale."""
        self.render(painter, QPoint())

    def table(self) -> Table:
        """Return what is shown as header and rows."""
        raise NotImplementedError


def png_bytes(plot: Plot) -> bytes:
    """Return the plot as it is on screen."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    plot.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())


def svg_bytes(plot: Plot) -> bytes:
    """Return the plot as lines and text that scale."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(plot.width(), plot.height()))
    generator.setViewBox(plot.rect())
    generator.setTitle(plot.windowTitle())
    with QPainter(generator) as painter:
        plot.draw_vector(painter)
    return bytes(buffer.data().data())


def csv_bytes(plot: Plot) -> bytes:
    """Return the numbers that the plot shows."""
    text = io.StringIO()
    header, rows = plot.table()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(cells(header))
    writer.writerows(map(cells, rows))
    return text.getvalue().encode("utf-8")


FORMATS: dict[str, Callable[[Plot], bytes]] = {
    "png": png_bytes,
    "svg": svg_bytes,
    "csv": csv_bytes,
}


def write(plot: Plot, path: Path) -> None:
    """Write the plot in the format that the file's ending names.

    Raises:
        OSError: When the disk refuses; the old file is then untouched.
    """
    atomic_write(path, FORMATS[path.suffix[1:].lower()](plot))


def add_actions(menu: QMenu, plot: Plot) -> None:
    """Add the actions that copy and save the plot."""
    menu.addSeparator()
    menu.addAction(tr("Copy picture"), lambda: copy(plot))
    for ending in FORMATS:
        words = tr("Save as {format}…", format=ending.upper())
        menu.addAction(words, partial(ask, plot, ending))


def copy(plot: Plot) -> None:
    """Put the picture on the clipboard."""
    QGuiApplication.clipboard().setPixmap(plot.grab())


def ask(plot: Plot, ending: str) -> None:
    """Ask where to, then write; say what went wrong when it did."""
    name, _ = QFileDialog.getSaveFileName(
        plot, tr("Save plot"), f"{plot.file_stem}.{ending}", f"*.{ending}"
    )
    if not name:
        return
    path = Path(name)
    path = path if path.suffix.lower() == f".{ending}" else Path(f"{name}.{ending}")
    try:
        write(plot, path)
    except OSError as error:
        text = tr("{path} could not be written: {error}", path=path, error=error)
        QMessageBox.warning(plot, tr("Save plot"), escape(text))
