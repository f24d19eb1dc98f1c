"""Which node of a program fails on these feeds, and on what shapes."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, fx

from engine.compile.shape_text import Shape


@dataclass(frozen=True)
class Failure:
    """Where a program broke.

    Args:
        node: Path of the node, empty when no node could be blamed.
        input_shapes: Of the tensors that went into it.
        error: What torch raised there.
    """

    node: str
    input_shapes: tuple[Shape, ...]
    error: BaseException | None


class _Locator(fx.Interpreter):
    """Runs node by node and remembers where it stands."""

    current = ""
    shapes: tuple[Shape, ...] = ()

    def run_node(self, n: fx.Node) -> object:
        self.current = str(n.meta.get("node", ""))
        inputs, _ = self.fetch_args_kwargs_from_env(n)
        self.shapes = tuple(tuple(x.shape) for x in inputs if isinstance(x, Tensor))
        return super().run_node(n)


def locate(graph_module: fx.GraphModule, feeds: tuple[Tensor, ...]) -> Failure:
    """Run a program again, node by node, and return where it breaks.

    Args:
        graph_module: Of a phase or of the evaluation.
        feeds: As it was called with.

    Returns:
        The failure; with an empty node when everything passes this time.

    Shape:
        any, as the feeds of the program
    """
    locator = _Locator(graph_module, garbage_collect_values=False)
    locator.extra_traceback = False
    try:
        with torch.no_grad():
            locator.run(*feeds)
    except Exception as error:  # noqa: BLE001 - it is the answer, whatever it is
        return Failure(locator.current, locator.shapes, error)
    return Failure("", (), None)


def feeds_of(names: tuple[str, ...], feeds: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """Return the feeds in the order of a program's `feed_names`.

    Shape:
        each as it is
    """
    return tuple(feeds[name] for name in names)
