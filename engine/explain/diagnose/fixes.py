"""Fixes that work on any network, each as edits of one undo step."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.compile.flatten import FlatNode
from engine.explain.diagnose.record import Record
from engine.graph.edits import AddNode, Connect, Disconnect, Edit, ReplaceNode
from engine.graph.model import Edge, Endpoint, Node
from engine.graph.options import OPTIMIZERS
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Value
from engine.training.loop.causes import CLAMPED, Cause

LEAK = 0.2
LESS = {"weight_decay": 0.01, "l1": 1e-4}
"""Of what pulls too strongly: L1 pulls small weights as hard as large ones."""
EPS = 1e-6
MOST_EXPONENT = 80.0
"""e to the power of 88.8 is more than a float32 can hold."""
MOST_RATE = 10.0
"""The limit of the setting."""
MOST_KEPT = 0.2
"""Share of the samples for validation, at most."""
APART, ALIKE = 5.0, 0.7
"""Rates of adversaries, one over the other: far apart, and nearly the same."""
_SATURATING = {"sigmoid", "tanh", "hardsigmoid", "softsign"}
_RELUS = {"relu", "relu6"}
_WEIGHTED = {"dense", "conv"}
_MEANS = {"mse", "l1", "huber", "bce", "bce_with_logits"}
"""Losses that are means over the numbers of a sample."""
_NORMS = {2: "batch_norm1d", 3: "layer_norm", 4: "batch_norm2d", 5: "batch_norm3d"}
Fixes = tuple[Fix, ...]
_Spot = tuple[str, str]
"""Scope and id of a node in the document."""


def rate(record: Record, factor: float, phase: int = -1) -> Fixes:
    """Offer a learning rate that is `factor` times the present one, in one digit.

    Args:
        record: What the run has told.
        factor: New over old.
        phase: Whose; with several, none is offered without it.
    """
    phases = record.project.training.phases
    if len(phases) > 1 and phase < 0:
        return ()
    chosen = phases[max(0, phase)]
    before = f"{chosen.name}." if len(phases) > 1 else ""
    old = chosen.optimizer.complete(OPTIMIZERS).get("lr")
    if not isinstance(old, int | float) or old <= 0:
        return ()
    new = float(f"{old * factor:.0e}")
    if not 0 < new <= MOST_RATE:
        return ()
    label = tr("Set the learning rate to {lr}", lr=f"{new:g}")
    return (Fix(label, (Assign((f"{before}lr={new}",)),)),)


def clip(record: Record) -> Fixes:
    """Offer to clip the gradient, where nothing does so yet."""
    phases = record.project.training.phases
    if all(phase.value("clip_norm") is not None for phase in phases):
        return ()
    words = ("clip_norm=1",)
    return (Fix(tr("Clip the gradient at norm 1"), (Assign(words),)),)


def decay(record: Record) -> Fixes:
    """Offer weight decay apart from the gradient."""
    phases = record.project.training.phases
    values = [phase.optimizer.complete(OPTIMIZERS) for phase in phases]
    if any(each.get("weight_decay") for each in values):
        return ()
    words = ("optimizer=adamw", "weight_decay=0.1")
    return (Fix(tr("Add weight decay"), (Assign(words),)),)


def less_decay(record: Record) -> Fixes:
    """Offer a hundredth of the pull towards 0."""
    words = []
    for phase in record.project.training.phases:
        before = f"{phase.name}." if record.num_phases > 1 else ""
        decay = phase.optimizer.complete(OPTIMIZERS).get("weight_decay")
        for name, value in (("weight_decay", decay), ("l1", phase.value("l1"))):
            if isinstance(value, int | float) and value > 0:
                words.append(f"{before}{name}={value * LESS[name]:.0e}")
    label = tr("Let much less pull the weights towards 0")
    return (Fix(label, (Assign(tuple(words)),)),) if words else ()


def clip_less(record: Record, usual: float) -> Fixes:
    """Offer to clip at the usual size of the gradient, and no single numbers."""
    limit = float(f"{max(usual, 1e-6):.0e}")
    words = [f"clip_norm={limit}"]
    if record.project.training.phases[0].value("clip_value") is not None:
        words.append("clip_value=none")
    label = tr("Clip the gradient at norm {norm}", norm=f"{limit:g}")
    return (Fix(label, (Assign(tuple(words)),)),)


def less_momentum() -> Fixes:
    """Offer the usual momentum."""
    return (Fix(tr("Set the momentum to 0.9"), (Assign(("momentum=0.9",)),)),)


def weigh_kl(record: Record, paths: Iterable[str]) -> Fixes:
    """Offer so small a weight of KL terms that sums and means weigh alike.

    Losses of reconstruction are means over all numbers of a sample; the bound on the
    likelihood has their sum, which is as much as a KL term over their count.
    """
    share = min(
        (
            _weight(node) / max(1, record.numbers.get(node.inputs[0][1].path, 1))
            for node in record.nodes
            if node.type in _MEANS and node.path in record.trained_losses()
        ),
        default=1.0,
    )
    words = []
    for node in map(record.node, paths):
        if node.place in record.project.graph.nodes:
            old = _weight(node)
            words.append(f"{node.place}.weight={min(share, 0.1 * old):.0e}")
    label = tr("Give the KL term less weight")
    return (Fix(label, (Assign(tuple(words)),)),) if words else ()


def _weight(node: FlatNode) -> float:
    value = node.params.get("weight")
    return float(value) if isinstance(value, int | float) else 1.0


def balance(record: Record, judge: int, maker: int) -> Fixes:
    """Offer the usual rate and half of it to adversaries whose rates are far apart.

    Over five seeds, with two nets of other data, it made all better; equal rates made
    some worse, a third too little of others. Nothing else is offered: a slower judge,
    smoothed targets made it worse as often as better.

    Source: Heusel et al. 2017, two time-scale update rule
    """
    rates = _rates(record, judge, maker)
    if rates is None or max(rates) < APART * min(rates):
        return ()
    one, two = (record.project.training.phases[i] for i in (judge, maker))
    usual = OPTIMIZERS[one.optimizer.type].defaults()["lr"]
    assert isinstance(usual, float)
    words = (f"{one.name}.lr={usual:g}", f"{two.name}.lr={usual / 2:g}")
    label = tr("Learning rates: {one} {rate}, {two} {half}", one=one.name,
               rate=f"{usual:g}", two=two.name, half=f"{usual / 2:g}")  # fmt: skip
    return (Fix(label, (Assign(words),)),)


def slow_maker(record: Record, judge: int, maker: int) -> Fixes:
    """Offer a generator that makes all alike half of its judge's rate."""
    rates = _rates(record, judge, maker)
    if rates is None or max(rates) >= APART * min(rates):
        return balance(record, judge, maker)
    if rates[1] < ALIKE * rates[0]:
        return ()
    name, rate = record.project.training.phases[maker].name, f"{rates[0] / 2:g}"
    label = tr("Set the learning rate of “{name}” to {lr}", name=name, lr=rate)
    return (Fix(label, (Assign((f"{name}.lr={rate}",)),)),)


def _rates(record: Record, *indices: int) -> tuple[float, ...] | None:
    """Return the rates of phases; None where they don't mean the same."""
    chosen = [record.project.training.phases[i].optimizer for i in indices]
    found = [choice.complete(OPTIMIZERS).get("lr") for choice in chosen]
    rates = tuple(r for r in found if isinstance(r, int | float) and r > 0)
    is_one_kind = len({choice.type for choice in chosen}) == 1
    return rates if is_one_kind and len(rates) == len(chosen) else None


def stop_early(record: Record) -> Fixes:
    """Offer to stop at the lowest validation loss and keep those weights."""
    training = record.project.training
    if training.value("keep_best") and training.number("patience"):
        return ()
    words = ("keep_best=true", "patience=5")
    return (Fix(tr("Stop early and keep the best weights"), (Assign(words),)),)


def standardise(record: Record, paths: Iterable[str]) -> Fixes:
    """Offer to standardise what the data nodes at these paths put out."""
    graph = record.project.graph
    words = tuple(
        f"{path}.scaling=standardise" for path in paths if path in graph.nodes
    )
    return (Fix(tr("Standardise the data"), (Assign(words),)),) if words else ()


def all_data(record: Record) -> Fixes:
    """Offer all samples to data nodes that use only some, most of them to learn."""
    words = []
    for node in record.project.graph.nodes.values():
        if node.type == "data" and node.params.get("samples"):
            words.append(f"{node.id}.samples=none")
            share = node.params.get("validation")
            if isinstance(share, float) and share > MOST_KEPT:
                words.append(f"{node.id}.validation={MOST_KEPT}")
    return (Fix(tr("Use all samples"), (Assign(tuple(words)),)),) if words else ()


def right_labels(record: Record) -> Fixes:
    """Offer to take out wrong labels that a data node puts in on purpose."""
    nodes = record.project.graph.nodes.values()
    noisy = [node.id for node in nodes if node.params.get("label_noise")]
    words = tuple(f"{node_id}.label_noise=0" for node_id in noisy)
    return (Fix(tr("Take out the label noise"), (Assign(words),)),) if words else ()


def leaky(record: Record, paths: Iterable[str]) -> Fixes:
    """Offer leaky ReLUs in the place of these ReLUs."""
    spots = _spots([record.node(path) for path in paths])
    leak = {"negative_slope": LEAK}
    edits = [_retyped(record, spot, "leaky_relu", leak) for spot in spots]
    return (Fix(tr("Use leaky ReLUs"), tuple(edits)),) if edits else ()


def normalise(record: Record, paths: Iterable[str] | None = None) -> Fixes:
    """Offer a normalisation in front of activations.

    Args:
        record: What the run has told.
        paths: Of the activations; without it, of all that follow weights.
    """
    found = _hidden_activations(record)
    spots = _spots(found if paths is None else map(record.node, paths))
    edits = [edit for spot in spots for edit in _norm_before(record, spot)]
    label = tr("Normalise between the layers")
    return (Fix(label, tuple(edits)),) if edits else ()


def open_up(record: Record) -> Fixes:
    """Offer ReLUs for saturating activations, with a normalisation before each."""
    found = [n for n in _hidden_activations(record) if n.type in _SATURATING]
    spots = _spots(found)
    edits = [_retyped(record, spot, "relu", {}) for spot in spots]
    edits += [edit for spot in spots for edit in _norm_before(record, spot)]
    if not spots:
        return normalise(record)
    return (Fix(tr("Use ReLU with normalisation"), tuple(edits)),)


def _hidden_activations(record: Record) -> Iterator[FlatNode]:
    """Yield activations between two layers with weights, gates left out."""
    by_path = {node.path: node for node in record.nodes}
    readers: dict[str, set[str]] = {}
    for node in record.nodes:
        for _, source in node.inputs:
            category = registry.get(node.type).category
            readers.setdefault(source.path, set()).add(category)
    for node in record.nodes:
        after = readers.get(node.path, set())
        is_act = node.type in _SATURATING | _RELUS
        if not (is_act and after and after <= _WEIGHTED):
            continue
        if _is_weighted(by_path[node.inputs[0][1].path], by_path):
            yield node


def _is_weighted(node: FlatNode, by_path: dict[str, FlatNode]) -> bool:
    """Return whether a node has weights, or only scales what such a node puts out."""
    while node.type == "scale":
        node = by_path[node.inputs[0][1].path]
    return registry.get(node.type).category in _WEIGHTED


def keep_finite(record: Record, cause: Cause) -> Fixes:
    """Offer what keeps a node finite: a limit on its input, or an ε."""
    node = record.node(cause.node)
    if cause.kind == "eps" and node.place in record.project.graph.nodes:
        words = (f"{node.place}.eps={EPS:g}",)
        return (Fix(tr("Set its ε to {eps}", eps=f"{EPS:g}"), (Assign(words),)),)
    if cause.kind not in CLAMPED:
        return ()
    limits: dict[str, Value] = {"low": EPS, "high": None}
    label = tr("Keep what goes into “{name}” above 0", name=node.place)
    if cause.kind == "exp":
        limits = {"low": None, "high": MOST_EXPONENT}
        label = tr("Keep what goes into “{name}” below 80", name=node.place)
    edits = tuple(_clamped(record, node, cause.port, limits))
    return (Fix(label, edits),) if edits else ()


def _clamped(
    record: Record, node: FlatNode, index: int, limits: Mapping[str, Value]
) -> Iterator[Edit]:
    """Yield the edits that put a clamp into the wire before an input of a node."""
    scope, node_id = node.scope, node.node.id
    graph = record.project.scope(scope)
    port = node.inputs[index][0]
    edges = [e for e in graph.edges_into(node_id) if e.target.port == port]
    if len(edges) == 1:
        new = Node(graph.free_id(f"{node_id}_clamp"), "clamp", params=limits)
        yield from _inserted(record, edges[0], new, scope)


def _inserted(record: Record, edge: Edge, new: Node, scope: str) -> Iterator[Edit]:
    """Yield the edits that put a node into a wire."""
    yield AddNode(new, scope)
    yield Disconnect(edge, scope)
    yield Connect(Edge(edge.source, Endpoint(new.id, "input")), scope)
    out = Endpoint(new.id, registry.get(new.type).outputs[0].name)
    yield Connect(Edge(out, edge.target), scope, record.wire_number(scope, edge))


def _spots(nodes: Iterable[FlatNode]) -> list[_Spot]:
    """Return where these nodes stand in the document, each place once."""
    found = ((node.scope, node.node.id) for node in nodes)
    return list(dict.fromkeys(found))


def _retyped(
    record: Record, spot: _Spot, type_id: str, params: Mapping[str, Value]
) -> Edit:
    scope, node_id = spot
    old = record.project.scope(scope).node(node_id)
    return ReplaceNode(replace(old, type=type_id, params=params), scope)


def _norm_before(record: Record, spot: _Spot) -> Iterator[Edit]:
    """Yield the edits that put a normalisation into the wire before a node."""
    scope, node_id = spot
    graph = record.project.scope(scope)
    edges = graph.edges_into(node_id)
    kind = _NORMS.get(record.rank(scope, node_id))
    if len(edges) != 1 or kind is None:
        return
    edge = edges[0]
    new = Node(graph.free_id(f"{node_id}_norm"), kind)
    yield from _inserted(record, edge, new, scope)
