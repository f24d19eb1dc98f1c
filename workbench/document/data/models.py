"""A model by others put into a document: nodes, blocks and settings, as one step."""

from engine.graph.edits import Rename, SetTraining
from engine.graph.files import serialize
from engine.i18n import tr
from workbench.document import clipboard
from workbench.document.document import Document


def put(document: Document, text: str) -> list[str]:
    """Add what the engine has made of a model; return the ids of the new nodes.

    An empty project takes its settings and name, too.

    Args:
        document: Where to.
        text: A project, as a document is written.

    Raises:
        DocumentError: The text is none.
    """
    part = serialize.loads(text, tr("Model"))
    words = tr("Add {title}", title=part.name)
    if document.project.graph.nodes:
        return clipboard.paste(document, text, at=_below(document), words=words)
    more = [SetTraining(part.training)]
    name = [] if document.path is not None else [Rename(part.name)]
    return clipboard.paste(
        document, text, at=(0.0, 0.0), words=words, more=(*more, *name)
    )


def _below(document: Document) -> tuple[float, float]:
    """Return a place under all that stands in the main graph."""
    places = document.project.layout.get("", {}).values()
    left = min((x for x, _ in places), default=0.0)
    return left, max((y for _, y in places), default=0.0) + _APART_PX


_APART_PX = 240.0
