"""Data nodes that ask their set for more than it has."""

from collections.abc import Iterator

from engine.errors import ConfigError
from engine.graph.checks.causes import NoSuchClass, Told, TooManySamples
from engine.graph.model import Node
from engine.graph.problems import Problem
from engine.i18n import tr
from engine.layers.datasets.catalogue import spec_of
from engine.layers.datasets.spec import DataSpec

_DRAWN = "maths"
"""Family of the sets of which any number of samples can be drawn."""


def data_problems(scope: str, path: str, node: Node) -> Iterator[Told]:
    """Yield what a data set can't give.

    Args:
        scope: Where the node stands.
        path: Of the node, for the problem.
        node: Any node; only data nodes are looked at.
    """
    if node.type != "data":
        return
    try:
        spec = spec_of(node.params)
    except ConfigError:
        return  # told with the settings
    yield from _samples(scope, path, node, spec)
    yield from _classes(scope, path, node, spec)


def _samples(scope: str, path: str, node: Node, spec: DataSpec) -> Iterator[Told]:
    wanted = node.params.get("samples")
    if not isinstance(wanted, int) or spec.family == _DRAWN or not spec.layout:
        return
    if wanted <= spec.num_samples:
        return
    problem = Problem(
        path,
        tr("The data set does not have so many samples"),
        expected=tr("at most {count}", count=spec.num_samples),
        got=str(wanted),
    )
    yield problem, TooManySamples(scope, node, spec.num_samples)


def _classes(scope: str, path: str, node: Node, spec: DataSpec) -> Iterator[Told]:
    chosen = node.params.get("classes")
    names = next((port.classes for port in spec.layout if port.is_label), ())
    if not isinstance(chosen, tuple) or not chosen or not names:
        return
    numbers = [number for number in chosen if isinstance(number, int)]
    unknown = [number for number in numbers if number >= len(names)]
    if not unknown:
        return
    kept = tuple(number for number in numbers if 0 <= number < len(names))
    problem = Problem(
        path,
        tr("The data set has no such class"),
        expected=tr("numbers under {count}", count=len(names)),
        got=", ".join(map(str, unknown)),
    )
    yield problem, NoSuchClass(scope, node, kept)
