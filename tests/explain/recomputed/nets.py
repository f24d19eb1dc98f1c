"""A document while it grows: every wire knows its shape, whatever becomes of it."""

from typing import NamedTuple

import torch
from torch.utils import _pytree as pytree

from engine.compile.build import build
from engine.graph.model import Block, Edge, Endpoint, Graph, Node
from engine.layers import registry

BATCH = 3


class Wire(NamedTuple):
    """An output; its shape is that of one sample."""

    node: str
    port: str
    shape: tuple[int, ...]
    dtype: torch.dtype = torch.float32


class Net:
    """One graph; `add` returns what a new node puts out."""

    def __init__(self, blocks=None):
        self.graph, self.blocks = Graph(), {} if blocks is None else blocks
        self.movable, self.losses = [], []

    def source(self, type_id, params, outputs):
        """Add a node without inputs; `outputs` are (port, shape, dtype)."""
        node = self._node(type_id, params)
        return [Wire(node, *output) for output in outputs]

    def add(self, type_id, params, *wires, outputs=False):
        """Add a layer behind wires; its shape is found by running it."""
        spec = registry.get(type_id)
        full = spec.complete(params)
        shapes = tuple((BATCH, *w.shape) for w in wires)
        module = build(type_id, full, shapes, tuple(w.dtype for w in wires))
        given = [
            torch.ones(s, dtype=w.dtype) for s, w in zip(shapes, wires, strict=True)
        ]
        results = pytree.tree_leaves(module(*given))
        node = self._node(type_id, params)
        self._connect(node, [port.name for port in spec.inputs], wires)
        if list(module.parameters()):
            self.movable.append(node)
        ports = [port.name for port in spec.output_ports(full)]
        made = [
            Wire(node, port, tuple(y.shape[1:]), y.dtype)
            for port, y in zip(ports, results, strict=False)
        ]
        return made if outputs else made[0]

    def loss(self, type_id, params, *wires):
        """Add a loss."""
        self.add(type_id, params, *wires)
        self.losses.append(list(self.graph.nodes)[-1])

    def block(self, name, inner, start, end):
        """Keep a net as a block with one input and one output of one shape."""
        self.blocks[name] = Block(
            inner.graph,
            {"x": tuple(Endpoint(n, p) for n, p in start)},
            {"y": Endpoint(end.node, end.port)},
        )

    def instance(self, name, wire, **params):
        """Add an instance of a block that keeps the shape."""
        node = self._node("block", {"of": name, **params})
        self._connect(node, ["x"], [wire])
        self.movable.append(node)
        return Wire(node, "y", wire.shape)

    def _node(self, type_id, params):
        name = f"n{len(self.graph.nodes)}"
        self.graph.add_node(Node(name, type_id, params))
        return name

    def _connect(self, node, ports, wires):
        for index, wire in enumerate(wires):
            port = ports[min(index, len(ports) - 1)]
            if wire.node:  # an empty one comes from outside of the block
                source = Endpoint(wire.node, wire.port)
                self.graph.connect(Edge(source, Endpoint(node, port)))
            else:
                self.outside = [*getattr(self, "outside", []), (node, port)]
