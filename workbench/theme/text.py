"""Names written by people, made safe for widgets that draw HTML."""

from html import escape as _escape


def escape(text: object) -> str:
    """Return `text` so that QLabel, QMessageBox and pyqtgraph show it literally."""
    return _escape(str(text), quote=True)
