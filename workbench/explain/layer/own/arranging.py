"""Which tensors stand beside the detail of a layer with a picture of its own."""

from collections.abc import Callable, Mapping

from workbench.explain.layer.own.attention import Attended
from workbench.explain.layer.own.detail import Detail
from workbench.explain.layer.own.norms import Normed
from workbench.explain.layer.own.pooling import Pooled
from workbench.explain.layer.own.recurrent import Unrolled
from workbench.explain.layer.subject import Subject

Row = tuple[str, str, str]
"""Name of a piece, its symbol, and the colour of that."""
_FLOWS: Mapping[str, tuple[Row, ...]] = {
    "forward": (("input0", "x", "forward"), ("output0", "y", "forward")),
    "backward": (
        ("upstream0", "δ = ∂L/∂y", "backward"),
        ("given0", "∂L/∂x", "backward"),
    ),
}
_LOOKS: Mapping[str, tuple[Row, ...]] = {
    "forward": (
        ("inside.share", "A", "forward"),
        ("output0", "o", "forward"),
    ),
    "backward": (
        ("inside.score", "∂L/∂S", "backward"),
        ("upstream0", "δ = ∂L/∂o", "backward"),
    ),
}
_TIMES: Mapping[str, tuple[Row, ...]] = {
    "forward": (("input0", "x", "forward"), ("inside.h", "h", "forward")),
    "backward": (
        ("inside.reach", "‖δ‖", "backward"),
        ("given0", "∂L/∂x", "backward"),
    ),
}


def _pooled(subject: Subject) -> Detail:
    return Pooled(subject.pieces, subject.side, params=subject.params)


def _normed(subject: Subject) -> Detail:
    is_rms = subject.node.type == "rms_norm"
    return Normed(subject.pieces, subject.side, is_rms=is_rms)


def _attended(subject: Subject) -> Detail:
    return Attended(subject.pieces, subject.side, tokens=subject.tokens)


def _unrolled(subject: Subject) -> Detail:
    is_both = bool(subject.params.get("bidirectional"))
    kind = subject.node.type
    return Unrolled(subject.pieces, subject.side, kind=kind, is_both=is_both)


_Own = tuple[Callable[[Subject], Detail], Mapping[str, tuple[Row, ...]], str]
_POOL: _Own = (_pooled, _FLOWS, "")
_NORM: _Own = (_normed, _FLOWS, "inside.mean")
_LOOK: _Own = (_attended, _LOOKS, "inside.share")
_TIME: _Own = (_unrolled, _TIMES, "inside.h")
_OWN: Mapping[str, _Own] = {
    **{f"max_pool{d}d": (*_POOL[:2], "inside.winner") for d in (1, 2)},
    **{f"adaptive_max_pool{d}d": (*_POOL[:2], "inside.winner") for d in (1, 2)},
    **{f"avg_pool{d}d": _POOL for d in (1, 2)},
    **{f"adaptive_avg_pool{d}d": _POOL for d in (1, 2)},
    "global_avg_pool": _POOL,
    **{f"batch_norm{d}d": _NORM for d in (1, 2)},
    **{f"instance_norm{d}d": _NORM for d in (1, 2)},
    **dict.fromkeys(("group_norm", "layer_norm", "rms_norm"), _NORM),
    **dict.fromkeys(("multihead_attention", "scaled_dot_product_attention"), _LOOK),
    **dict.fromkeys(("lstm", "gru", "rnn"), _TIME),
}
TYPES = frozenset(_OWN)
"""Layers with a detail."""


def detail_of(subject: Subject) -> tuple[Detail, tuple[Row, ...]] | None:
    """Return the detail of a layer and the tensors beside it; None where there is none.

    None too for the mean of a batch, for tensors that are told by blocks or cut, and
    where the layer can't tell what goes on within it (dropout within attention).
    """
    own = _OWN.get(subject.node.type)
    if own is None or subject.is_mean or subject.side not in _FLOWS:
        return None
    make, sides, needed = own
    pieces, rows = subject.pieces, sides[subject.side]
    wanted = [name for name, _, _ in rows] + [needed] * bool(needed)
    wanted += ["input0", "output0"]
    if any(name not in pieces for name in wanted):
        return None
    shown = [pieces[name] for name in wanted]
    shown += [piece for name, piece in pieces.items() if name.startswith("inside.")]
    if any(size > 1 for piece in shown for size in piece.block):
        return None
    if any(piece.part.strip() or len(piece.shape) > 3 for piece in shown):
        return None
    return make(subject), rows
