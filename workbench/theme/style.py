"""Puts a theme on: Fusion, an explicit palette and a short style sheet."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from workbench.theme import fonts, icons, tokens
from workbench.theme.hidden import Hidden
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
_FUSION = "fusion"
"""Property of the application: its style has been chosen."""
_MARK = Qt.WidgetAttribute.WA_StyleSheet
_DISABLED = ("WindowText", "Text", "ButtonText", "HighlightedText")


def apply(app: QApplication, name: str) -> None:
    """Switch the whole application to the theme `dark` or `light`.

    What doesn't show follows in idle moments. A style sheet that changes is put on
    each widget once for every ancestor it has; one that goes, and another that comes,
    are put on each once: a third of the time in a large window.
    """
    hidden = app.findChild(Hidden) or Hidden(app)
    hidden.set_aside()
    undress(app)
    prepare(app, name)
    dress(app)
    hidden.dress()
    icons.retint()
    signals.changed.emit()


def undress(app: QApplication) -> None:
    """Take the style sheet off every widget.

    Qt leaves its mark on those that were set aside, and takes a marked one for known:
    when it goes, the next style sheet would still look for it, and end the process.
    """
    app.setStyleSheet("")
    for widget in app.allWidgets():
        widget.setAttribute(_MARK, on=False)


def prepare(app: QApplication, name: str) -> None:
    """Set everything but the style sheet, before there is one.

    With a style sheet every widget that finds its parent is polished again, with all
    its children: a large window is made in half the time without one.
    """
    theme = tokens.THEMES.get(name, tokens.DARK)
    tokens.set_current(theme)
    if not app.property(_FUSION):  # under a style sheet its own name isn't told
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setProperty(_FUSION, True)
    if app.font() != fonts.ui():  # every widget would be measured again
        app.setFont(fonts.ui())
    app.setPalette(palette(theme))


def dress(app: QApplication) -> None:
    """Set the style sheet of the current theme."""
    app.setStyleSheet(sheet(tokens.current()))


def palette(theme: Tokens) -> QPalette:
    """Return the palette of a theme; disabled texts are faint."""
    result = QPalette()
    for role, token in _ROLES.items():
        result.setColor(QPalette.ColorRole[role], QColor(theme.colour(token)))
    result.setColor(QPalette.ColorRole.HighlightedText, QColor("#ffffff"))
    result.setColor(QPalette.ColorRole.PlaceholderText, QColor(theme.fg3))
    for role in _DISABLED:
        group = QPalette.ColorGroup.Disabled
        result.setColor(group, QPalette.ColorRole[role], QColor(theme.faint))
    return result


def sheet(theme: Tokens) -> str:
    """Return the style sheet of a theme."""
    text = (icons.FOLDER.parent / "theme.qss").read_text("utf-8")
    soft = tokens.mix(theme.bg1, theme.accent, 0.12)
    values = {
        **vars(theme),
        "small_px": f"{fonts.SECONDARY}px",
        "section_px": f"{fonts.SECTION}px",
        "value_px": f"{fonts.VALUE}px",
        "title_px": f"{fonts.TITLE}px",
        "medium": fonts.MEDIUM,
        "semibold": fonts.SEMIBOLD,
        "icons": icons.FOLDER.as_posix(),
        "pressed": tokens.mix(theme.bg3, theme.fg, 0.08),
        "accent_hover": tokens.mix(theme.accent_fill, "#000000", 0.12),
        "accent_pressed": tokens.mix(theme.accent_fill, "#000000", 0.24),
        "accent_soft": soft,
        "accent_line": tokens.mix(theme.bg1, theme.accent, 0.45),
        "ok_text": theme.text("ok"),
        "warn_text": theme.text("warn"),
        "err_text": theme.text("err"),
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
