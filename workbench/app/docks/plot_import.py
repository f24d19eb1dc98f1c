"""Loads pyqtgraph in pieces, so that the window stays awake and never crashes.

pyqtgraph asks for every name of Qt and makes types of its own. PySide makes a type when
its name is first asked for, and while another thread does so the window's thread may
meet half of one, which ends the process. So whatever makes types is done on the
window's thread, in pieces; only what has nothing to do with Qt is loaded on another.
"""

import time
from collections.abc import Iterator
from types import ModuleType

_SLICE_S = 0.008


def load_plain() -> None:
    """Load what pyqtgraph needs beside Qt; on any thread."""
    import cProfile  # each loads others that take a while
    import decimal
    import importlib.resources
    import multiprocessing.connection
    import subprocess
    import tempfile
    import xml.etree.ElementTree

    import numpy.ma
    import numpy.typing


def load_qt() -> Iterator[None]:
    """Load pyqtgraph and the plots on the window's thread; yields between pieces."""
    for load in (_core, _gui, _widgets, _svg, _opengl, _opengl_widgets):
        try:
            module = load()
        except ImportError:  # pyqtgraph does without it, too
            continue
        end = time.perf_counter() + _SLICE_S
        for word in dir(module):
            getattr(module, word, None)
            if time.perf_counter() > end:
                yield
                end = time.perf_counter() + _SLICE_S
        yield
    import pyqtgraph  # slow, after the first paint

    yield
    import workbench.plots.panels.loss


def _core() -> ModuleType:
    from PySide6 import QtCore

    return QtCore


def _gui() -> ModuleType:
    from PySide6 import QtGui

    return QtGui


def _widgets() -> ModuleType:
    from PySide6 import QtWidgets

    return QtWidgets


def _svg() -> ModuleType:
    from PySide6 import QtSvg

    return QtSvg


def _opengl() -> ModuleType:
    from PySide6 import QtOpenGL

    return QtOpenGL


def _opengl_widgets() -> ModuleType:
    from PySide6 import QtOpenGLWidgets

    return QtOpenGLWidgets
