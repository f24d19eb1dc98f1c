"""Context menus: what the table offers under the pointer, and what only lives there."""

from collections.abc import Callable

from PySide6.QtCore import QPointF
from PySide6.QtGui import QContextMenuEvent

from engine.graph.model import Endpoint
from engine.graph.problems import Fix
from engine.i18n import tr
from workbench.canvas.commands.operated import Operated
from workbench.canvas.commands.spot import Spot
from workbench.canvas.commands.table import bound
from workbench.canvas.edits import fixes
from workbench.canvas.scene import areas
from workbench.commands import menus
from workbench.commands.registry import Bound, Command, Place
from workbench.document import outer_ports
from workbench.theme.menu import Menu

_FIXES, _PORTS = 1, 4
"""Groups in the menu of a node."""


def show(view: Operated, event: QContextMenuEvent) -> None:
    """Open the menu for what is under the pointer."""
    place = view.camera.to_scene(event.pos().toPointF())
    build(view, place).popup(event.globalPos())


def build(view: Operated, place: QPointF) -> Menu:
    """Return the menu for a scene point; it deletes itself when closed.

    What is under the pointer is selected first, unless it is already.
    """
    name, spot = _pointed(view, place)
    rows = bound(spot)
    if name == "node":
        rows += [*_fixes(spot), *_ports(spot)]
    menu = Menu(parent=view.viewport())
    menu.aboutToHide.connect(menu.deleteLater)
    menus.fill(menu, name, rows)
    return menu


def _pointed(view: Operated, place: QPointF) -> tuple[str, Callable[[], Spot]]:
    """Return which menu belongs to a place, and what its commands act on."""
    scene, chosen = view.scene, view.selection
    area, node = areas.at(scene, place), scene.node_at(place)
    if area.path and (inner := area.node_at(place)):
        if inner not in chosen.ids or chosen.path != area.path:
            view.select([inner], area.path)
        return "inside", lambda: Spot(view, node=inner)
    if node is not None:
        if not node.is_chosen:
            scene.select([node.node_id])
        return "node", lambda: Spot(view, node=node.node_id)
    if (wire := scene.edge_at(place)) is not None:
        scene.select([], [wire.edge])
        return "wire", lambda: Spot(view, place, wire=wire.edge)
    if (note := scene.notes.at(place)) is not None:
        scene.select([])
        scene.notes.chosen = note.id
        return "note", lambda: Spot(view, note=note)
    return "ground", lambda: Spot(view, place)


def _fixes(where: Callable[[], Spot]) -> list[Bound[Spot]]:
    """Return what cures the problems of the node."""
    spot = where()
    found = [
        fix for problem in spot.stage.scene.problems_of(spot.node)
        for fix in problem.fixes
    ]  # fmt: skip
    return [Bound(_fix(order, fix), where) for order, fix in enumerate(found)]


def _fix(order: int, fix: Fix) -> Command[Spot]:
    return Command(
        f"fix_{order}",
        fix.label,
        lambda spot: spot.stage.attempt(fixes.apply, fix),
        icon="wand",
        now=lambda _spot: fix.label,
        places=(Place("node", _FIXES, order),),
    )


def _ports(where: Callable[[], Spot]) -> list[Bound[Spot]]:
    """Return what leads ports of an inner node out of the block, and back."""
    spot = where()
    scene = spot.stage.scene
    if not scene.path:
        return []
    ports = scene.nodes[spot.node].face.ports()
    return [
        Bound(_port(spot, order, name, is_output), where)
        for order, (name, is_output, _place) in enumerate(ports)
    ]


def _port(spot: Spot, order: int, name: str, is_output: bool) -> Command[Spot]:
    scope, end = spot.stage.scene.scope, Endpoint(spot.node, name)
    block = spot.stage.document.project.blocks[scope]
    shown = outer_ports.shown_as(block, end, is_output=is_output)
    verb = tr("Take away the block's port") if shown else tr("Make a block's port")
    words = f"{verb}: {shown or name}"

    def toggle(spot: Spot) -> None:
        attempt = spot.stage.attempt
        if shown:
            attempt(outer_ports.conceal, scope, shown, is_output=is_output)
        else:
            attempt(outer_ports.expose, scope, end, is_output=is_output)

    return Command(
        f"port_{order}",
        words,
        toggle,
        now=lambda _spot: words,
        places=(Place("node", _PORTS, order),),
    )
