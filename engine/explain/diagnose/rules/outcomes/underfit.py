"""Underfitting: the network is too narrow for what it is to tell apart."""

from engine.compile.flatten import FlatNode
from engine.explain.diagnose import course
from engine.explain.diagnose.record import FEW, Found, Record
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.layers import registry
from engine.protocol.findings import Course, Evidence, Finding

FAULT = "underfitting"
SOURCE = "Geman et al. 1992, the bias/variance dilemma; Goodfellow et al. 2016, 5.2"
HALF = 0.5
"""Of the way from the lazy accuracy to 1, on the training data itself."""
ENOUGH, SHARE = 100, 0.5
"""Steps, and share of the run, before which nobody expects much."""
FLAT = 0.05
"""Of the first loss, by which it fell in the last three tenths."""
WIDE = 64
_WIDTHS = {"dense": "out_features", "conv": "out_channels", "recurrent": "hidden_size"}


def check(record: Record) -> Found:
    """Return the finding when even the training samples are told apart badly.

    Samples that are learnt no better than new ones, by steps that are large enough.
    """
    curve = record.loss.tenths()
    is_early = record.step < max(ENOUGH, SHARE * record.total_steps)
    if (
        is_early
        or record.num_phases > 1
        or len(curve) < 10
        or not record.loss.first > 0
    ):
        return None
    fell = float(curve[-4] - curve[-1]) / record.loss.first
    scores = [s for name in record.accuracies if (s := _way(record, name)) is not None]
    narrow = _narrowest(record)
    if not scores or narrow is None or fell > FLAT or max(scores) > HALF:
        return None
    width = record.numbers[narrow.path]
    return Finding(
        FAULT,
        tr("Underfitting"),
        tr(
            "Even of its training samples it gets few right, and the loss hardly falls "
            "any more; all it knows of one has to pass through {n:number|numbers}.",
            n=width,
        ),
        tr("Make it wider or deeper; more data would not help."),
        SOURCE,
        record.places([narrow.path]),
        (
            Evidence(
                tr("Training accuracy, on the way from lazy (0) to perfect (1)"),
                max(scores), "≤", HALF, _course(record),
            ),
            Evidence(
                tr("Fall of the loss in the last three tenths, of the first"),
                fell, "≤", FLAT,
            ),
        ),
        _widen(record, narrow),
    )  # fmt: skip


def _way(record: Record, name: str) -> float | None:
    """Return how far the training accuracy is from the lazy one (0) to 1."""
    known, pairs = record.baselines.get(name), record.pairs(name)
    if known is None or known.value >= 1 or len(pairs) < FEW:
        return None
    return (pairs[-1][1] - known.value) / (1 - known.value)


def _course(record: Record) -> Course:
    """Return the course of the accuracy that has come furthest."""
    ways = {name: _way(record, name) for name in record.accuracies}
    known = {name: way for name, way in ways.items() if way is not None}
    best = max(known, key=lambda name: known[name])
    lazy = record.baselines[best].value
    return course.of_pairs(record, best, lambda _, old: (old - lazy) / (1 - lazy), "≥")


def _narrowest(record: Record) -> FlatNode | None:
    """Return the hidden layer that puts out fewest numbers."""
    hidden = [
        node
        for node in record.nodes
        if registry.get(node.type).category in _WIDTHS
        and _WIDTHS[registry.get(node.type).category] in node.params
        and node.path in record.before_layers
    ]
    return min(hidden, key=lambda node: record.numbers[node.path], default=None)


def _widen(record: Record, node: FlatNode) -> tuple[Fix, ...]:
    name = _WIDTHS[registry.get(node.type).category]
    old = node.params[name]
    if node.place not in record.project.graph.nodes or not isinstance(old, int):
        return ()
    new = max(WIDE, 4 * old)
    label = tr("Make “{name}” {n} wide", name=node.place, n=new)
    return (Fix(label, (Assign((f"{node.place}.{name}={new}",)),)),)
