"""What the kinds of looks are called, and the sentence that their numbers make."""

import math

import numpy as np

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.messages import View
from workbench.plots.views.base import number
from workbench.theme import text

FITS = 2.0
"""So many times larger or smaller a batch still fits: an estimate is rough."""
TENTH = 0.1


def percent(share: float) -> str:
    """Return a share in percent, a dash where there is none."""
    if not math.isfinite(share):
        return "–"
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.01 else "< 1 %"


def short(value: float) -> str:
    """Return a number in three digits, a dash where there is none."""
    return text.figure(value) if math.isfinite(value) else "–"


def of_cost(seconds: float) -> str:
    """Return what a look costs."""
    if seconds >= 1:
        return tr("{s} s a look", s=number(seconds, 2))
    ms = 1000 * seconds
    return tr("{ms} ms a look", ms=f"{ms:.0f}" if ms >= 9.95 else number(ms, 2))


def of_noise(samples: float, batch: int) -> str:
    """Return what the noise of the gradient says of the size of a batch.

    Args:
        samples: Batch size that the noise asks for; NaN while nobody knows.
        batch: Size of the batches.
    """
    if not math.isfinite(samples):
        return tr("The noise can't be told from the gradient yet.")
    ratio, facts = samples / batch, {"n": batch, "noise": f"{max(samples, 1):,.0f}"}
    if ratio > FITS:
        return tr(
            "Your batch of {n} is {times}× too small: up to about {noise} samples "
            "a larger one needs fewer steps in proportion.",
            times=number(ratio, 2),
            **facts,
        )
    if ratio < 1 / FITS:
        return tr(
            "Your batch of {n} is {times}× larger than its noise asks for: about "
            "{noise} samples would learn nearly as much in a step.",
            times=number(1 / ratio, 2),
            **facts,
        )
    return tr("Your batch of {n} fits its noise: about {noise} samples.", **facts)


def of_samples(losses_N: Floats) -> str:
    """Return how the loss is spread over samples."""
    known = np.sort(losses_N[np.isfinite(losses_N)])
    if not len(known):
        return ""
    worst = max(round(TENTH * len(known)), 1)
    whole = known.sum()
    share = known[-worst:].sum() / whole if whole > 0 and known[0] >= 0 else math.nan
    words = tr(
        "mean {mean}, median {median}, largest {most}",
        mean=number(float(known.mean())),
        median=number(float(np.median(known))),
        most=number(float(known[-1])),
    )
    if math.isfinite(share):
        told = tr("the worst tenth makes {share} of the loss", share=percent(share))
        words = f"{words}  ·  {told}"
    return words


def of_clipping(view: View) -> str:
    """Return how many updates were cut, by phase."""
    arrays, names = view.arrays, view.words.get("phases", ())
    if not len(arrays["clipped"]):
        return ""
    told = []
    for name, limit, share in zip(
        names, arrays["limits"], arrays["clipped"][-1], strict=True
    ):
        if math.isfinite(limit):
            where = f"{name}: " if len(names) > 1 else ""
            words = tr(
                "{share} of the updates were cut to {limit}",
                share=percent(float(share)),
                limit=number(float(limit)),
            )
            told.append(where + words)
    return "  ·  ".join(told) or tr("no limit is set")
