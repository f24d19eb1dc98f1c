"""Another layer in the place of the selected ones: what is offered, in which order."""

from functools import partial

from engine.graph.model import Endpoint
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from workbench.canvas.cards import catalogue_items
from workbench.canvas.cards.suggestions import Here
from workbench.canvas.edits import here
from workbench.canvas.scene.selection import Selection
from workbench.canvas.stage import Choice, Stage
from workbench.document import replacing

_OTHER_KIND = 1000.0
"""What is of another category comes after all of the same one."""


def ask(stage: Stage) -> None:
    """Let a person choose what stands in the place of the selected nodes."""
    chosen, project = stage.selection, stage.document.project
    if not chosen.ids:
        stage.say(tr("Select the layers to replace."))
        return
    found = replacing.substitutes(project, chosen.ids, chosen.scope)
    if not found:
        stage.say(tr("Nothing else has a port for each of its wires."))
        return
    nodes = [chosen.graph.node(node_id) for node_id in chosen.ids]
    name = title(chosen.graph, nodes[0])
    if len(nodes) > 1:
        name = tr("{n:layer|layers}", n=len(nodes))
    known, category = _place(stage, chosen), registry.get(nodes[0].type).category

    def place(choice: tuple[catalogue_items.Item, str]) -> float:
        item, of = choice
        return known.place(item) + (0.0 if of == category else _OTHER_KIND)

    items = {item.type_id: item for item in catalogue_items.layers()}
    pairs = [(items[name], registry.get(name).category) for name in found]
    choices = [_choice(stage, chosen, item) for item, _ in sorted(pairs, key=place)]
    stage.choose(choices, tr("Replace {title} with", title=name))


def _place(stage: Stage, chosen: Selection) -> Here:
    """Return what is known of the place where the first selected node stands."""
    into = chosen.graph.edges_into(chosen.ids[0])
    if not into:
        return here.of(stage, Endpoint(chosen.ids[0], ""), chosen.area)
    return here.of(stage, into[0].source, chosen.area)


def _choice(stage: Stage, chosen: Selection, item: catalogue_items.Item) -> Choice:
    spec = registry.get(item.type_id)
    others = (*spec.aliases, spec.id, tr(registry.CATEGORIES[spec.category]))
    do = partial(
        stage.attempt, replacing.replace_with, chosen.ids, item.type_id, chosen.scope
    )
    return Choice(item.title, do, item.icon, others)
