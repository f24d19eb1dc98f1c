"""Context menus of nodes, wires and the empty canvas."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from engine.graph.model import Endpoint
from engine.graph.problems import Fix
from engine.i18n import tr
from workbench.canvas.edits import align, edit, fixes
from workbench.canvas.edits import blocks as block_tools
from workbench.canvas.edits import lora as lora_tools
from workbench.canvas.edits import notes as note_tools
from workbench.canvas.operated import Operated
from workbench.canvas.scene import areas
from workbench.canvas.widgets import node_chooser
from workbench.canvas.widgets.node_chooser import go_to_node
from workbench.document import blocks, lora, notes, outer_ports
from workbench.document.notes import Note
from workbench.theme import icons

if TYPE_CHECKING:
    from workbench.canvas.scene.items.wire_item import WireItem

_Entry = tuple[str, str, str, Callable[[], object] | Sequence["_Entry"]]
"""Words, keys, icon, and what it does or the entries below it."""
_COLOUR_WORDS = {
    "conv": "Blue",
    "dense": "Green",
    "act": "Yellow",
    "loss": "Red",
    "norm": "Violet",
    "pool": "Teal",
    "io": "Grey",
}
_SEPARATOR: _Entry = ("", "", "", lambda: None)


def show(view: Operated, event: QContextMenuEvent) -> None:
    """Open the menu for what is under the pointer."""
    place = view.camera.to_scene(event.pos().toPointF())
    menu = build(view, place)
    menu.popup(event.globalPos())


def build(view: Operated, place: QPointF) -> QMenu:
    """Return the menu for a scene point; it deletes itself when closed."""
    scene = view.scene
    node, edge = scene.node_at(place), None
    area, chosen = areas.at(scene, place), view.selection
    if area.path and (inner := area.node_at(place)):
        if inner not in chosen.ids or chosen.path != area.path:
            view.select([inner], area.path)
        entries = _inside_entries(view)
    elif node is not None:
        if not node.isSelected():
            scene.select([node.node_id])
        entries = _node_entries(view, node.node_id)
    elif (edge := scene.edge_at(place)) is not None:
        scene.select([], [edge.edge])
        entries = _edge_entries(view, edge, place)
    elif (note := scene.notes.at(place)) is not None:
        scene.notes.chosen = note.id
        entries = _note_entries(view, note)
    else:
        entries = _canvas_entries(view, place)
    return _menu(view, entries)


def _menu(view: Operated, entries: list[_Entry]) -> QMenu:
    menu = QMenu(view.viewport())
    menu.aboutToHide.connect(menu.deleteLater)
    _fill(menu, entries)
    return menu


def _fill(menu: QMenu, entries: Sequence[_Entry]) -> None:
    for text, key, icon, action in entries:
        if not callable(action):
            _fill(menu.addMenu(text), action)
            continue
        if not text:
            menu.addSeparator()
            continue
        entry = menu.addAction(text + (f"\t{key}" if key else ""))
        if icon:
            name, _, tint = icon.partition(":")
            entry.setIcon(icons.icon(name, tint or "fg2"))
        entry.triggered.connect(lambda _checked=False, do=action: do())


def _node_entries(view: Operated, node_id: str) -> list[_Entry]:
    fixes = [
        (fix.label, "", "wand", lambda fix=fix: _fix(view, fix))
        for problem in view.scene.problems_of(node_id)
        for fix in problem.fixes
    ]
    return [
        *fixes,
        *([_SEPARATOR] if fixes else []),
        (tr("Add a layer behind…"), "Tab", "plus", view.quick_add),
        (tr("Connect to…"), "C", "link", lambda: node_chooser.connect(view)),
        (tr("Rename…"), "F2", "", lambda: edit.rename(view)),
        _freeze_entry(view, node_id),
        *_lora_entries(view),
        _SEPARATOR,
        *_block_entries(view, node_id),
        _SEPARATOR,
        *_port_entries(view, node_id),
        *_several_entries(view),
        *_clipboard_entries(view),
    ]  # fmt: skip


def _lora_entries(view: Operated) -> list[_Entry]:
    """Offer LoRA for the selected Linear layers, and the way back."""
    kinds = lora_tools.kinds(view)
    adapt = (tr("Fine-tune with LoRA"), "", "", lambda: lora_tools.adapt(view))
    back = (tr("Back to a plain Linear"), "", "", lambda: lora_tools.restore(view))
    return [
        *([adapt] if lora.LINEAR in kinds else []),
        *([back] if lora.LORA in kinds else []),
    ]


def _clipboard_entries(view: Operated) -> list[_Entry]:
    return [
        (tr("Cut"), "Ctrl+X", "", lambda: edit.cut(view)),
        (tr("Copy"), "Ctrl+C", "copy", lambda: edit.copy(view)),
        (tr("Duplicate"), "Ctrl+D", "", lambda: edit.duplicate(view)),
        (tr("Disconnect"), "", "unlink", lambda: edit.unplug(view)),
        _SEPARATOR,
        (tr("Delete"), "Del", "trash", lambda: edit.delete(view)),
        (tr("Delete and heal"), "Ctrl+Del", "", lambda: edit.heal(view)),
    ]


def _inside_entries(view: Operated) -> list[_Entry]:
    """Offer what can be done with nodes inside an open card."""
    aim = view.selection
    is_block = bool(outer_ports.of(aim.graph.node(aim.ids[0])))
    opens = tr("Open the block") if is_block else tr("Settings")
    return [
        (opens, "Enter", "", lambda: block_tools.activate(view)),
        (tr("Show in its own tab"), "", "", lambda: block_tools.show_in_tab(view)),
        (tr("Add a layer behind…"), "Tab", "plus", view.quick_add),
        (tr("Connect to…"), "C", "link", lambda: node_chooser.connect(view)),
        (tr("Rename…"), "F2", "", lambda: edit.rename(view)),
        _freeze_entry(view, aim.ids[0]),
        *_lora_entries(view),
        *_several_entries(view),
        (tr("Group into a block…"), "Ctrl+G", "", lambda: block_tools.group(view)),
        _SEPARATOR,
        *_clipboard_entries(view),
    ]


def _freeze_entry(view: Operated, node_id: str) -> _Entry:
    """Offer to freeze what is selected, or to let it train, by the node clicked."""
    is_free = view.selection.graph.node(node_id).trainable
    words = tr("Freeze weights") if is_free else tr("Let weights train")

    return (words, "", "", lambda: edit.set_trainable(view, value=not is_free))


def _several_entries(view: Operated) -> list[_Entry]:
    """Offer what takes several nodes."""
    if len(view.selection.ids) < 2:
        return []
    kinds: list[_Entry] = [
        (tr(words), "", "", partial(align.apply, view, kind))
        for kind, (words, _, _) in align.KINDS.items()
    ]
    return [(tr("Align"), "", "", kinds), _SEPARATOR]


def _edge_entries(view: Operated, item: "WireItem", place: QPointF) -> list[_Entry]:
    return [
        (tr("Insert a layer…"), "", "plus",
         lambda: view.quick_add(place, item.edge)),
        (tr("Add a point"), "", "",
         lambda: edit.add_point(view, item.edge, place)),
        (tr("Delete"), "Del", "trash", lambda: edit.delete(view)),
    ]  # fmt: skip


def _canvas_entries(view: Operated, place: QPointF) -> list[_Entry]:
    return [
        (tr("Add a layer…"), "Tab", "plus", lambda: view.quick_add(place)),
        (tr("Paste"), "Ctrl+V", "", lambda: edit.paste(view, place)),
        (tr("Add a comment…"), "T", "",
         lambda: note_tools.add_comment(view, place)),
        _SEPARATOR,
        (tr("Select all"), "Ctrl+A", "", lambda: edit.select_all(view)),
        (tr("Arrange"), "L", "arrange", view.arrange),
        (tr("Fit"), "F", "fit", view.fit),
        (tr("Go to a node…"), "Ctrl+F", "search", lambda: go_to_node(view)),
        (tr("Overview"), "M", "", view.toggle_overview),
    ]  # fmt: skip


def _note_entries(view: Operated, note: Note) -> list[_Entry]:
    inside = lambda: view.select(view.scene.notes.inside(note)[0])  # noqa: E731
    select = (tr("Select what is inside"), "", "", inside)
    return [
        (tr("Edit the words…"), "", "", lambda: note_tools.edit_text(view, note)),
        *([select] if note.kind == "frame" else []),
        _SEPARATOR,
        *(_paint_entry(view, note, colour) for colour in notes.COLOURS),
        _SEPARATOR,
        (tr("Delete"), "Del", "trash", lambda: note_tools.remove_chosen(view)),
    ]


def _paint_entry(view: Operated, note: Note, colour: str) -> _Entry:
    """Return the entry that gives a note another colour."""
    words = tr("Colour the note")

    def paint() -> None:
        view.attempt(notes.change, note.id, words, colour=colour)

    return (tr(_COLOUR_WORDS[colour]), "", f"dot:{colour}", paint)


def _fix(view: Operated, fix: Fix) -> None:
    view.attempt(fixes.apply, fix)


def _block_entries(view: Operated, node_id: str) -> list[_Entry]:
    node = view.scene.graph.node(node_id)
    entries: list[_Entry] = [
        (tr("Group into a block…"), "Ctrl+G", "", lambda: block_tools.group(view)),
        (tr("Frame…"), "Shift+G", "", lambda: note_tools.frame_selection(view)),
    ]
    if outer_ports.of(node):
        closed = tr("Open in place")
        words = tr("Close") if blocks.is_open(node) else closed
        entries += [
            (tr("Open the block"), "Enter", "",
             lambda: block_tools.enter(view, node_id)),
            (words, "E", "", lambda: block_tools.toggle_open(view)),
            (tr("Unpack"), "Ctrl+Shift+G", "", lambda: block_tools.unpack(view)),
            (tr("Copy as independent"), "", "",
             lambda: block_tools.copy_independent(view)),
            (tr("Save to My blocks"), "", "save",
             lambda: block_tools.save_to_library(view)),
        ]  # fmt: skip
    return entries


def _port_entries(view: Operated, node_id: str) -> list[_Entry]:
    """Offer to lead ports of an inner node to the outside of the block."""
    scene = view.scene
    if not scene.path:
        return []
    block = view.document.project.blocks[scene.scope]
    entries: list[_Entry] = []
    for name, is_output, _place in scene.nodes[node_id].face.ports():
        end = Endpoint(node_id, name)
        shown = outer_ports.shown_as(block, end, is_output=is_output)
        verb = tr("Take away the block's port") if shown else tr("Make a block's port")
        entries.append(
            (
                f"{verb}: {shown or name}",
                "",
                "",
                partial(_toggle_port, view, end, is_output, shown),
            )
        )
    return [*entries, _SEPARATOR] if entries else []


def _toggle_port(view: Operated, end: Endpoint, is_output: bool, shown: str) -> None:
    scope = view.scene.scope
    if shown:
        view.attempt(outer_ports.conceal, scope, shown, is_output=is_output)
    else:
        view.attempt(outer_ports.expose, scope, end, is_output=is_output)
