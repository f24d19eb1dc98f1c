"""The networks of the comparison."""

from collections.abc import Callable, Mapping

from engine.graph.model import Edge, Endpoint, Graph, Node, Project
from engine.graph.settings_text import assign
from engine.layers.spec import Value

_ENDLESS = 10_000_000
_Layer = tuple[str, str, Mapping[str, Value]]
_DIGITS, _MNIST = {"source": "digits"}, {"source": "mnist"}
_MLP: tuple[_Layer, ...] = (
    ("flatten", "flatten", {}),
    ("hidden", "linear", {"out_features": 64}),
    ("relu", "relu", {}),
    ("scores", "linear", {"out_features": 10}),
)
_WIDE: tuple[_Layer, ...] = (
    ("flatten", "flatten", {}),
    ("hidden1", "linear", {"out_features": 1024}),
    ("relu1", "relu", {}),
    ("hidden2", "linear", {"out_features": 1024}),
    ("relu2", "relu", {}),
    ("scores", "linear", {"out_features": 10}),
)
_LSTM: tuple[_Layer, ...] = (
    ("rows", "squeeze", {"dim": 1}),
    ("lstm", "lstm", {"hidden_size": 256, "num_layers": 2, "output": "last"}),
    ("scores", "linear", {"out_features": 10}),
)


def _classifier(
    name: str, data: Mapping[str, Value], layers: tuple[_Layer, ...]
) -> Project:
    """Return a row of layers from images to scores, with its loss."""
    graph = Graph()
    graph.add_node(Node("data", "data", data))
    end = Endpoint("data", "image")
    for node_id, kind, params in layers:
        graph.add_node(Node(node_id, kind, params))
        graph.connect(Edge(end, Endpoint(node_id, "input")))
        end = Endpoint(node_id, "out")
    graph.add_node(Node("loss", "cross_entropy"))
    graph.connect(Edge(end, Endpoint("loss", "input")))
    graph.connect(Edge(Endpoint("data", "label"), Endpoint("loss", "target")))
    made = Project(name=name, graph=graph)
    assign(made, ("batch_size=64", "optimizer=adam"))
    return made


BUILT: dict[str, Callable[[], Project]] = {
    "mlp-64": lambda: _classifier("MLP 64-64-10", _DIGITS, _MLP),
    "mlp-1024": lambda: _classifier("MLP 784-1024-1024-10", _MNIST, _WIDE),
    "lstm-256": lambda: _classifier("LSTM 2×256", _MNIST, _LSTM),
}
"""Those that no preset is."""
NAMES = ("mlp-64", "mlp-1024", "mnist-cnn", "lstm-256", "gan-2d", "tiny-gpt")


def endless(project: Project, threads: int, device: str = "cpu") -> Project:
    """Return a copy that goes on for as long as it is measured."""
    made = project.copy()
    assign(
        made,
        (f"steps={_ENDLESS}", "patience=0", f"threads={threads}", f"device={device}"),
    )
    return made
