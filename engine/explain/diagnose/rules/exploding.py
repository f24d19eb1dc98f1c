"""Exploding gradients: so large that the first step throws the weights away."""

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import FEW, Found, Record
from engine.explain.diagnose.rules import too_fast
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "exploding_gradients"
SOURCE = "Bengio et al. 1994; Pascanu et al. 2013, Training recurrent networks"
STRONG = 10.0
"""‖g‖/‖w‖ before the first update; healthy networks begin between 0.02 and 1."""
JUMP = 100.0
"""Gradient before the end, as a multiple of the usual one."""


def check(record: Record) -> Found:
    """Return the finding when the loss is lost and gradients were huge before."""
    if not record.num_samples:
        return None
    first, last = record.loss.first, float(record.loss.tenths()[-1])
    if not (record.has_diverged or last > 10 * first):
        return None
    return _from_the_start(record) or _at_the_end(record)


def _from_the_start(record: Record) -> Found:
    grads, weights = record.column("grad_norm")[0], record.column("weight_norm")[0]
    with np.errstate(all="ignore"):
        # Of all layers together: one small layer may have any ratio by itself.
        force = float(np.sqrt(np.nansum(grads**2) / np.nansum(weights**2)))
    if not record.is_whole or not force >= STRONG:
        return None
    text = tr(
        "Before the first step the gradient is already {force} times as large as the "
        "weights, and the loss runs away.",
        force=number(force),
    )
    what = tr("‖g‖/‖w‖ before the first step")
    evidence = Evidence(what, force, "≥", STRONG)
    return _finding(record, text, evidence, grads, fixes.normalise(record))


def _at_the_end(record: Record) -> Found:
    last = record.last_gradients
    total = np.sqrt(np.nansum(record.column("grad_norm") ** 2, axis=1))
    if not record.has_diverged or last is None or len(total) <= FEW:
        return None
    if too_fast.ratios(record).max() >= too_fast.LARGE:
        return None  # the steps were too large all along
    usual = float(np.median(total))
    with np.errstate(all="ignore"):
        jump = float(np.sqrt(np.nansum(last**2))) / max(usual, 1e-30)
    if not jump >= JUMP:
        return None
    text = tr(
        "Just before the loss was lost the gradient rose to {jump} times its usual "
        "size.",
        jump=number(jump),
    )
    what = tr("Last ‖g‖ as a multiple of the usual one")
    whole_S = np.append(total, jump * usual) / max(usual, 1e-30)
    steps_S = np.append(record.sample_steps(), record.step)
    grown = course.along(steps_S, whole_S, "≥")
    evidence = Evidence(what, jump, "≥", JUMP, grown)
    return _finding(record, text, evidence, last, fixes.clip(record))


def _finding(
    record: Record,
    text: str,
    evidence: Evidence,
    grads: np.ndarray,
    offers: tuple[Fix, ...],
) -> Finding:
    large = np.nan_to_num(grads, nan=0.0) >= 0.5 * np.nanmax(grads)
    layers = [path for path, is_large in zip(record.layers, large, strict=True)
              if is_large]  # fmt: skip
    return Finding(
        FAULT,
        tr("Exploding gradients"),
        text,
        tr("Normalise between the layers, begin with smaller weights, or clip."),
        SOURCE,
        record.places(layers),
        (evidence,),
        offers,
    )
