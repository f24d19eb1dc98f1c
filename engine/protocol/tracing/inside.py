"""What can be watched inside a network: each a view of the whole, not of a node."""

from engine.i18n import tr

PREFIX = "inside:"
"""Begins the path of such a view; no node's id has a colon."""
KINDS = ("activations", "gradient", "attention", "noise", "rank", "sample_losses")
"""In the order of their chooser."""

FAILED = "failed"
"""Among the words of a view: why there is none."""


def node_of(kind: str) -> str:
    """Return what stands for a node in a view of a kind."""
    return f"{PREFIX}{kind}"


def is_inside(node: str) -> bool:
    """Return whether a view is one of these, by its node."""
    return node.startswith(PREFIX)


def title(kind: str) -> str:
    """Return what a kind is called."""
    return {
        "activations": tr("Activations"),
        "gradient": tr("Gradient norm"),
        "attention": tr("Attention heads"),
        "noise": tr("Gradient noise"),
        "rank": tr("Effective rank"),
        "sample_losses": tr("Losses of samples"),
    }[kind]
