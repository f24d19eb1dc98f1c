"""The canvas and the training that runs: what counts at once, and what differs."""

from collections.abc import Callable
from dataclasses import replace

from engine.graph.files import serialize
from engine.graph.model import Graph, Project
from engine.graph.options import OPTIMIZERS
from engine.graph.settings import Choice, Phase, Training
from engine.protocol.live_settings import NAMES, RATES
from workbench.document.view_nodes import is_view

_LIVE_RUN = {*NAMES, "device"}
Key = tuple[str, str]
"""Name of a setting and of its phase; the phase is empty for the whole run."""
Send = Callable[[str, float, str], None]


class LiveSettings:
    """Sends every changed rate to the run that is on.

    Args:
        send: `Session.set_hyper`.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._known: dict[Key, tuple[str, float]] = {}

    def begin(self, training: Training) -> None:
        """Note what the run started with."""
        self._known = _live_values(training)

    def follow(self, training: Training) -> list[Key]:
        """Send what has changed since; return which settings."""
        changed = []
        for key, (kind, value) in _live_values(training).items():
            known = self._known.get(key)
            if known is not None and known[0] == kind and known[1] != value:
                self._known[key] = (kind, value)
                self._send(key[0], value, key[1])
                changed.append(key)
        return changed


def _live_values(training: Training) -> dict[Key, tuple[str, float]]:
    """Return (kind of optimizer, value) of all that can change in a run."""
    found: dict[Key, tuple[str, float]] = {
        ("batch_size", ""): ("", float(training.number("batch_size")))
    }
    for phase in training.phases:
        values = phase.optimizer.complete(OPTIMIZERS)
        for name in RATES:
            value = values.get(name)
            if isinstance(value, int | float):
                found[name, phase.name] = (phase.optimizer.type, float(value))
    return found


def training_fingerprint(project: Project) -> str:
    """Return what makes a run another one: no layout, no names, no live settings."""
    bare = Project(
        name="",
        graph=_without_settings_of_views(_unnamed(project.graph)),
        blocks={
            name: replace(block, graph=_unnamed(block.graph))
            for name, block in project.blocks.items()
        },
        training=_frozen(project.training),
        weights=project.weights,
    )
    return serialize.dumps(bare)


def _unnamed(graph: Graph) -> Graph:
    twin = graph.copy()
    for node in graph.nodes.values():
        if node.name or node.extra:
            twin.replace_node(replace(node, name="", extra={}))
    return twin


def _without_settings_of_views(graph: Graph) -> Graph:
    """Forget what a view shows and how: that counts in the run at once."""
    for node in list(graph.nodes.values()):
        if is_view(node):
            graph.replace_node(replace(node, params={}))
    return graph


def _frozen(training: Training) -> Training:
    params = {k: v for k, v in training.params.items() if k not in _LIVE_RUN}
    phases = tuple(_without_rates(phase) for phase in training.phases)
    return replace(training, params=params, phases=phases)


def _without_rates(phase: Phase) -> Phase:
    kind, params = phase.optimizer.type, phase.optimizer.params
    rest = {name: value for name, value in params.items() if name not in RATES}
    return replace(phase, optimizer=Choice(kind, rest))
