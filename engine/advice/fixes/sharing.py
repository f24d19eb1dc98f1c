"""Weights of its own for an instance whose input the shared ones don't fit."""

from engine.compile.flatten import FlatNode
from engine.graph import ports
from engine.graph.edits import SetParam
from engine.graph.model import ROOT, Project
from engine.graph.problems import Fix
from engine.i18n import tr


def own_weights(project: Project, node: FlatNode) -> tuple[Fix, ...]:
    """Return the fix that ends the sharing at the outermost instance that shares.

    Args:
        project: Only read.
        node: Inside the instance.
    """
    scope = ROOT
    for name in node.place.split(".")[:-1]:
        instance = project.scope(scope).node(name)
        if instance.params.get("share"):
            words = tr("Give “{title}” its own weights", title=ports.title(instance))
            return (Fix(words, (SetParam(name, "share", None, scope, reset=True),)),)
        scope = str(instance.params.get("of", ""))
    return ()
