"""Weights that start at zero: no gradient gets past them, and they stay there."""

from dataclasses import replace

import numpy as np

from engine.explain.diagnose.record import Found, Record
from engine.graph.edits import Edit, ReplaceNode, SetWeights
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding

FAULT = "zero_start"
SOURCE = "Rumelhart et al. 1986; Goodfellow et al. 2016, 8.4: break the symmetry"
LEAST = 1
"""Layers. A last layer may start at zero, as the gradient reaches it all the same."""


def check(record: Record) -> Found:
    """Return the finding when layers began at zero and have had no gradient since."""
    if not record.num_samples or not record.is_whole:
        return None
    most = np.nan_to_num(record.column("grad_norm")).max(axis=0)
    rows = zip(record.layers, record.movers, most, strict=True)
    stuck = [
        path
        for path, mover, gradient in rows
        if path in record.zero_layers and mover >= 0 and not gradient
    ]
    if len(stuck) < LEAST:
        return None
    return Finding(
        FAULT,
        tr("Weights start at zero"),
        tr(
            "{n:layer starts|layers start} with nothing but zeros and got no gradient "
            "so far: all units are the same and stay so.",
            n=len(stuck),
        ),
        tr("Start with small random weights."),
        SOURCE,
        record.places(stuck),
        (Evidence(tr("Layers of zeros without a gradient"), len(stuck), "≥", LEAST),),
        _anew(record, stuck),
    )


def _anew(record: Record, paths: list[str]) -> tuple[Fix, ...]:
    """Offer random weights where a file has brought zeros."""
    edits: list[Edit] = [SetWeights("")] if record.project.weights else []
    flat = {(n.scope, n.node.id): n.node for n in map(record.node, paths)}
    for (scope, _), node in flat.items():
        if node.weights:
            edits.append(ReplaceNode(replace(node, weights=""), scope))
    label = tr("Start with random weights")
    return (Fix(label, tuple(edits)),) if edits else ()
