"""Document → one flat list of nodes in topological order, blocks taken apart.

A node inside a block has the path `instance.inner`; inside a repeated block
`instance.0.inner`, `instance.1.inner` … Weights are named after these paths.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine.errors import GraphError
from engine.graph import ports
from engine.graph.limits import MOST_NODES
from engine.graph.model import ROOT, Block, Edge, Endpoint, Node, Project
from engine.graph.titles import SEPARATOR, repeat_title, title
from engine.graph.weights import Start
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Port, Value


class Source(NamedTuple):
    """An output port of a flat node."""

    path: str
    port: str


class FlatNode(NamedTuple):
    """One node that computes, wherever it stands.

    Args:
        path: Unique name, see the module.
        node: As in the document.
        params: Complete: defaults included.
        inputs: Connected input ports in port order, each with its source.
        outputs: Names of the output ports.
        home: Path of the node whose weights it uses: its own unless shared.
        trainable: It and all blocks around it are.
        lr_factor: Product of its own and those of the blocks around it.
        place: Path on the canvas: without the numbers of repeats.
        scope: Name of the block it stands in, ROOT outside of blocks.
        start: Where its weights start, with a prefix; None means anew.
        title: What people read: its own words after those of the blocks around.
    """

    path: str
    node: Node
    params: Mapping[str, Value]
    inputs: tuple[tuple[str, Source], ...]
    outputs: tuple[str, ...]
    home: str
    trainable: bool
    lr_factor: float
    place: str
    scope: str = ROOT
    start: Start | None = None
    title: str = ""

    @property
    def type(self) -> str:
        """Id in the catalogue."""
        return self.node.type


@dataclass(frozen=True)
class Surroundings:
    """What is around a graph that is being taken apart.

    Args:
        prefix: In front of the paths, with its dot.
        home: In front of the paths of weights.
        place: In front of the paths on the canvas.
        trainable: All blocks around are.
        lr_factor: Product of the blocks around.
        names: Blocks around, to stop at circles.
        start: Where the weights of the innermost block start that says so.
        title: Words of the blocks around.
    """

    prefix: str = ""
    home: str = ""
    place: str = ""
    trainable: bool = True
    lr_factor: float = 1.0
    names: tuple[str, ...] = ()
    start: Start | None = None
    title: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """Name of the innermost block, ROOT outside of blocks."""
        return self.names[-1] if self.names else ROOT


Fed = Mapping[Endpoint, Source | None]


class Flattener:
    """Unfolds one project; `instances` tells what each block instance puts out."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.instances: dict[str, dict[str, Source]] = {}
        self.feeds: dict[str, dict[str, Source]] = {}
        self.visited: list[FlatNode] = []
        self._shared: dict[tuple[str, str, str], str] = {}
        self._count = 0

    def flat(self) -> list[FlatNode]:
        """Return all nodes, each after everything it depends on.

        Raises:
            GraphError: When there are more than `MOST_NODES`, blocks counted too.
        """
        self.visited = list(self._scope(ROOT, Surroundings(), {}, {}))
        return self.visited

    def _scope(
        self,
        scope: str,
        around: Surroundings,
        fed: Fed,
        results: dict[Endpoint, Source],
    ) -> Iterator[FlatNode]:
        """Yield the nodes of a graph; fill `results` with what every output is."""
        graph = self.project.scope(scope)
        outside = _by_node(fed)
        for node in graph.topological():
            self._count_one()
            # A wire from an output that is not there (an unknown block, a lost port)
            # must not vanish: an input without a source would count as left open.
            wires = {
                port: [results.get(end) or _dangling(around, end) for end in ends]
                for port, ends in _wires(graph.edges_into(node.id)).items()
            }
            for end, source in outside.get(node.id, ()):
                if source is not None:
                    wires.setdefault(end.port, []).append(source)
            if node.type == ports.BLOCK:
                yield from self._block(node, around, wires, results)
            else:
                yield self._leaf(node, around, wires, results)

    def _count_one(self) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            raise GraphError(
                tr("The network is too large once its blocks are unfolded"),
                expected=tr("at most {count} nodes", count=MOST_NODES),
                fix=tr("Repeat blocks less often."),
            )

    def _leaf(
        self,
        node: Node,
        around: Surroundings,
        wires: Mapping[str, list[Source]],
        results: dict[Endpoint, Source],
    ) -> FlatNode:
        path = around.prefix + node.id
        spec = registry.get(node.type)
        params = spec.complete(node.params)
        outputs = tuple(port.name for port in spec.output_ports(params))
        for port in outputs:
            results[Endpoint(node.id, port)] = Source(path, port)
        return FlatNode(
            path,
            node,
            params,
            _in_order(spec.inputs, wires),
            outputs,
            around.home + node.id,
            around.trainable and node.trainable,
            around.lr_factor * node.lr_factor,
            around.place + node.id,
            around.scope,
            _start(node, around, around.home + node.id),
            SEPARATOR.join(self._title(node, around)),
        )

    def _title(self, node: Node, around: Surroundings) -> tuple[str, ...]:
        return (*around.title, title(self.project.scope(around.scope), node))

    def _block(
        self,
        node: Node,
        around: Surroundings,
        wires: Mapping[str, list[Source]],
        results: dict[Endpoint, Source],
    ) -> Iterator[FlatNode]:
        params = ports.params(node)
        name = str(params["of"])
        block = self.project.blocks.get(name)
        if block is None or name in around.names:
            return
        times = params["repeat"] if isinstance(params["repeat"], int) else 1
        # Path and home differ where weights are shared: instances with one tag compute
        # at paths of their own with the weights of the first.
        path, home = around.prefix + node.id, self._home(node, around, params)
        inner = Surroundings(
            path + ".",
            home + ".",
            around.place + node.id + ".",
            around.trainable and node.trainable,
            around.lr_factor * node.lr_factor,
            (*around.names, name),
            _start(node, around, home),
            self._title(node, around),
        )
        feeds = {port: found[0] for port, found in wires.items() if found}
        self.feeds.setdefault(inner.place[:-1], feeds)
        outputs: dict[str, Source] = {}
        for index in range(times):
            if index:
                feeds = _chained(block, feeds, outputs)
            # The nodes go on to whoever asked for them; the outputs come back here.
            numbered = _numbered(inner, index) if times > 1 else inner
            outputs = yield from self._body(name, block, numbered, feeds)
        # A block inside a repeated one comes by here again and again: what the canvas
        # shows at its place are the ports of the first time.
        self.instances.setdefault(inner.place[:-1], outputs)
        for port, source in outputs.items():
            results[Endpoint(node.id, port)] = source

    def _body(
        self, name: str, block: Block, around: Surroundings, feeds: Mapping[str, Source]
    ) -> Generator[FlatNode, None, dict[str, Source]]:
        self._count_one()
        fed = {
            end: feeds.get(port) for port, ends in block.inputs.items() for end in ends
        }
        results: dict[Endpoint, Source] = {}
        yield from self._scope(name, around, fed, results)
        return {
            port: results[end] for port, end in block.outputs.items() if end in results
        }

    def _home(
        self, node: Node, around: Surroundings, params: Mapping[str, Value]
    ) -> str:
        """Return whose weights an instance uses: the first one's with its tag."""
        own = around.home + node.id
        tag = params["share"]
        if not tag:
            return own
        key = (around.home, str(params["of"]), str(tag))
        return self._shared.setdefault(key, own)


def _numbered(inner: Surroundings, index: int) -> Surroundings:
    """Return what is around one repeat: paths get its number, places don't."""
    return replace(
        inner,
        prefix=f"{inner.prefix}{index}.",
        home=f"{inner.home}{index}.",
        start=inner.start.below(str(index)) if inner.start else None,
        title=(*inner.title[:-1], repeat_title(inner.title[-1], index)),
    )


def _start(node: Node, around: Surroundings, home: str) -> Start | None:
    """Return where the weights of a node start: its own words before the block's."""
    if node.weights:
        return Start.parse(node.weights).named(home)
    return around.start.below(node.id) if around.start else None


def _dangling(around: Surroundings, end: Endpoint) -> Source:
    """Return an output that does not exist, so that what follows stays unknown."""
    return Source(f"{around.prefix}{end.node}", end.port)


def _chained(
    block: Block, feeds: Mapping[str, Source], outputs: Mapping[str, Source]
) -> dict[str, Source]:
    """Return the feeds of the next repeat: outputs in turn replace the inputs.

    The first output feeds the first input, and so on; inputs without a partner get
    the same as before (such as a decoder's memory).
    """
    chained = dict(feeds)
    for port, result in zip(block.inputs, block.outputs, strict=False):
        if result in outputs:
            chained[port] = outputs[result]
    return chained


def _wires(edges: tuple[Edge, ...]) -> dict[str, list[Endpoint]]:
    wires: dict[str, list[Endpoint]] = {}
    for edge in edges:
        wires.setdefault(edge.target.port, []).append(edge.source)
    return wires


def _by_node(fed: Fed) -> dict[str, list[tuple[Endpoint, Source | None]]]:
    grouped: dict[str, list[tuple[Endpoint, Source | None]]] = {}
    for end, source in fed.items():
        grouped.setdefault(end.node, []).append((end, source))
    return grouped


def _in_order(
    declared: tuple[Port, ...], wires: Mapping[str, list[Source]]
) -> tuple[tuple[str, Source], ...]:
    return tuple(
        (port.name, source)
        for port in declared
        for source in wires.get(port.name, ())[: None if port.variadic else 1]
    )
