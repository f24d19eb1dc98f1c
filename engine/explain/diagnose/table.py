"""All rules in one table, causes before what follows from them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import (
    adversaries,
    bad_labels,
    choices,
    clipping,
    collapse,
    dead_relu,
    decay,
    exploding,
    lazy,
    momentum,
    nonfinite,
    outcomes,
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


_CHOSEN = (
    choices.blank_input.FAULT,
    choices.answer.FAULT,
    choices.frozen.FAULT,
    choices.few_samples.FAULT,
    choices.zero_start.FAULT,
    choices.dropout.FAULT,
    choices.imbalance.FAULT,
)
_LOST = (
    nonfinite.FAULT,
    unscaled.FAULT,
    choices.summed.FAULT,
    exploding.FAULT,
    momentum.FAULT,
    choices.zero_start.FAULT,
)
_WILD = (*_LOST, too_fast.FAULT, decay.FAULT, clipping.FAULT, nonfinite.OVERFLOW)
_NOTHING_ENTERS = (choices.blank_input.FAULT, choices.zero_start.FAULT)
_SHUT = (*_WILD, *_NOTHING_ENTERS, dead_relu.FAULT)
_IN_VAIN = (
    outcomes.relapse.FAULT,
    outcomes.stalled.FAULT,
    bad_labels.FAULT,
    outcomes.unrelated.FAULT,
)
_STUCK = (*_SHUT, vanishing.FAULT, too_slow.FAULT, collapse.FAULT)
_CAUSES = (
    Rule(nonfinite.FAULT, nonfinite.check),
    Rule(unscaled.FAULT, unscaled.check, is_certain=True),
    Rule(choices.blank_input.FAULT, choices.blank_input.check, is_certain=True),
    Rule(choices.answer.FAULT, choices.answer.check, is_certain=True),
    Rule(choices.frozen.FAULT, choices.frozen.check, is_certain=True),
    Rule(choices.few_samples.FAULT, choices.few_samples.check, is_certain=True),
    Rule(
        choices.zero_start.FAULT, choices.zero_start.check, (choices.blank_input.FAULT,)
    ),
    Rule(choices.dropout.FAULT, choices.dropout.check, is_certain=True),
    Rule(choices.imbalance.FAULT, choices.imbalance.check, is_certain=True),
    Rule(choices.summed.FAULT, choices.summed.check, _LOST[:2]),
    Rule(exploding.FAULT, exploding.check, _LOST[:3]),
    Rule(momentum.FAULT, momentum.check, _LOST[:4]),
    Rule(too_fast.FAULT, too_fast.check, _LOST),
    Rule(decay.FAULT, decay.check, (*_LOST, too_fast.FAULT)),
    Rule(clipping.FAULT, clipping.check, (*_LOST, too_fast.FAULT)),
    Rule(nonfinite.OVERFLOW, nonfinite.check_overflow, (*_LOST, too_fast.FAULT)),
    Rule(collapse.FAULT, collapse.check, _WILD),
    Rule(dead_relu.FAULT, dead_relu.check, (*_WILD, *_NOTHING_ENTERS, collapse.FAULT)),
    Rule(vanishing.FAULT, vanishing.check, _SHUT),
    Rule(too_slow.FAULT, too_slow.check, (*_SHUT, vanishing.FAULT)),
    Rule(adversaries.DISCRIMINATOR, adversaries.check_discriminator),
    Rule(adversaries.GENERATOR, adversaries.check_generator),
    Rule(outcomes.modes.FAULT, outcomes.modes.check, (adversaries.DISCRIMINATOR,)),
    Rule(bad_labels.FAULT, bad_labels.check),
    Rule(
        outcomes.unrelated.FAULT,
        outcomes.unrelated.check,
        (*_WILD, *_CHOSEN, bad_labels.FAULT),
    ),
    Rule(
        overfit.FAULT,
        overfit.check,
        (*_WILD, bad_labels.FAULT, outcomes.unrelated.FAULT),
    ),
    Rule(outcomes.relapse.FAULT, outcomes.relapse.check, (*_WILD, *_CHOSEN)),
    Rule(
        outcomes.stalled.FAULT,
        outcomes.stalled.check,
        (*_STUCK, *_CHOSEN, outcomes.relapse.FAULT),
    ),
    Rule(
        outcomes.underfit.FAULT,
        outcomes.underfit.check,
        (*_STUCK, *_CHOSEN, *_IN_VAIN),
    ),
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
