"""What a check says, and the words and edits that checks share."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.data.material.material import Material
from engine.data.own import practice
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.datasets.own import OwnRole, is_own
from engine.layers.spec import Value
from engine.protocol.data.surveys import (
    ColumnFacts,
    DataFinding,
    FineCheck,
    Remedy,
    SplitFacts,
)

MOST_NAMED = 3


@dataclass(frozen=True)
class Case:
    """What checks look at.

    Args:
        material: The rows.
        facts: Its columns, counted.
        split: Both parts beside each other; None while there are none.
    """

    material: Material
    facts: tuple[ColumnFacts, ...]
    split: SplitFacts | None

    @property
    def inputs(self) -> tuple[ColumnFacts, ...]:
        """Columns that a network reads."""
        return tuple(each for each in self.facts if each.role == "input")

    @property
    def target(self) -> ColumnFacts | None:
        """The column that is to be predicted."""
        goal = self.material.target
        return next((f for f in self.facts if goal and f.name == goal.name), None)

    def deviation(self, name: str) -> float | None:
        """Return the deviation of a column, where it has one."""
        return next((f.deviation for f in self.facts if f.name == name), None)


Verdict = DataFinding | FineCheck | None
"""A finding, that all is well, or that the check doesn't apply."""


def listed(names: Iterable[str]) -> str:
    """Return names in quotation marks; many are cut short."""
    every = [f"“{name}”" for name in names]
    words = ", ".join(every[:MOST_NAMED])
    more = len(every) - MOST_NAMED
    return words + (tr(" and {n} more", n=more) if more > 0 else "")


def with_role(
    material: Material, names: Iterable[str], role: OwnRole
) -> dict[str, Value]:
    """Return the params in which columns have another role; none for built-in sets."""
    if not is_own(material.params):
        return {}
    wanted = set(names)
    changed = [
        replace(each, role=role) if each.name in wanted else each
        for each in own.columns(material.params)
    ]
    made: dict[str, Value] = {"columns": tuple(each.value for each in changed)}
    steps = material.params.get("steps")
    if isinstance(steps, tuple) and steps:
        made["steps"] = practice.fitting(steps, changed)
    return made


def with_step(
    material: Material, names: Iterable[str], *step: Value
) -> dict[str, Value]:
    """Return the params in which columns get a step more of the preparation."""
    rows = material.params.get("steps") or ()
    assert isinstance(rows, tuple)
    more = ((name, *step) for name in names)
    return {"steps": (*rows, *(each for each in more if each not in rows))}


def leave_out(material: Material, names: list[str]) -> tuple[Remedy, ...]:
    """Return the remedy that ignores columns."""
    params = with_role(material, names, "ignore")
    if not params:
        return ()
    words = tr("Leave out {n:column|columns}", n=len(names))
    if len(names) == 1:
        words = tr("Leave out {name}", name=names[0])
    return (Remedy(words, params),)
