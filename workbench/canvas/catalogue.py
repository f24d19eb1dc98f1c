"""Entries of the catalogue as lists show them: icon, words, help."""

from collections.abc import Iterator

from PySide6.QtGui import QIcon

from engine.graph.ports import BLOCK, fits
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import LayerSpec, Port
from workbench.document import Document, library
from workbench.theme import icons
from workbench.theme.text import escape

OWN, SAVED = "block", "saved"
"""Before the name of a block of this project, and of the user's library."""
_HIDDEN = {BLOCK}
"""Made from a selection, never from nothing."""


def found(text: str) -> list[LayerSpec]:
    """Return the entries that fit a search, the best first."""
    return [spec for spec in registry.search(text) if spec.id not in _HIDDEN]


def fitting(text: str, port: Port, *, forward: bool) -> Iterator[LayerSpec]:
    """Yield the found entries that can be wired to `port`.

    Args:
        text: What is searched for.
        port: A port of a node on the canvas.
        forward: `port` is an output.
    """
    for spec in found(text):
        if forward:
            works = any(fits(port, other) for other in spec.inputs)
        else:
            outputs = spec.output_ports(spec.defaults())
            works = any(fits(other, port) for other in outputs)
        if works:
            yield spec


def blocks(document: Document) -> list[tuple[str, str]]:
    """Return words and type of a project's blocks, then of the saved ones."""
    own = [(name, f"{OWN}:{name}") for name in document.project.blocks]
    saved = [(entry.name, f"{SAVED}:{entry.name}") for entry in library.entries()]
    return [*own, *saved]


def icon_of(spec: LayerSpec) -> QIcon:
    """Return the icon of an entry in the colour of its category."""
    return icons.icon(f"cat-{spec.category}", spec.category)


def help_of(spec: LayerSpec) -> str:
    """Return the help of an entry as rich text."""
    lines = [f"<b>{escape(spec.title)}</b>", escape(tr(spec.help))]
    if spec.formula:
        lines.append(f"<i>{escape(spec.formula)}</i>")
    return f"<p style='white-space:normal'>{'<br>'.join(lines)}</p>"
