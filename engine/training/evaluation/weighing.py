"""Class weights that the preparation of own data asks for, put into the losses."""

from engine.data import catalog
from engine.data.intake import mixing
from engine.data.intake.rarities import class_weights
from engine.data.intake.weighing import asked, losses
from engine.data.own import practice
from engine.graph.model import Node, Project


def weighed(project: Project) -> Project:
    """Return a project whose losses have the class weights of their labels.

    Labels that mix-up has mixed must be read by what takes them.
    A loss that has weights of its own keeps them. The weights are counted in the
    training part, or are those that a run has fitted.

    Args:
        project: Only read; returned as it is where no data asks for weights.

    Raises:
        EngineError: When the data can't be loaded, or a loss can't take mixed labels.
    """
    mixing.refuse(project)
    found: list[Node] = []
    for node in project.graph.nodes.values():
        if asked(node):
            data = catalog.load(node.params)
            weights = class_weights(data.settings.own, data.train)
            found += [
                loss.with_param(practice.WEIGHTS, weights[port])
                for port, loss in losses(project.graph, node)
                if port in weights and not loss.params.get(practice.WEIGHTS)
            ]
    if not found:
        return project
    twin = project.copy()
    for loss in found:
        twin.graph.replace_node(loss)
    return twin
