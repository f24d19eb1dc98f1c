"""All rules in one table, causes before what follows from them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import (
    adversaries,
    bad_labels,
    clipping,
    collapse,
    dead_relu,
    decay,
    exploding,
    lazy,
    momentum,
    nonfinite,
    overfit,
    too_fast,
    too_slow,
    unscaled,
    vanishing,
)
from engine.protocol.findings import Finding
from engine.protocol.wire.finding_records import with_preset_fix


@dataclass(frozen=True)
class Rule:
    """One fault that can be told from what a run has measured.

    Args:
        fault: Stable id.
        check: Returns the finding, or None.
        explained_by: Faults that make this one as well: then it is not told.
        is_certain: One look is enough, as it does not change while it trains.
    """

    fault: str
    check: Callable[[Record], Found]
    explained_by: tuple[str, ...] = ()
    is_certain: bool = False


_LOST = (nonfinite.FAULT, unscaled.FAULT, exploding.FAULT, momentum.FAULT)
_WILD = (*_LOST, too_fast.FAULT, decay.FAULT, clipping.FAULT, nonfinite.OVERFLOW)
_SHUT = (*_WILD, dead_relu.FAULT)
_CAUSES = (
    Rule(nonfinite.FAULT, nonfinite.check),
    Rule(unscaled.FAULT, unscaled.check, is_certain=True),
    Rule(exploding.FAULT, exploding.check, _LOST[:2]),
    Rule(momentum.FAULT, momentum.check, _LOST[:3]),
    Rule(too_fast.FAULT, too_fast.check, _LOST),
    Rule(decay.FAULT, decay.check, (*_LOST, too_fast.FAULT)),
    Rule(clipping.FAULT, clipping.check, (*_LOST, too_fast.FAULT)),
    Rule(nonfinite.OVERFLOW, nonfinite.check_overflow, (*_LOST, too_fast.FAULT)),
    Rule(collapse.FAULT, collapse.check, _WILD),
    Rule(dead_relu.FAULT, dead_relu.check, (*_WILD, collapse.FAULT)),
    Rule(vanishing.FAULT, vanishing.check, _SHUT),
    Rule(too_slow.FAULT, too_slow.check, (*_SHUT, vanishing.FAULT)),
    Rule(adversaries.DISCRIMINATOR, adversaries.check_discriminator),
    Rule(adversaries.GENERATOR, adversaries.check_generator),
    Rule(bad_labels.FAULT, bad_labels.check),
    Rule(overfit.FAULT, overfit.check, (*_WILD, bad_labels.FAULT)),
)
RULES = (
    *_CAUSES,
    Rule(lazy.FAULT, lazy.check, tuple(rule.fault for rule in _CAUSES)),
)

CERTAIN = frozenset(rule.fault for rule in RULES if rule.is_certain)


def explained(faults: Collection[str]) -> set[str]:
    """Return those of some faults that others of them explain."""
    told = set(faults)
    return {r.fault for r in RULES if r.fault in told and told & set(r.explained_by)}


def diagnose(record: Record) -> tuple[Finding, ...]:
    """Return all that is wrong with a training, the cause of the rest first."""
    found: dict[str, Finding] = {}
    for rule in RULES:
        if not found.keys() & set(rule.explained_by):
            finding = rule.check(record)
            if finding is not None:
                whole = with_preset_fix(finding, record.project)
                found[rule.fault] = replace(whole, step=record.step)
    return tuple(found.values())
