"""Why a layer that has a picture of its own shows its tensors alone."""

from engine.i18n import tr
from workbench.explain.layer.subject import Subject

_VOLUMES = ("conv3d",)
_TIMES = ("lstm", "gru", "rnn")
_WITHIN = (*_TIMES, "multihead_attention", "scaled_dot_product_attention")
"""Layers that may drop numbers on their way."""


def why_plain(subject: Subject) -> str:
    """Return the reason in a sentence; empty where tensors are all there is to see."""
    if subject.side == "update":
        return ""
    kind, flows = (
        subject.node.type,
        [p for n, p in subject.pieces.items() if ":" not in n],
    )
    drops = kind in _WITHIN and bool(subject.params.get("dropout"))
    is_cut = any(piece.part.strip() for piece in flows)
    is_told_by_blocks = any(size > 1 for piece in flows for size in piece.block)
    reasons = (
        (
            subject.is_mean,
            tr("This is the mean of the batch: a single sample shows how it comes."),
        ),
        (
            kind in _VOLUMES,
            tr("Volumes have no picture of their own: these are all its tensors."),
        ),
        (is_cut, tr("Of a part of a tensor only its numbers are shown.")),
        (
            is_told_by_blocks,
            tr("Tensors as large as this are told by blocks, without a picture."),
        ),
        (
            drops,
            tr(
                "It drops numbers on its way and can't be taken apart: these are all "
                "its tensors."
            ),
        ),
        (
            kind in _TIMES,
            tr("Over so many steps it is not taken apart: these are all its tensors."),
        ),
    )
    return next((words for holds, words in reasons if holds), "")
