"""A network to begin with for a data node: layers, losses, metrics, views.

It is a modest one of the usual kind, made of the ports alone: nothing is opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.graph.edits import AddNode, Connect, Edit, SetTraining
from engine.graph.model import Edge, Endpoint, Graph, Node, Project
from engine.graph.settings import Choice, Training
from engine.i18n import tr
from engine.layers.datasets.catalogue import DATA, spec_of
from engine.layers.datasets.own import is_own
from engine.layers.datasets.spec import DataPort, DataSpec
from engine.layers.spec import Params, Value

_STEPS = 1500
"""Of a first training, about: a minute on a small machine."""
_LEAST_EPOCHS, _MOST_EPOCHS = 4, 60
_SMALL_SIDE, _SHORT = 8, 64
_MOST_STAGES = 4
_LEAST_WIDTH, _MOST_WIDTH = 16, 128


@dataclass(frozen=True)
class Starter:
    """What an empty canvas is offered.

    Args:
        title: What kind of network it is.
        parts: Its layers, losses and metrics in words, from the left.
        edits: That make it, the data node and the settings of the training included.
    """

    title: str
    parts: tuple[str, ...]
    edits: tuple[Edit, ...]


def starter(params: Params, project: Project) -> Starter | None:
    """Return the network that fits a data node; None where nothing is predicted.

    Args:
        params: Of the data node.
        project: An empty one, or one whose nodes stay; only read.
    """
    spec = spec_of(params)
    ports = spec.ports(params)
    build = _Build(project.graph)
    told = [port for port in ports if port.is_target]
    data = build.add("data", DATA.id, params=_with_scaled_target(params, told))
    read = [port for port in ports if not port.is_target and _is_readable(port)]
    if (
        not read
        or not told
        or any(p.classes and p.shape for p in told if spec.family != "text")
    ):
        return None
    if spec.family == "text":
        title = _language(build, data, spec, ports)
    elif spec.family == "series":
        title = _series(build, data, read[0], told[0])
    else:
        code, title = _encoded(build, data, read, spec)
        _heads(build, data, code, told)
    training = _training(project.training, spec)
    edits = (*build.nodes, *build.wires, SetTraining(training))
    return Starter(title, tuple(build.words), edits)


def _with_scaled_target(params: Params, told: Sequence[DataPort]) -> Params:
    """Return the params; numbers of one's own are brought to a size that is learnt."""
    has_number = any(not port.classes for port in told)
    return {**params, "scale_target": True} if is_own(params) and has_number else params


def _is_readable(port: DataPort) -> bool:
    return port.port.kind == "float" or bool(port.classes)


class _Build:
    """Collects nodes and wires."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph.copy()
        self.ids: list[str] = []
        self.nodes: list[Edit] = []
        self.wires: list[Edit] = []
        self.words: list[str] = []

    def add(
        self,
        stem: str,
        type_id: str,
        after: Endpoint | None = None,
        name: str = "",
        params: Params | None = None,
    ) -> Endpoint:
        """Add a node behind an output; return its own output."""
        node = Node(self._graph.free_id(stem), type_id, dict(params or {}))
        node = replace(node, name=name) if name else node
        self._graph.add_node(node)
        self.ids.append(node.id)
        self.nodes.append(AddNode(node))
        if after is not None:
            self.wire(after, node.id, "input")
        return Endpoint(node.id, "out")

    def wire(self, source: Endpoint, node: str, port: str) -> None:
        """Add a wire."""
        self.wires.append(Connect(Edge(source, Endpoint(node, port))))


def _encoded(
    build: _Build, data: Endpoint, read: Sequence[DataPort], spec: DataSpec
) -> tuple[Endpoint, str]:
    """Return a row of numbers that all inputs have come to, and what does that."""
    ends, titles = [], []
    for port in read:
        source = Endpoint(data.node, port.port.name)
        end, title = _encoder(build, source, port, spec)
        ends.append(end)
        titles.append(title)
    if len(ends) == 1:
        return ends[0], titles[0]
    joined = build.add("concat", "concat")
    for end in ends:
        build.wire(end, joined.node, "inputs")
    hidden = _layer(build, joined, 64)
    return hidden, tr("A branch for each of {n:input|inputs}", n=len(ends))


def _encoder(
    build: _Build, source: Endpoint, port: DataPort, spec: DataSpec
) -> tuple[Endpoint, str]:
    if port.classes:
        return _tokens(build, source, port), tr("Embedding and GRU")
    if len(port.shape) == 3:
        return _image(build, source, port.shape), tr("Convolutional network")
    if len(port.shape) == 2:
        return _signal(build, source, port.shape), tr("Convolutional network in time")
    return _table(build, source, port, spec), tr("Perceptron")


def _table(build: _Build, source: Endpoint, port: DataPort, spec: DataSpec) -> Endpoint:
    """Return two hidden layers, one where there are few rows."""
    count = port.shape[0] if port.shape else 1
    width = _LEAST_WIDTH
    while width < min(_MOST_WIDTH, 2 * count):
        width *= 2
    width = min(width, 32) if spec.num_samples < 1000 else max(width, 64)
    end = _layer(build, source, width)
    return _layer(build, end, width) if spec.num_samples >= 1000 else end


def _layer(build: _Build, source: Endpoint, width: int) -> Endpoint:
    build.words.append(tr("Linear {n}", n=width))
    hidden = build.add("hidden", "linear", source, params={"out_features": width})
    return build.add("relu", "relu", hidden)


def _image(build: _Build, source: Endpoint, shape: Sequence[int]) -> Endpoint:
    """Return convolutions that halve a picture until it is small, then a layer."""
    end, side, channels = source, min(shape[1:]), 16
    for stage in range(_MOST_STAGES):
        if stage and (side <= _SMALL_SIDE or min(shape[1:]) < _SMALL_SIDE):
            break
        build.words.append(tr("Conv2d {n}", n=channels))
        params: dict[str, Value] = {"out_channels": channels, "padding": None}
        end = build.add("conv", "conv2d", end, params=params)
        end = build.add("relu", "relu", end)
        if side >= 4:
            end = build.add("pool", "max_pool2d", end)
            side //= 2
        channels = min(64, channels * 2)
    end = build.add("flatten", "flatten", end)
    end = build.add("dropout", "dropout", end, params={"p": 0.3})
    return _layer(build, end, 64)


def _signal(build: _Build, source: Endpoint, shape: Sequence[int]) -> Endpoint:
    """Return convolutions over time, then the mean of each channel."""
    end, length, channels = source, shape[-1], 16
    while True:
        build.words.append(tr("Conv1d {n}", n=channels))
        params: dict[str, Value] = {
            "out_channels": channels,
            "kernel_size": 9 if length > _SHORT else 5,
            "padding": None,
        }
        end = build.add("conv", "conv1d", end, params=params)
        end = build.add("norm", "batch_norm1d", end)
        end = build.add("relu", "relu", end)
        if length <= _SHORT:
            break
        end = build.add("pool", "max_pool1d", end, params={"kernel_size": 4})
        length //= 4
        channels = min(64, channels * 2)
    return build.add("mean", "global_avg_pool", end)


def _tokens(build: _Build, source: Endpoint, port: DataPort) -> Endpoint:
    """Return the state of a GRU after a whole text."""
    end = _embedded(build, source, port, 32)
    build.words.append("GRU 64")
    params: dict[str, Value] = {"hidden_size": 64, "output": "last"}
    return build.add("gru", "gru", end, params=params)


def _embedded(build: _Build, source: Endpoint, port: DataPort, size: int) -> Endpoint:
    build.words.append(tr("Embedding {n}", n=size))
    params: dict[str, Value] = {
        "num_embeddings": len(port.classes),
        "embedding_dim": size,
    }
    return build.add("embedding", "embedding", source, params=params)


def _heads(
    build: _Build, data: Endpoint, code: Endpoint, told: Sequence[DataPort]
) -> None:
    """Add an output, a loss and metrics for each target."""
    for port in told:
        target = Endpoint(data.node, port.port.name)
        own = port.port.name if len(told) > 1 else ""
        count = len(port.classes) or (port.shape[0] if port.shape else 1)
        name = own or (tr("Scores") if port.classes else tr("Output"))
        build.words.append(f"{name} {count}")
        stem = "scores" if port.classes else "output"
        end = build.add(stem, "linear", code, name, {"out_features": count})
        if len(port.shape) > 1:
            continue
        _judged(build, end, target, "class" if port.classes else "number")


def _judged(build: _Build, end: Endpoint, target: Endpoint, what: str) -> None:
    """Add loss and metrics of an output."""
    kinds = _JUDGES[what]
    for kind in kinds:
        judge = build.add(kind, kind, end)
        build.wire(target, judge.node, "target")
    build.words += [_TITLES[kind] for kind in kinds[:2]]


_JUDGES = {
    "class": ("cross_entropy", "accuracy", "confusion_matrix"),
    "number": ("mse", "r2", "mae"),
}
_TITLES = {
    "cross_entropy": "CrossEntropy",
    "accuracy": "Accuracy",
    "mse": "MSE",
    "r2": "R²",
}


def _series(build: _Build, data: Endpoint, read: DataPort, told: DataPort) -> str:
    """Add a network that forecasts the change since the last value.

    A straight line through the window and a small perceptron see how each value differs
    from the last one, which is added again: so a series that wanders or grows is never
    far from what was learnt, and what is forecast at first is that nothing changes.

    Source: Zeng et al. 2023, “Are Transformers Effective for Time Series Forecasting?”
    (NLinear); the perceptron beside it is ours.
    """
    window = Endpoint(data.node, read.port.name)
    cut: dict[str, Value] = {"dim": 1, "start": -1}
    last = build.add("last", "slice", window, tr("Last value"), cut)
    change = build.add("change", "subtract", name=tr("Change since then"))
    build.wire(window, change.node, "left")
    build.wire(last, change.node, "right")
    flat = build.add("flatten", "flatten", change)
    line = build.add("line", "linear", flat, params={"out_features": 1})
    hidden = _layer(build, flat, 32)
    bend = build.add("bend", "linear", hidden, params={"out_features": 1})
    if read.shape[-1] != 1:
        last = build.add("own", "slice", last, params={"dim": 2, "start": -1})
    again = build.add("again", "flatten", last)
    output = build.add("output", "add", name=tr("Output"))
    for part in (again, line, bend):
        build.wire(part, output.node, "inputs")
    build.words += [tr("Linear {n}", n=1), tr("+ last value")]
    target = Endpoint(data.node, told.port.name)
    _judged(build, output, target, "number")
    if read.shape[-1] == 1:
        view = build.add("forecast", "forecast", output)
        build.wire(window, view.node, "window")
        build.wire(target, view.node, "target")
    return tr("Change since the last value")


def _language(
    build: _Build, data: Endpoint, spec: DataSpec, ports: Sequence[DataPort]
) -> str:
    """Add a network that writes on, token by token."""
    del spec
    tokens, following = ports[0], ports[1]
    source = Endpoint(data.node, tokens.port.name)
    end = _embedded(build, source, tokens, 64)
    build.words.append("LSTM 128")
    end = build.add("lstm", "lstm", end, params={"hidden_size": 128})
    count = len(tokens.classes)
    build.words += [f"{tr('Scores')} {count}", "CrossEntropy", "Perplexity"]
    scores = build.add("scores", "linear", end, tr("Scores"), {"out_features": count})
    for kind in ("cross_entropy", "perplexity"):
        judge = build.add(kind, kind, scores)
        build.wire(Endpoint(data.node, following.port.name), judge.node, "target")
    view = build.add("text_sample", "text_sample", scores)
    build.wire(source, view.node, "tokens")
    return tr("LSTM that writes on")


def _training(before: Training, spec: DataSpec) -> Training:
    """Return settings for a first training of about a minute."""
    rows = max(2, spec.num_samples)
    batch = 32 if rows < 2000 else 64 if rows < 20_000 else 256
    if spec.family == "text":
        made = before.with_value("batch_size", 32).with_value("steps", _STEPS)
    else:
        made = before.with_value("batch_size", batch)
        epochs = round(_STEPS * batch / rows)
        epochs = min(_MOST_EPOCHS, max(_LEAST_EPOCHS, epochs))
        made = made.with_value("epochs", epochs)
    adam = Choice("adamw", {"lr": 0.003, "weight_decay": 0.05})
    falls = Choice("cosine", {"final": 0.02})
    return made.with_phase(0, replace(made.phases[0], optimizer=adam, schedule=falls))
