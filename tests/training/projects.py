"""Small documents to train in tests."""

from engine.graph.model import Block, Edge, Endpoint, Graph, Node, Project
from engine.graph.settings import Choice, Phase, Training


def graph(nodes, wires):
    built = Graph()
    for node in nodes:
        built.add_node(node)
    for wire in wires.split():
        source, target = wire.split(">")
        built.connect(Edge.parse(source, target))
    return built


def project(nodes, wires, phases=(), blocks=None, **params):
    training = Training(params, tuple(phases) or (Phase(),)).checked()
    return Project("test", graph(nodes, wires), blocks=blocks or {}, training=training)


def phase(optimizer="adam", schedule="constant", schedule_params=None, **params):
    values = params.pop("values", {})
    names = {k: params.pop(k) for k in ("name", "minimise", "update") if k in params}
    return Phase(
        optimizer=Choice(optimizer, values),
        schedule=Choice(schedule, schedule_params or {}),
        params=params,
        **names,
    )


def mlp(*phases, dropout=0.0, data=None, **params):
    nodes = [
        Node("data", "data", {"source": "iris", **(data or {})}),
        Node("hidden", "linear", {"out_features": 16}),
        Node("act", "tanh"),
        Node("drop", "dropout", {"p": dropout}),
        Node("scores", "linear", {"out_features": 3}),
        Node("loss", "cross_entropy"),
        Node("accuracy", "accuracy"),
    ]
    wires = (
        "data.features>hidden.input hidden.out>act.input act.out>drop.input "
        "drop.out>scores.input scores.out>loss.input data.label>loss.target "
        "scores.out>accuracy.input data.label>accuracy.target"
    )
    settings = {"batch_size": 16, "steps": 50, "device": "cpu", "threads": 1}
    return project(nodes, wires, phases, **(settings | params))


def cnn(*phases, **params):
    nodes = [
        Node("data", "data", {"source": "digits"}),
        Node("conv", "conv2d", {"out_channels": 6}),
        Node("norm", "batch_norm2d"),
        Node("act", "relu"),
        Node("pool", "max_pool2d"),
        Node("flat", "flatten"),
        Node("scores", "linear", {"out_features": 10}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.image>conv.input conv.out>norm.input norm.out>act.input "
        "act.out>pool.input pool.out>flat.input flat.out>scores.input "
        "scores.out>loss.input data.label>loss.target"
    )
    settings = {"batch_size": 32, "steps": 50, "device": "cpu", "threads": 1}
    return project(nodes, wires, phases, **(settings | params))


def small_net(port, features):
    """Return a block: linear, relu, linear."""
    nodes = [
        Node("a", "linear", {"out_features": 8}),
        Node("r", "relu"),
        Node("b", "linear", {"out_features": features}),
    ]
    inside = graph(nodes, "a.out>r.input r.out>b.input")
    return Block(
        inside, {port: (Endpoint("a", "input"),)}, {"out": Endpoint("b", "out")}
    )


def gan(**params):
    nodes = [
        Node("real", "data", {"source": "gaussians8"}),
        Node("z", "noise", {"shape": (4,)}),
        Node("gen", "block", {"of": "generator"}),
        Node("d_real", "block", {"of": "critic", "share": "d"}),
        Node("d_fake", "block", {"of": "critic", "share": "d"}),
        Node("loss_real", "bce_with_logits", {"target": 1.0, "weight": 0.5}),
        Node("loss_fake", "bce_with_logits", {"target": 0.0}),
        Node("loss_fool", "bce_with_logits", {"target": 1.0}),
    ]
    wires = (
        "real.point>d_real.x z.out>gen.z gen.out>d_fake.x "
        "d_real.out>loss_real.input d_fake.out>loss_fake.input "
        "d_fake.out>loss_fool.input"
    )
    phases = (
        phase(name="d", minimise=("loss_real", "loss_fake"), update=("d_real",)),
        phase(name="g", minimise=("loss_fool",), update=("gen",), every=2),
    )
    blocks = {"generator": small_net("z", 2), "critic": small_net("x", 1)}
    settings = {"batch_size": 32, "steps": 20, "device": "cpu", "threads": 1}
    return project(nodes, wires, phases, blocks, **(settings | params))


def in_blocks(**params):
    """Return two blocks of a convolution and a norm that share their weights."""
    inside = graph(
        [
            Node("c", "conv2d", {"out_channels": 4, "padding": 1}),
            Node("bn", "batch_norm2d"),
            Node("r", "leaky_relu", {"negative_slope": 0.2}),
        ],
        "c.out>bn.input bn.out>r.input",
    )
    enter, leave = {"x": (Endpoint("c", "input"),)}, {"out": Endpoint("r", "out")}
    return twice(Block(inside, enter, leave), **params)


def twice(block, instance=None, **params):
    """Return a classifier of digits that reads two instances with shared weights.

    Args:
        block: What both are instances of.
        instance: Changes to the first one.
        **params: Of the training.
    """
    nodes = [
        Node("data", "data", {"source": "digits"}),
        Node("one", "block", {"of": "b", "share": "s"}, **(instance or {})),
        Node("two", "block", {"of": "b", "share": "s"}),
        Node("both", "add"),
        Node("flat", "flatten"),
        Node("scores", "linear", {"out_features": 10}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.image>one.x data.image>two.x one.out>both.inputs two.out>both.inputs "
        "both.out>flat.input flat.out>scores.input scores.out>loss.input "
        "data.label>loss.target"
    )
    settings = {"batch_size": 32, "steps": 5, "device": "cpu", "threads": 1}
    return project(nodes, wires, (), {"b": block}, **(settings | params))
