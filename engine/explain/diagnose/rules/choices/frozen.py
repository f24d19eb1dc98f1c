"""Frozen at random: most weights stand still though nothing has trained them."""

from dataclasses import replace

from engine.explain.diagnose.record import Found, Record
from engine.graph.edits import Edit, ReplaceNode
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "frozen_at_random"
SOURCE = "Yosinski et al. 2014: frozen features help as far as they were trained before"
MOST = 0.5
"""Share of the weights on the way to a loss that no phase moves."""


def check(record: Record) -> Found:
    """Return the finding when most weights keep the random values they began with."""
    if record.is_pretrained:
        return None
    counts = dict(zip(record.layers, record.num_weights, strict=True))
    moved = {
        path
        for path, mover in zip(record.layers, record.movers, strict=True)
        if mover >= 0
    }
    needed = set(record.trained_losses())
    for node in reversed(record.nodes):  # in topological order
        if node.path in needed:
            needed.update(source.path for _, source in node.inputs)
    used = [path for path in counts if path in needed]
    still = [path for path in used if path not in moved]
    total = sum(counts[path] for path in used)
    share = sum(counts[path] for path in still) / max(1, total)
    if share < MOST:
        return None
    return Finding(
        FAULT,
        tr("Frozen at random"),
        tr(
            "{share} % of the weights stand still and have never been trained: the "
            "rest has only random features to work with.",
            share=number(100 * share),
        ),
        tr("Let these layers train, or give them weights that were trained before."),
        SOURCE,
        record.places(still),
        (Evidence(tr("Share of the weights that stand still"), share, "≥", MOST),),
        _thaw(record, still),
    )


def _thaw(record: Record, paths: list[str]) -> tuple[Fix, ...]:
    """Offer to let these layers train: those that say no, and phases that leave out."""
    edits: dict[tuple[str, str], Edit] = {}
    for path in paths:
        flat = record.node(path)
        if not flat.node.trainable:
            node = replace(flat.node, trainable=True)
            edits[flat.scope, node.id] = ReplaceNode(node, flat.scope)
    changed = list(edits.values())
    phases = record.project.training.phases
    if len(phases) == 1 and phases[0].update:
        changed.append(Assign((f"{phases[0].name}.update=[]",)))
    return (Fix(tr("Let all layers train"), tuple(changed)),) if changed else ()
