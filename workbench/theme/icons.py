"""Our own SVG icons, tinted by token, drawn sharply for every screen."""

import weakref
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton

from workbench.theme import tokens

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).parents[2] / "assets" / "icons"
_SIZES = (16, 18)
HasIcon = QAction | QAbstractButton
_AIR_PX = 4
"""Beside what Qt puts between icon and words of a button: 8 px in all."""
_bound: weakref.WeakKeyDictionary[HasIcon, tuple[str, str, int]] = (
    weakref.WeakKeyDictionary()
)


def icon(name: str, tint: str = "fg2") -> QIcon:
    """Return an icon in the colour of a token (or `#rrggbb`) of the current theme."""
    return _aired(name, tint, 0)


def _aired(name: str, tint: str, air: int) -> QIcon:
    theme = tokens.current()
    return _icon(name, theme.colour(tint), theme.faint, air)


def beside(size: int) -> QSize:
    """Return the size of an icon beside words that is drawn with `size` px."""
    return QSize(size + _AIR_PX, size)


def blank() -> QIcon:
    """Return an empty icon, so that words without one stand under the others."""
    empty = QPixmap(16, 16)
    empty.fill(Qt.GlobalColor.transparent)
    return QIcon(empty)


def pixmap(name: str, tint: str = "fg2", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Return the icon as a pixmap of `size` logical pixels."""
    renderer = _renderer(name, _colour(tint))
    drawn = _drawn(renderer, round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def bind(
    target: HasIcon, name: str, tint: str = "fg2", *, beside: bool = False
) -> None:
    """Give `target` (a button or action) an icon that follows the theme.

    Args:
        target: Gets it.
        name: Of the icon.
        tint: Its colour.
        beside: It stands before words; the size of `beside` belongs to it.
    """
    air = _AIR_PX if beside else 0
    target.setIcon(_aired(name, tint, air))
    _bound[target] = name, tint, air


def unbind(target: HasIcon) -> None:
    """Let `target` keep the icon it has."""
    _bound.pop(target, None)


def retint() -> None:
    """Draw all bound icons again; `theme.apply` calls this."""
    for target, (name, token, air) in tuple(_bound.items()):
        try:
            target.setIcon(_aired(name, token, air))
        except RuntimeError:  # Qt has deleted the object before Python did
            unbind(target)


def names() -> tuple[str, ...]:
    """Return all icons there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.svg")))


def _colour(tint: str) -> str:
    """Return a token's colour; that of a category stands out on every theme."""
    theme = tokens.current()
    is_category = tint in tokens.CATEGORY_TOKENS
    return theme.category(tint) if is_category else theme.colour(tint)


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, disabled: str, air: int) -> QIcon:
    result = QIcon()
    ratio = _screen_ratio()
    modes = [(colour, QIcon.Mode.Normal), (disabled, QIcon.Mode.Disabled)]
    for tint, mode in modes[:1] if name.startswith("cat-") else modes:
        renderer = _renderer(name, tint)
        for size in _SIZES:
            drawn = _drawn(renderer, round(size * ratio), round(air * ratio))
            result.addPixmap(drawn, mode)
    return result


@cache
def _screen_ratio() -> float:
    """Return the pixels per logical pixel of the sharpest screen."""
    return max((s.devicePixelRatio() for s in QGuiApplication.screens()), default=1.0)


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text("utf-8")


def _renderer(name: str, colour: str) -> "QSvgRenderer":
    from PySide6.QtSvg import QSvgRenderer  # after the first paint

    svg = _source(name).replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode()))


def _drawn(renderer: "QSvgRenderer", size: int, air: int = 0) -> QPixmap:
    drawn = QPixmap(size + air, size)
    drawn.fill(Qt.GlobalColor.transparent)
    with QPainter(drawn) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, size, size))
    return drawn
