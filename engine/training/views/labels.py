"""What the inputs of a view are called, and how to bring them to the set's units."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.compile.flatten import FlatNode, Source
from engine.compile.program import Program
from engine.data import catalog
from engine.data.catalog import Dataset
from engine.layers.datasets.spec import DataPort
from engine.layers.spec import Params
from engine.measure.views.subject import Undo


@dataclass(frozen=True)
class Sample:
    """What the network reads of a sample, to show it beside an answer.

    Args:
        feed: Brings it; empty where it is no data.
        names: What its features are called.
        undo: Back to the units of the data set.
        tokens: Texts of its numbers, where these are tokens.
    """

    feed: str = ""
    names: tuple[str, ...] = ()
    undo: Undo | None = None
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """See `engine.measure.views.subject.Subject`; `label_feed` brings the labels."""

    classes: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    undo: Mapping[str, Undo] = field(default_factory=dict)
    label_feed: str = ""
    label_names: tuple[str, ...] = ()
    origins: Mapping[str, Params] = field(default_factory=dict)
    sample: Sample = field(default_factory=Sample)


def words_of(program: Program, node: FlatNode, feeds: tuple[str, ...]) -> Words:
    """Collect the words of a view node.

    Args:
        program: It stands in.
        node: The view.
        feeds: Names of all feeds that its inputs come from.
    """
    names: dict[str, tuple[str, ...]] = {}
    undo: dict[str, Undo] = {}
    classes: tuple[str, ...] = ()
    for port, source in node.inputs:
        found = _data_port(program, source)
        if found is None:
            continue
        dataset, data_port = found
        if found_names := _names(data_port):
            names[port] = found_names
        if source.port in dataset.scaling:
            undo[port] = dataset.scaling[source.port].invert
        if port in {"target", "tokens"}:
            classes = data_port.classes
    if "target" in undo and "input" not in names and _same_shape(program, node):
        undo["input"] = undo["target"]
    label_feed, label_names = _labels(program, feeds)
    origins = {port: program.node(source.path).params for port, source in node.inputs}
    if scaling := _scaling_behind(program, node):
        undo["sample"] = scaling
    sample = _sample(program, node, feeds)
    return Words(classes, names, undo, label_feed, label_names, origins, sample)


def _sample(program: Program, node: FlatNode, feeds: tuple[str, ...]) -> Sample:
    """Return the feed to show of a sample: images before all else, no answers."""
    target = dict(node.inputs).get("target")
    choices = []
    for name in feeds:
        path, _, port = name.rpartition(".")
        source = Source(path, port)
        found = _data_port(program, source)
        if found and source != target and not found[1].is_target:
            choices.append((len(found[1].shape) < 3, name, found))
    if not choices:
        return Sample()
    _, feed, (dataset, port_) = min(choices, key=lambda choice: choice[0])
    scaling = dataset.scaling.get(port_.port.name)
    undo = scaling.invert if scaling else None
    return Sample(feed, _names(port_), undo, port_.classes)


def _scaling_behind(program: Program, node: FlatNode) -> Undo | None:
    """Return the way back to the units of what a noise schedule spoils."""
    noisy = dict(node.inputs).get("noisy")
    schedule = program.node(noisy.path) if noisy else None
    if schedule is None or not schedule.inputs:
        return None
    source = schedule.inputs[0][1]
    found = _data_port(program, source)
    scaling = found[0].scaling.get(source.port) if found else None
    return scaling.invert if scaling else None


def _data_port(program: Program, source: Source) -> tuple[Dataset, DataPort] | None:
    node = program.node(source.path)
    if node.type != "data":
        return None
    dataset = catalog.load(node.params)
    ports = {port.port.name: port for port in dataset.ports}
    return dataset, ports[source.port]


def _names(port: DataPort) -> tuple[str, ...]:
    """Return the names of a port's features, nothing where they are only numbered."""
    if port.columns:
        return port.columns
    return (port.port.name,) if port.shape in {(), (1,)} else ()


def _same_shape(program: Program, node: FlatNode) -> bool:
    """Return whether the output has the target's shape: then it has its unit too."""
    sources = dict(node.inputs)
    shapes = [_shape(program, sources[port]) for port in ("input", "target")]
    return shapes[0] == shapes[1]


def _shape(program: Program, source: Source) -> tuple[int, ...]:
    outputs = program.node(source.path).outputs
    flow = program.inferred[source.path].outputs[outputs.index(source.port)]
    return tuple(flow.shape)[1:]


def _labels(program: Program, feeds: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the feed with the class of every sample, if all come from one set."""
    paths = {name.rpartition(".")[0] for name in feeds}
    if len(paths) != 1:
        return "", ()
    (path,) = paths
    node = program.node(path)
    if node.type != "data":
        return "", ()
    for port in catalog.load(node.params).ports:
        name = f"{path}.{port.port.name}"
        known = name in program.evaluation.feed_names
        if port.classes and not port.shape and known:
            return name, port.classes
    return "", ()
