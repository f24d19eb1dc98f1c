"""Loads pyqtgraph in pieces, so that the window stays awake and never crashes.

pyqtgraph asks for every name of Qt and makes types of its own. PySide makes a type when
its name is first asked for, and while another thread does so the window's thread may
meet half of one, which ends the process. So whatever makes types is done on the
window's thread, in pieces; only what has nothing to do with Qt is loaded on another.
"""

import importlib
import time
from collections.abc import Iterator

_PLAIN = (
    "numpy.ma", "numpy.typing", "cProfile", "decimal", "importlib.resources", "mmap",
    "multiprocessing.connection", "multiprocessing.reduction", "pstats", "pydoc",
    "selectors", "subprocess", "tempfile", "xml.etree.ElementTree",
)  # fmt: skip
"""What pyqtgraph loads beside Qt."""
_QT = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtOpenGL", "QtOpenGLWidgets", "QtTest")
_SLICE_S = 0.008


def load_plain() -> None:
    """Load what has nothing to do with Qt; on any thread."""
    for name in _PLAIN:
        importlib.import_module(name)


def load_qt() -> Iterator[None]:
    """Load pyqtgraph and the plots on the window's thread; yields between pieces."""
    for name in _QT:
        try:
            module = importlib.import_module(f"PySide6.{name}")
        except ImportError:  # pyqtgraph does without it, too
            continue
        end = time.perf_counter() + _SLICE_S
        for word in dir(module):
            getattr(module, word, None)
            if time.perf_counter() > end:
                yield
                end = time.perf_counter() + _SLICE_S
        yield
    import pyqtgraph  # noqa: F401, PLC0415 - slow, after the first paint

    yield
    import workbench.plots.loss  # noqa: F401, PLC0415
