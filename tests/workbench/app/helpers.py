"""What the tests of the window share."""

import gc

from PySide6.QtCore import QCoreApplication, QEvent


def discard(window):
    """Delete a window now, with what pyqtgraph keeps in reference cycles.

    All that was made in this test is young: it has not been looked at before.
    """
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect(0)
