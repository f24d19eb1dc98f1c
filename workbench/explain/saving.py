"""The picture of a layer's page as a file, or on the clipboard."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engine.files import atomic_write
from engine.i18n import tr
from workbench.theme.text import escape


class Drawn(QWidget):
    """A widget that draws itself also elsewhere."""

    def draw(self, painter: QPainter) -> None:
        """Draw all of it."""
        raise NotImplementedError


def png_bytes(widget: Drawn) -> bytes:
    """Return a widget as it is on screen."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())


def svg_bytes(widget: Drawn) -> bytes:
    """Return a widget as lines and text that scale."""
    from PySide6.QtSvg import QSvgGenerator  # seldom needed

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    with QPainter(generator) as painter:
        widget.draw(painter)
    return bytes(buffer.data().data())


FORMATS: dict[str, Callable[[Drawn], bytes]] = {"svg": svg_bytes, "png": png_bytes}


def copy(widget: Drawn) -> None:
    """Put the picture on the clipboard."""
    QGuiApplication.clipboard().setPixmap(widget.grab())


def ask(widget: Drawn, ending: str) -> None:
    """Ask where to, then write; say what went wrong when it did."""
    title = tr("Save the picture")
    name, _ = QFileDialog.getSaveFileName(
        widget, title, f"layer.{ending}", f"*.{ending}"
    )
    if not name:
        return
    path = Path(name)
    path = path if path.suffix.lower() == f".{ending}" else Path(f"{name}.{ending}")
    try:
        atomic_write(path, FORMATS[ending](widget))
    except OSError as error:
        text = tr("{path} could not be written: {error}", path=path, error=error)
        QMessageBox.warning(widget, title, escape(text))
