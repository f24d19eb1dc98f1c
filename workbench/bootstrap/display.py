"""Is there a display that a window can open on?"""

import ctypes
import os
import socket
import sys
from pathlib import Path


def is_configured() -> bool:
    """Return whether the session names a display, reachable or not."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_reachable() -> bool:
    """Return whether Qt could open a window: it aborts the process when it cannot.

    A platform chosen in QT_QPA_PLATFORM is trusted.
    """
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    if os.environ.get("DISPLAY") and _x11_answers():
        return True
    return bool(os.environ.get("WAYLAND_DISPLAY")) and _wayland_answers()


def _x11_answers() -> bool:
    """Connect as Qt does, so that a wrong cookie counts as no display too."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def _wayland_answers() -> bool:
    folder = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / os.environ["WAYLAND_DISPLAY"]))
        except OSError:
            return False
    return True
