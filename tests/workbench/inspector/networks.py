"""Sound networks, and what people do that breaks them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.graph.blocks.rewire import heal
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    RemoveNode,
    ReplaceNode,
    SetBlock,
    SetParam,
    SetTraining,
    apply_all,
    removal,
)
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from engine.graph.settings import Phase
from tests.helpers.projects import chain, project

Change = Callable[[Project], Sequence[Edit]]
SCORES = ("linear", {"out_features": 10})


@dataclass(frozen=True)
class Mistake:
    """One way to break a network.

    Args:
        sound: The network before.
        change: What the user does.
        node: Where the badge must be; empty for one of the whole network.
        text: Part of what the row says.
        expected: Part of what would be right.
        got: Part of what is there.
        button: The words on the button.
        severity: Of the problem.
        leaves: Begins of what the button's solution rightly leaves to be done.
    """

    sound: Callable[[], Project]
    change: Change
    node: str
    text: str
    expected: str
    got: str
    button: str
    severity: str = "error"
    leaves: tuple[str, ...] = ()


def mlp() -> Project:
    return chain("flatten", ("linear", {"out_features": 12}), "relu", SCORES)


def cnn() -> Project:
    return chain(
        ("conv2d", {"out_channels": 16}), "max_pool2d", "relu", "flatten", SCORES
    )


def attentive() -> Project:
    return chain(
        ("reshape", {"shape": (8, 8)}), "multihead_attention", "last_step", SCORES
    )


def residual() -> Project:
    made = chain(
        ("conv2d", {"out_channels": 16, "padding": None}),
        ("conv2d", {"out_channels": 16, "padding": None}),
        "add",
        "flatten",
        SCORES,
    )
    made.graph.disconnect(Edge.parse("n1.out", "n2.input"))
    made.graph.connect(Edge.parse("n1.out", "n2.inputs"))
    made.graph.connect(Edge.parse("n0.out", "n2.inputs"))
    return made


def joined() -> Project:
    """Two branches of a convolution in a Concat."""
    return project(
        {
            "data": ("data", {"source": "digits"}),
            "left": ("conv2d", {"out_channels": 4, "padding": None}),
            "right": ("conv2d", {"out_channels": 6, "padding": None}),
            "both": "concat",
            "flat": "flatten",
            "fc": SCORES,
            "loss": "cross_entropy",
        },
        "data.image>left.input data.image>right.input left.out>both.inputs "
        "right.out>both.inputs both.out>flat.input flat.out>fc.input "
        "fc.out>loss.input data.label>loss.target",
    )


def regression() -> Project:
    return project(
        {
            "data": ("data", {"source": "diabetes"}),
            "hidden": ("linear", {"out_features": 16}),
            "act": "relu",
            "fc": ("linear", {"out_features": 1}),
            "loss": "mse",
        },
        "data.features>hidden.input hidden.out>act.input act.out>fc.input "
        "fc.out>loss.input data.target>loss.target",
    )


def yes_or_no() -> Project:
    return project(
        {
            "data": ("data", {"source": "breast_cancer"}),
            "fc": ("linear", {"out_features": 1}),
            "sure": "sigmoid",
            "one": ("unsqueeze", {"dim": 1}),
            "loss": "bce",
        },
        "data.features>fc.input fc.out>sure.input sure.out>loss.input "
        "data.label>one.input one.out>loss.target",
    )


def looked_up() -> Project:
    return project(
        {
            "data": ("data", {"source": "digits"}),
            "look": ("embedding", {"num_embeddings": 10, "embedding_dim": 8}),
            "flat": "flatten",
            "fc": ("linear", {"out_features": 8}),
            "near": "mse",
        },
        "data.label>look.input data.image>flat.input flat.out>fc.input "
        "fc.out>near.input look.out>near.target",
    )


def with_block() -> Project:
    made = mlp()
    made.graph.disconnect(Edge.parse("n2.out", "n3.input"))
    inner = project({"lin": ("linear", {"out_features": 12}), "act": "relu"},
                    "lin.out>act.input").graph  # fmt: skip
    made.blocks["dense"] = Block(
        inner, {"x": (Endpoint("lin", "input"),)}, {"out": Endpoint("act", "out")}
    )
    made.graph.add_node(Node("block", "block", {"of": "dense"}))
    made.graph.connect(Edge.parse("n2.out", "block.x"))
    made.graph.connect(Edge.parse("block.out", "n3.input"))
    return made


def put(node_id: str, **values: object) -> Change:
    """Return the change of settings in the inspector."""
    return lambda _made: [SetParam(node_id, k, v) for k, v in values.items()]


def dropped(node_id: str, kind: str, **params: object) -> Change:
    """Return the change of dropping a layer onto the wire into a node."""

    def change(made: Project) -> list[Edit]:
        (edge, *_rest) = made.graph.edges_into(node_id)
        new = Node("new", kind, params)
        place = made.graph.edges.index(edge)
        enter = Edge(edge.source, Endpoint("new", "input"))
        leave = Edge(Endpoint("new", "out"), edge.target)
        wires = [Disconnect(edge), Connect(enter), Connect(leave, index=place)]
        return [AddNode(new), *wires]

    return change


def deleted(*node_ids: str) -> Change:
    """Return the change of pressing Delete on nodes."""
    return lambda made: removal(made, node_ids)


def rewired(old: str, new: str) -> Change:
    """Return the change of dragging one end of a wire elsewhere; `a.out>b.input`."""
    return lambda _made: [
        Disconnect(Edge.parse(*old.split(">"))),
        Connect(Edge.parse(*new.split(">"))),
    ]


def all_of(*changes: Change) -> Change:
    """Return several changes in a row; each sees the document before all."""
    return lambda made: [edit for change in changes for edit in change(made)]


def become(node_id: str, kind: str, **params: object) -> Change:
    """Return the change of a layer into another one."""
    return lambda made: [
        ReplaceNode(replace(made.graph.node(node_id), type=kind, params=params))
    ]


def phase(**values: object) -> Change:
    """Return the change of the only phase."""
    return lambda made: [
        SetTraining(made.training.with_phase(0, replace(Phase(), **values)))
    ]


def training(name: str, value: object) -> Change:
    """Return the change of a setting of the run."""
    return lambda made: [SetTraining(made.training.with_value(name, value))]


def unplugged(wire: str) -> Change:
    """Return the change of pulling a wire out."""
    return lambda _made: [Disconnect(Edge.parse(*wire.split(">")))]


def plugged(wire: str) -> Change:
    """Return the change of drawing a wire."""
    return lambda _made: [Connect(Edge.parse(*wire.split(">")))]


def added(node_id: str, kind: str, **params: object) -> Change:
    """Return the change of dropping a layer on the empty canvas."""
    return lambda _made: [AddNode(Node(node_id, kind, params))]


def frozen(*node_ids: str) -> Change:
    """Return the change of freezing layers."""
    return lambda made: [
        ReplaceNode(replace(made.graph.node(n), trainable=False)) for n in node_ids
    ]


def starting(node_id: str, path: str) -> Change:
    """Return the change of letting a layer start from a file."""
    return lambda made: [ReplaceNode(replace(made.graph.node(node_id), weights=path))]


def nested(name: str) -> Change:
    """Return the change of a block that gets an instance of itself inside."""

    def change(made: Project) -> list[Edit]:
        block = made.blocks[name]
        graph = block.graph.copy()
        graph.add_node(Node("again", "block", {"of": name}))
        return [SetBlock(name, replace(block, graph=graph))]

    return change


def forgotten(name: str) -> Change:
    """Return the change of a definition that gets lost, as in a file made by hand."""
    return lambda _made: [SetBlock(name, None)]


def healed(node_id: str) -> Change:
    """Return the change of Ctrl+Delete: the wires on both sides are joined."""
    return lambda made: heal(made, [node_id])


def deleted_alone(node_id: str) -> Change:
    """Return the change of deleting a node that has no wires left."""
    return lambda _made: [RemoveNode(node_id)]


def normalised() -> Project:
    """A network with a BatchNorm1d, called `new`."""
    return applied(mlp(), dropped("n2", "batch_norm1d"))


def applied(made: Project, change: Change) -> Project:
    """Return a project after a change."""
    apply_all(made, change(made))
    return made
