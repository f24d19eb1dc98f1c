"""A new layer into the only wire that leaves the selected node, with room for it."""

from engine.graph.model import Edge, Position
from engine.layers import registry
from workbench.canvas.edits import here
from workbench.canvas.geometry import layout, sizes
from workbench.canvas.scene.areas import Area
from workbench.canvas.stage import Stage
from workbench.document import splicing

_LEAST_GAP = sizes.GAP_X / 2
"""So near to its neighbours a new card may stand where there is room already."""

_ENDS = frozenset({"loss", "metric", "view"})
"""What comes out of these is read by nobody."""


def _only_wire(stage: Stage) -> Edge | None:
    """Return the wire from the selected node to its only follower; None for others."""
    end = here.open_output(stage)
    if end is None:
        return None
    leaving = [
        e for e in stage.selection.graph.edges_out_of(end.node) if e.source == end
    ]
    return leaving[0] if len(leaving) == 1 else None


def wire_behind(stage: Stage, type_id: str) -> Edge | None:
    """Return the only wire behind the selected node, if a layer could stand in it."""
    wire = _only_wire(stage)
    if wire is None or not registry.has(type_id):
        return None
    if registry.get(type_id).category in _ENDS:
        return None
    project, scope = stage.document.project, stage.selection.scope
    could = splicing.could_stand(project, type_id, wire, scope)
    return wire if could else None


def insert(stage: Stage, area: Area, type_id: str, wire: Edge) -> str:
    """Add a layer in a wire; return its id, or '' where the document refuses."""
    place, moved = _room(area, wire)
    scope = area.scope
    made = stage.attempt(splicing.insert_new, type_id, wire, place, moved, scope)
    return made or ""


def _room(area: Area, wire: Edge) -> tuple[Position, dict[str, Position]]:
    """Return a place between two nodes, and the places of all that give way to it.

    Where the gap is too small, what stands from the follower on to the right moves on
    by a column: nothing comes to lie on anything else.
    """
    places = area.places()
    (left, top), (right, low) = places[wire.source.node], places[wire.target.node]
    left += area.face(wire.source.node).width
    middle, gap = (top + low) / 2, right - left
    if gap < 0:
        wish = (left + sizes.GAP_X, top)
        return layout.free_place(wish, places.values()), {}
    if gap >= sizes.WIDTH + 2 * _LEAST_GAP:
        at = (left + (gap - sizes.WIDTH) / 2, middle)
        return (sizes.snap(at[0]), sizes.snap(at[1])), {}
    step = sizes.snap(sizes.WIDTH + 2 * sizes.GAP_X - gap)
    moved = {i: (x + step, y) for i, (x, y) in places.items() if x >= right}
    return (sizes.snap(left + sizes.GAP_X), sizes.snap(middle)), moved
