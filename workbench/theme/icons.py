"""Our own SVG icons, tinted by token, drawn sharply for every screen."""

import weakref
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from workbench.theme import tokens

FOLDER = Path(__file__).parents[2] / "assets" / "icons"
_SIZES = (16, 18)
HasIcon = QAction | QAbstractButton
_bound: list[tuple[weakref.ref[HasIcon], str, str]] = []


def icon(name: str, tint: str = "fg2") -> QIcon:
    """Return an icon in the colour of a token (or `#rrggbb`) of the current theme."""
    theme = tokens.current()
    return _icon(name, theme.colour(tint), theme.fg3)


def blank() -> QIcon:
    """Return an empty icon, so that words without one stand under the others."""
    empty = QPixmap(16, 16)
    empty.fill(Qt.GlobalColor.transparent)
    return QIcon(empty)


def pixmap(name: str, tint: str = "fg2", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Return the icon as a pixmap of `size` logical pixels."""
    renderer = _renderer(name, tokens.current().colour(tint))
    drawn = _drawn(renderer, round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def bind(target: HasIcon, name: str, tint: str = "fg2") -> None:
    """Give `target` (a button or action) an icon that follows the theme."""
    target.setIcon(icon(name, tint))
    unbind(target)
    _bound.append((weakref.ref(target), name, tint))


def unbind(target: HasIcon) -> None:
    """Let `target` keep the icon it has."""
    _bound[:] = [entry for entry in _bound if entry[0]() not in {None, target}]


def retint() -> None:
    """Draw all bound icons again; `theme.apply` calls this."""
    for reference, name, token in tuple(_bound):
        target = reference()
        if target is None:
            continue
        try:
            target.setIcon(icon(name, token))
        except RuntimeError:  # Qt has deleted the object before Python did
            _bound.remove((reference, name, token))


def names() -> tuple[str, ...]:
    """Return all icons there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.svg")))


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    result = QIcon()
    ratio = _screen_ratio()
    modes = [(colour, QIcon.Mode.Normal), (disabled, QIcon.Mode.Disabled)]
    for tint, mode in modes[:1] if name.startswith("cat-") else modes:
        renderer = _renderer(name, tint)
        for size in _SIZES:
            result.addPixmap(_drawn(renderer, round(size * ratio)), mode)
    return result


@cache
def _screen_ratio() -> float:
    """Return the pixels per logical pixel of the sharpest screen."""
    return max((s.devicePixelRatio() for s in QGuiApplication.screens()), default=1.0)


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text("utf-8")


def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = _source(name).replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode()))


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    drawn = QPixmap(size, size)
    drawn.fill(Qt.GlobalColor.transparent)
    with QPainter(drawn) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, size, size))
    return drawn
