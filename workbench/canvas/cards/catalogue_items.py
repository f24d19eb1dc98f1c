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
from engine.layers.datasets.spec import OWN as OWN_DATA
from engine.layers.spec import LayerSpec, Port
from workbench.commands.ranking import Names
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


def layers() -> list[Item]:
    """Return everything of the catalogue that can be added, in its order."""
    return [item_of(spec) for spec in registry.all_specs() if spec.id not in _HIDDEN]


def fitting(port: Port, *, forward: bool) -> list[Item]:
    """Return layers and data sets that can be wired to a port.

    Args:
        port: Of a node on the canvas.
        forward: It is an output.
    """
    found = [item for item in layers() if _can_be_wired(item, port, forward=forward)]
    return found if forward else [*found, *(i for i in sets() if _gives(i, port))]


def _can_be_wired(item: Item, port: Port, *, forward: bool) -> bool:
    spec = registry.get(item.type_id)
    if forward:
        return any(fits(port, other) for other in spec.inputs)
    return any(fits(other, port) for other in spec.output_ports(spec.defaults()))


def _gives(item: Item, port: Port) -> bool:
    name = item.type_id.partition(":")[2]
    if name == OWN_DATA:
        return False  # its ports are known once it is read
    spec = DATASETS[name]
    return any(fits(other.port, port) for other in spec.layout)


def names(item: Item) -> Names:
    """Return what an entry is found by."""
    kind, _, name = item.type_id.rpartition(":")
    if kind == SET and name == OWN_DATA:
        return Names((item.title, "file", "csv", "own data"), ("data file", "images"))
    if kind == SET:
        data = DATASETS[name]
        words = (f"data {data.id}", f"data set {data.id}", data.family, data.task)
        return Names((data.title, item.title, data.id), words)
    if kind:
        return Names((item.title,))
    spec = registry.get(name)
    return Names((spec.title, spec.id), spec.aliases)


def item_of(spec: LayerSpec) -> Item:
    """Return a layer as a line of a list."""
    return Item(spec.id, spec.title, icon_of(spec), help_of(spec))


def sets() -> Iterator[Item]:
    """Yield the data sets; adding one adds a Data node that reads it."""
    icon = icons.icon("cat-io", "io")
    yield Item(f"{SET}:{OWN_DATA}", tr("From a file…"), icons.icon("open", "io"),
               _rich([tr("From a file…"), tr("Data of your own.")]),
               tr("data set"))  # fmt: skip
    for spec in DATASETS.values():
        title = tr(spec.title)
        words = _rich([title, tr(spec.help)])
        yield Item(f"{SET}:{spec.id}", title, icon, words, tr("data set"))


def blocks(document: Document) -> list[tuple[str, str]]:
    """Return words and type of a project's blocks, then of the saved ones."""
    own = [(name, f"{OWN}:{name}") for name in document.project.blocks]
    saved = [(entry.name, f"{SAVED}:{entry.name}") for entry in library.entries()]
    return [*own, *saved]


def block_items(document: Document) -> list[Item]:
    """Return the blocks."""
    icon = icons.icon("layers", "io")
    return [
        Item(type_id, title, icon, _about_block(type_id), tr("block"))
        for title, type_id in blocks(document)
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
