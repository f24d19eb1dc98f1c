"""Scores that see the tokens they predict: found by changing the later ones.

Whether a mask, a padding or a slice hides the future can't be told from settings one
by one: what counts is the network as a whole. So it is built with random weights and
tried: tokens from the middle on are changed, and the score at the first place where
the target changes may not notice.

Axes: N batch, T time, C classes, M places of a target.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from engine.advice.checks.value_checks import site_of
from engine.advice.structure.net import Net
from engine.compile.build import build
from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import Flow
from engine.compile.modules.classes import class_dim
from engine.graph.model import Endpoint
from engine.graph.problems import Fix, Problem
from engine.i18n import tr
from engine.layers.datasets.catalogue import spec_of

Values = dict[Source, Tensor]
MOST_WEIGHTS = 20_000_000
"""Larger networks take too long to try."""
_KEPT = 32
_UNMOVED = frozenset({"identity", "reroute", "cast"})
"""What leaves every token in its place."""
_known: dict[object, str | None] = {}
_SIGHTED = {"causal": True, "bidirectional": False}
"""Settings that let a step see later ones, and what makes them not."""


def lookahead_problems(net: Net) -> Iterator[Problem]:
    """Yield the first node that lets scores of a sequence see what they predict."""
    for loss in net.ends("loss"):
        if loss.type in {"cross_entropy", "nll"} and _is_sequence(net, loss):
            culprit = _remembered(net, loss)
            if culprit == loss.path:
                yield _same(net, loss)
            elif culprit is not None:
                yield _problem(net, net.by_path[culprit])


def _is_sequence(net: Net, loss: FlatNode) -> bool:
    """Return whether a loss judges the tokens of a sequence one by one."""
    flow = net.context(loss).flows[1]
    is_row = len(flow.shape) == 2 and flow.shape[1] > 2
    if not is_row or flow.dtype.is_floating_point:
        return False
    size = {node.home: net.weights(node) for node in net.above(_input(loss))}
    return sum(size.values()) <= MOST_WEIGHTS


def _input(loss: FlatNode) -> Source:
    return loss.inputs[0][1]


def _remembered(net: Net, loss: FlatNode) -> str | None:
    nodes = _cone(net, loss)
    # While somebody types elsewhere, this part of the network stays as it is: the trial
    # is made once for each state of all that the loss depends on.
    key = tuple(
        (n.path, n.type, tuple(n.params.items()), n.inputs, n.home) for n in nodes
    )
    if key not in _known:
        while len(_known) >= _KEPT:
            del _known[next(iter(_known))]
        state = torch.get_rng_state()  # a training beside must draw what it would
        try:
            torch.default_generator.manual_seed(0)
            with torch.no_grad():
                _known[key] = _culprit(net, loss, nodes)
        finally:
            torch.set_rng_state(state)
    return _known[key]


def _cone(net: Net, loss: FlatNode) -> list[FlatNode]:
    needed = {s.path for _, source in loss.inputs for s in net.feeds(source)}
    return [node for node in net.nodes if node.path in needed] + [loss]


def _culprit(net: Net, loss: FlatNode, nodes: Sequence[FlatNode]) -> str | None:
    """Return the path of the first node through which scores see later tokens."""
    modules = _modules(net, nodes[:-1])
    first = _drawn(net, nodes)
    before = _run(nodes[:-1], modules, first)
    for feed in first:
        found = _tried(net, loss, nodes, modules, (first, before, feed))
        if found:
            return found
    return None


def _tried(
    net: Net,
    loss: FlatNode,
    nodes: Sequence[FlatNode],
    modules: dict[str, nn.Module],
    start: tuple[Values, Values, Source],
) -> str | None:
    """Change a feed from its middle on, and compare scores before that."""
    first, before, feed = start
    if first[feed].dim() < 2 or first[feed].shape[1] < 3:
        return None
    middle = first[feed].shape[1] // 2
    changed = _changed(net, first, feed, middle)
    after = _run(nodes[:-1], modules, changed)
    target, scores = dict(loss.inputs)["target"], _input(loss)
    # The target may be the feed itself, shifted (the next token), or made of another:
    # where it changes first is the first score that the change may show in.
    place = _first_change(before[target], after[target], 1)
    if place is None:
        return None
    dim = class_dim(site_of(net.context(loss)))
    one, other = (x[scores].movedim(dim, -1) for x in (before, after))
    if not _differ(one[:, place], other[:, place]):
        return None
    if _feed_of_target(net, loss) == feed:
        steps = first[feed].shape[1]
        return loss.path if _keeps_steps(net, nodes[:-1], feed, scores, steps) else None
    return _where(nodes[:-1], before, after, (feed, middle)) or loss.path


def _feed_of_target(net: Net, loss: FlatNode) -> Source | None:
    """Return the feed that is the target, token by token."""
    return net.start_of(net.source(loss, "target"), _UNMOVED)


def _keeps_steps(
    net: Net, nodes: Sequence[FlatNode], feed: Source, scores: Source, steps: int
) -> bool:
    """Return whether a way from a feed to the scores has all steps all the way.

    An autoencoder of texts has none: all of it goes through a summary.
    """
    reached = {feed}
    for node in nodes:
        outs = [Source(node.path, port) for port in node.outputs]
        if any(source in reached for _, source in node.inputs):
            reached |= {end for end in outs if steps in net.flow(end).shape[1:]}
    return scores in reached


def _modules(net: Net, nodes: Sequence[FlatNode]) -> dict[str, nn.Module]:
    """Return the layers in eval mode; what starts at zero is moved away from it."""
    made: dict[str, nn.Module] = {}
    for node in nodes:
        if node.type in {"data", "noise"} or node.home in made:
            continue
        flows = net.context(node).flows
        shapes = tuple(flow.shape for flow in flows)
        module = build(node.type, node.params, shapes, tuple(f.dtype for f in flows))
        for weights in module.parameters():
            # A correction that starts at zero, as LoRA's, would hide what it will see.
            weights.add_(torch.randn_like(weights), alpha=0.02)
        made[node.home] = module.eval()
    return made


def _drawn(net: Net, nodes: Sequence[FlatNode]) -> Values:
    """Return samples at random; texts in which `next` follows `tokens`."""
    values: Values = {}
    for node in nodes:
        if node.type in {"data", "noise"}:
            for port in node.outputs:
                source = Source(node.path, port)
                values[source] = _random(net.flow(source))
            _let_follow(values, node)
    return values


def _random(flow: Flow) -> Tensor:
    if flow.dtype.is_floating_point:
        return torch.randn(flow.shape)
    return torch.randint(max(flow.classes, 2), flow.shape)


def _let_follow(values: Values, node: FlatNode) -> None:
    """Make `next` of a text what follows `tokens`."""
    tokens, following = Source(node.path, "tokens"), Source(node.path, "next")
    is_text = node.type == "data" and spec_of(node.params).family == "text"
    if is_text and tokens in values and following in values:
        end = values[following][:, -1:]
        values[following] = torch.cat([values[tokens][:, 1:], end], dim=1)


def _changed(net: Net, values: Values, feed: Source, middle: int) -> Values:
    """Return the values with other numbers in a feed, from a place on."""
    new, flow = values[feed].clone(), net.flow(feed)
    if flow.dtype.is_floating_point:
        new[:, middle:] += 1.0
    else:
        new[:, middle:] = (new[:, middle:] + 1) % max(flow.classes, 2)
    changed = {**values, feed: new}
    _let_follow(changed, net.by_path[feed.path])
    return changed


def _run(
    nodes: Sequence[FlatNode], modules: dict[str, nn.Module], feeds: Values
) -> Values:
    values = dict(feeds)
    for node in nodes:
        if node.type in {"data", "noise"}:
            continue
        result = modules[node.home](*(values[source] for _, source in node.inputs))
        results = result if len(node.outputs) > 1 else (result,)
        for port, value in zip(node.outputs, results, strict=False):
            values[Source(node.path, port)] = value
    return values


def _differ(one: Tensor, other: Tensor) -> bool:
    if not one.is_floating_point():
        return bool((one != other).any())
    # Another order of sums moves the last digits; a token that is seen moves more.
    limit = 1e-5 * float(one.abs().amax().clamp(min=1e-3))
    return bool(((one - other).abs() > limit).any())


def _first_change(one: Tensor, other: Tensor, dim: int) -> int | None:
    """Return the first place along a dimension where two tensors differ."""
    for place in range(one.shape[dim]):
        if _differ(one.select(dim, place), other.select(dim, place)):
            return place
    return None


def _where(
    nodes: Sequence[FlatNode], before: Values, after: Values, feed: tuple[Source, int]
) -> str | None:
    """Return the first node that changed before the place where its feed did."""
    source, middle = feed
    steps = before[source].shape[1]
    for node in nodes:
        if node.type in {"data", "noise"}:
            continue
        one, other = (v[Source(node.path, node.outputs[0])] for v in (before, after))
        if not _differ(one, other):
            continue
        # Time may stand in any dimension as long as the steps are all there. A node
        # without it, or that changed before the middle, has let the future through.
        dims = [dim for dim in range(1, one.dim()) if one.shape[dim] == steps]
        places = [_first_change(one, other, dim) for dim in dims]
        if not any(place is not None and place >= middle for place in places):
            return node.path
    return None


def _problem(net: Net, node: FlatNode) -> Problem:
    return Problem(
        node.place,
        tr("The scores see the tokens that they predict"),
        expected=tr("scores that depend on earlier tokens alone"),
        got=tr("scores that change with later ones, from “{node}” on").replace(
            "{node}", net.title(node)
        ),
        fixes=tuple(_blinded(net, node)),
        severity="warning",
        kind="looks_ahead",
    )


def _same(net: Net, loss: FlatNode) -> Problem:
    """Tell of a target that stands in the input, so that it need only be copied."""
    return Problem(
        loss.place,
        tr("The scores see the tokens that they predict"),
        expected=tr("a target that the network doesn't read, such as the next token"),
        got=tr("a target that it reads at the same place or before"),
        port="target",
        fixes=tuple(_next(net, loss)),
        severity="warning",
        kind="looks_ahead",
    )


def _next(net: Net, loss: FlatNode) -> Iterator[Fix]:
    """Yield the fix that predicts the next token of a text, and judges it too."""
    feed = _feed_of_target(net, loss)
    node = net.by_path[feed.path] if feed else None
    if not node or node.type != "data" or spec_of(node.params).family != "text":
        return
    label = tr("Predict the next token")
    following = Endpoint(node.node.id, "next")
    found: list[Fix] = []
    for end in net.ends("loss", "metric", "view"):
        wires = [port for port, _ in end.inputs]
        is_alike = end.inputs[0][1] == _input(loss) and "target" in wires
        if is_alike and net.source(end, "target") == net.source(loss, "target"):
            found += net.context(end).replug(wires.index("target"), following, label)
    if found:
        yield Fix(label, tuple(edit for fix in found for edit in fix.edits))


def _blinded(net: Net, node: FlatNode) -> Iterator[Fix]:
    if not node.inputs:
        return
    for name, value in _SIGHTED.items():
        if name in node.params and node.params[name] != value:
            yield from net.context(node).set({name: value})
