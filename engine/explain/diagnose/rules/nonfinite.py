"""Not finite: a node makes an infinite number, or lets no gradient through."""

from engine.explain.diagnose import fixes
from engine.explain.diagnose.record import Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding

FAULT, OVERFLOW = "not_finite", "overflow"
SOURCE = "IEEE 754; Goldberg 1991, What every computer scientist should know"
_LIMITS = {"exp": 80.0}


def check(record: Record) -> Found:
    """Return the finding when a node is at fault, whatever the weights are."""
    cause = record.cause
    return _finding(record, FAULT) if cause and not cause.is_size else None


def check_overflow(record: Record) -> Found:
    """Return the finding when numbers have become too large."""
    cause = record.cause
    return _finding(record, OVERFLOW) if cause and cause.is_size else None


def _finding(record: Record, fault: str) -> Finding:
    cause = record.cause
    assert cause
    evidence = [Evidence(tr("Input there"), cause.value, "≤", 0.0)]
    if cause.kind == "exp":
        evidence = [Evidence(tr("Input there"), cause.value, "≥", _LIMITS["exp"])]
    is_told = cause.value <= 0 if fault == FAULT else cause.value >= _LIMITS["exp"]
    title = tr("A number that is not finite")
    return Finding(
        fault,
        tr("Too large a number") if fault == OVERFLOW else title,
        cause.text,
        cause.advice,
        SOURCE,
        record.places([cause.node]),
        tuple(evidence) if is_told and cause.kind in _WITH_INPUT else (),
        fixes.keep_finite(record, cause),
    )


_WITH_INPUT = {"root", "log", "power", "exp"}
