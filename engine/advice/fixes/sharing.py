"""Weights of its own for an instance whose input the shared ones don't fit."""

from engine.compile.flatten import FlatNode
from engine.graph.edits import SetParam
from engine.graph.model import ROOT, Project
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr


def own_weights(project: Project, node: FlatNode) -> tuple[Fix, ...]:
    """Return the fix that ends the sharing at the outermost instance that shares.

    Args:
        project: Only read.
        node: Inside the instance.
    """
    scope = ROOT
    for name in node.place.split(".")[:-1]:
        graph = project.scope(scope)
        instance = graph.node(name)
        if instance.params.get("share"):
            words = tr("Give “{title}” its own weights", title=title(graph, instance))
            return (Fix(words, (SetParam(name, "share", None, scope, reset=True),)),)
        scope = str(instance.params.get("of", ""))
    return ()
