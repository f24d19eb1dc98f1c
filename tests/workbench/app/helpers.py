"""What the tests of the window share."""

import gc

from PySide6.QtCore import QCoreApplication, QEvent


def discard(window):
    """Delete a window now, with what pyqtgraph keeps in reference cycles."""
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
