"""Entries of the catalogue as lists show them: icon, words, help."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from engine.graph.ports import BLOCK, fits
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import DATASETS
from engine.layers.spec import LayerSpec, Port
from workbench.document import Document, library
from workbench.theme import icons
from workbench.theme.text import escape

OWN, SAVED, SET = "block", "saved", "set"
"""Before the name of a block of this project, of one of the user's library, and
before a data set."""
_HIDDEN = {BLOCK}
"""Made from a selection, never from nothing."""


@dataclass(frozen=True)
class Item:
    """One line of a list of things to add.

    Args:
        type_id: Of the catalogue, or a kind and a name with a colon between.
        title: Shown.
        icon: Beside it.
        help: Rich text shown on hover.
        kind: Said behind the title in a mixed list; empty for a layer.
    """

    type_id: str
    title: str
    icon: QIcon
    help: str = ""
    kind: str = ""

    @property
    def words(self) -> str:
        """Title and kind."""
        return f"{self.title}   {self.kind}" if self.kind else self.title


def found(text: str) -> list[LayerSpec]:
    """Return the entries that fit a search, the best first."""
    return [spec for spec in registry.search(text) if spec.id not in _HIDDEN]


def items(text: str) -> list[Item]:
    """Return layers and data sets that fit a search, the best first.

    Without a search only the layers, in the order of the catalogue.
    """
    layers = [item_of(spec) for spec in found(text)]
    return _merged(text, layers, list(sets())) if text.strip() else layers


def fitting_items(text: str, port: Port, *, forward: bool) -> list[Item]:
    """Return what a search finds and can be wired to `port`, the best first.

    Args:
        text: What is searched for; empty for everything that fits.
        port: A port of a node on the canvas.
        forward: `port` is an output.
    """
    layers = [item_of(spec) for spec in _fitting(text, port, forward=forward)]
    giving = [] if forward else [item for item in sets() if _gives(item, port)]
    return _merged(text, layers, giving) if text.strip() else [*layers, *giving]


def _fitting(text: str, port: Port, *, forward: bool) -> Iterator[LayerSpec]:
    for spec in found(text):
        if forward:
            works = any(fits(port, other) for other in spec.inputs)
        else:
            outputs = spec.output_ports(spec.defaults())
            works = any(fits(other, port) for other in outputs)
        if works:
            yield spec


def _gives(item: Item, port: Port) -> bool:
    spec = DATASETS[item.type_id.partition(":")[2]]
    return any(fits(other.port, port) for other in spec.layout)


def _merged(text: str, layers: list[Item], data_sets: list[Item]) -> list[Item]:
    """Return both in one list by how well they fit; layers first where equal."""
    scored = [(registry.closeness(item.type_id, text), 0, item) for item in layers]
    scored += [(_set_closeness(item, text), 1, item) for item in data_sets]
    close = [entry for entry in scored if entry[0] is not None]
    return [item for *_, item in sorted(close, key=lambda entry: entry[:2])]


def _set_closeness(item: Item, text: str) -> float | None:
    spec = DATASETS[item.type_id.partition(":")[2]]
    aliases = (f"data {spec.id}", f"data set {spec.id}", spec.family, spec.task)
    return registry.distance(text, (spec.title, tr(spec.title), spec.id), aliases)


def item_of(spec: LayerSpec) -> Item:
    """Return a layer as a line of a list."""
    return Item(spec.id, spec.title, icon_of(spec), help_of(spec))


def sets() -> Iterator[Item]:
    """Yield the data sets; adding one adds a Data node that reads it."""
    icon = icons.icon("cat-io", "io")
    for spec in DATASETS.values():
        title = tr(spec.title)
        words = _rich([title, tr(spec.help)])
        yield Item(f"{SET}:{spec.id}", title, icon, words, tr("data set"))


def blocks(document: Document) -> list[tuple[str, str]]:
    """Return words and type of a project's blocks, then of the saved ones."""
    own = [(name, f"{OWN}:{name}") for name in document.project.blocks]
    saved = [(entry.name, f"{SAVED}:{entry.name}") for entry in library.entries()]
    return [*own, *saved]


def block_items(document: Document, text: str = "") -> list[Item]:
    """Return the blocks whose names have these letters."""
    icon, needle = icons.icon("layers", "io"), text.casefold()
    return [
        Item(type_id, title, icon, _about_block(type_id), tr("block"))
        for title, type_id in blocks(document)
        if needle in title.casefold()
    ]


def _about_block(type_id: str) -> str:
    is_own = type_id.startswith(OWN)
    return tr("A block of this project") if is_own else tr("A block you saved")


def icon_of(spec: LayerSpec) -> QIcon:
    """Return the icon of an entry in the colour of its category."""
    return icons.icon(f"cat-{spec.category}", spec.category)


def help_of(spec: LayerSpec) -> str:
    """Return the help of an entry as rich text."""
    lines = [spec.title, tr(spec.help)]
    return _rich(lines, spec.formula)


def _rich(lines: list[str], formula: str = "") -> str:
    title, *rest = map(escape, lines)
    parts = [f"<b>{title}</b>", *rest]
    if formula:
        parts.append(f"<i>{escape(formula)}</i>")
    return f"<p style='white-space:normal'>{'<br>'.join(parts)}</p>"


def say_when_empty(results: QListWidget) -> None:
    """Say so in a list where a search has found nothing."""
    if results.count() == 0:
        item = QListWidgetItem(tr("Nothing fits"))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        results.addItem(item)
