"""Puts a theme on: Fusion, an explicit palette and a short style sheet."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from workbench.theme import fonts, icons, tokens
from workbench.theme.tokens import Tokens


class Signals(QObject):
    """What the theme tells."""

    changed = Signal()


signals = Signals()

_ROLES = {
    "Window": "bg0",
    "WindowText": "fg",
    "Base": "bg2",
    "AlternateBase": "bg1",
    "ToolTipBase": "bg3",
    "ToolTipText": "fg",
    "PlaceholderText": "fg3",
    "Text": "fg",
    "Button": "bg2",
    "ButtonText": "fg",
    "BrightText": "err",
    "Light": "bg3",
    "Midlight": "bg3",
    "Mid": "line",
    "Dark": "line",
    "Shadow": "canvas",
    "Highlight": "accent_fill",
    "Link": "accent",
    "LinkVisited": "accent",
    "Accent": "accent",
}
_FAINT = ("WindowText", "Text", "ButtonText", "HighlightedText")


def apply(app: QApplication, name: str) -> None:
    """Switch the whole application to the theme `dark` or `light`."""
    prepare(app, name)
    dress(app)
    icons.retint()
    signals.changed.emit()


def prepare(app: QApplication, name: str) -> None:
    """Set everything but the style sheet.

    With a style sheet every widget that finds its parent is polished again, with all
    its children: a large window is made in half the time without one.
    """
    theme = tokens.THEMES.get(name, tokens.DARK)
    tokens.set_current(theme)
    is_dressed = bool(app.styleSheet())  # then its style goes by another name
    if not is_dressed and app.style().objectName().lower() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(fonts.ui())
    app.setPalette(palette(theme))


def dress(app: QApplication) -> None:
    """Set the style sheet of the current theme."""
    app.setStyleSheet(sheet(tokens.current()))


def palette(theme: Tokens) -> QPalette:
    """Return the palette of a theme; disabled texts are the placeholder's colour."""
    result = QPalette()
    for role, token in _ROLES.items():
        result.setColor(QPalette.ColorRole[role], QColor(theme.colour(token)))
    result.setColor(QPalette.ColorRole.HighlightedText, QColor("#ffffff"))
    for role in _FAINT:
        group = QPalette.ColorGroup.Disabled
        result.setColor(group, QPalette.ColorRole[role], QColor(theme.fg3))
    return result


def sheet(theme: Tokens) -> str:
    """Return the style sheet of a theme."""
    text = (icons.FOLDER.parent / "theme.qss").read_text("utf-8")
    soft = tokens.mix(theme.bg1, theme.accent, 0.12)
    values = {
        **vars(theme),
        "icons": icons.FOLDER.as_posix(),
        "hover": tokens.mix(theme.accent_fill, "#000000", 0.12),
        "accent_soft": soft,
        "accent_line": tokens.mix(theme.bg1, theme.accent, 0.45),
        "warn_text": tokens.readable(theme.warn, theme.bg1),
        "accent_text": tokens.readable(theme.accent, soft),
    }
    for name in sorted(values, key=len, reverse=True):  # $fg2 before $fg
        text = text.replace(f"${name}", str(values[name]))
    return text


def polish(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            return
        widget.style().unpolish(widget)
        widget.style().polish(widget)
