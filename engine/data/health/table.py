"""The table of checks, in the order in which their findings matter."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.data.health import classes, columns, copies, leaks
from engine.data.health.verdict import Case, Verdict
from engine.data.material.material import Material
from engine.protocol.data.surveys import ColumnFacts, DataFinding, FineCheck, SplitFacts

CHECKS: tuple[Callable[[Case], Verdict], ...] = (
    leaks.leak,
    leaks.twins,
    leaks.identity,
    columns.constant,
    copies.copies,
    columns.missing,
    columns.mixed,
    columns.outliers,
    columns.sizes,
    classes.few,
    classes.balance,
    classes.parts,
    classes.goal_size,
)


@dataclass(frozen=True)
class Judgement:
    """What all checks say.

    Args:
        findings: Warnings first.
        fine: Checks that found nothing.
    """

    findings: tuple[DataFinding, ...]
    fine: tuple[FineCheck, ...]


def judged(
    material: Material, facts: tuple[ColumnFacts, ...], split: SplitFacts | None
) -> Judgement:
    """Return what all checks say of a source.

    Args:
        material: The rows.
        facts: Its columns, counted.
        split: Both parts beside each other.
    """
    if not material.looked_at:
        return Judgement((), ())
    case = Case(material, facts, split)
    told = [check(case) for check in CHECKS]
    found = [each for each in told if isinstance(each, DataFinding)]
    found.sort(key=lambda each: each.severity != "warning")
    fine = tuple(each for each in told if isinstance(each, FineCheck))
    return Judgement(tuple(found), fine)
