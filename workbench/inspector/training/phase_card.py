"""What a row of the phase table says. No widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.graph.model import Project
from engine.graph.options import OPTIMIZERS, SCHEDULES
from engine.graph.problems import Problem
from engine.graph.settings import Phase
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol.messages import Analysis, PhaseInfo
from workbench.document.phases import category_of

_UNKNOWN = PhaseInfo((), (), ())
_MOST_NAMED = 3


@dataclass(frozen=True)
class Tag:
    """One node that a phase names.

    Args:
        text: Words for it.
        category: Of its colour; empty for “all”.
        is_broken: The node is not there.
    """

    text: str
    category: str = ""
    is_broken: bool = False


@dataclass(frozen=True)
class Note:
    """Something to know about a phase; `error`, `warning` or `info`."""

    severity: str
    text: str


@dataclass(frozen=True)
class PhaseFace:
    """Everything that a row shows.

    Args:
        index: Of the phase; its colour too.
        name: Of the phase.
        minimises: Losses.
        updates: Nodes whose weights move.
        how: Optimizer, rate and when it runs, in words.
        notes: Mistakes and facts worth knowing.
    """

    index: int
    name: str
    minimises: tuple[Tag, ...]
    updates: tuple[Tag, ...]
    how: str
    notes: tuple[Note, ...] = ()

    @property
    def spoken(self) -> str:
        """The whole row as one sentence, for screen readers."""
        parts = [
            tr("Phase {n}, {name}", n=self.index + 1, name=self.name),
            f"{tr('minimises')} {', '.join(tag.text for tag in self.minimises)}",
            f"{tr('updates')} {', '.join(tag.text for tag in self.updates)}",
            self.how,
            *(note.text for note in self.notes),
        ]
        return "; ".join(parts)


def faces(
    project: Project,
    analysis: Analysis | None,
    found: Mapping[str, Sequence[Problem]],
) -> list[PhaseFace]:
    """Return the rows of all phases.

    Args:
        project: Only read.
        analysis: The newest one, which may be of an older document.
        found: Name of a phase → its problems.
    """
    phases = project.training.phases
    infos = analysis.phases if analysis else ()
    if len(infos) != len(phases):
        infos = (_UNKNOWN,) * len(phases)
    return [
        PhaseFace(
            index,
            phase.name,
            tags(project, phase.minimise, tr("all losses")),
            tags(project, phase.update, tr("all weights")),
            how(phase),
            (*_notes(found.get(phase.name, ())), *_shared(project, index, infos)),
        )
        for index, phase in enumerate(phases)
    ]


def tags(project: Project, names: tuple[str, ...], everything: str) -> tuple[Tag, ...]:
    """Return a tag for each name, or the one for all."""
    if not names:
        return (Tag(everything),)
    kinds = [(name, category_of(project, name)) for name in names]
    return tuple(Tag(path_title(project, n), kind, not kind) for n, kind in kinds)


def how(phase: Phase) -> str:
    """Return optimizer, learning rate, schedule and when the phase runs."""
    rate = phase.optimizer.complete(OPTIMIZERS)["lr"]
    parts = [tr(OPTIMIZERS[phase.optimizer.type].title), f"{rate:g}"]
    if phase.schedule.type != "constant":
        parts.append(tr(SCHEDULES[phase.schedule.type].title))
    every, (first, last) = phase.value("every"), span(phase)
    if every != 1:
        parts.append(tr("every {n:step|steps}", n=every))
    if (times := phase.value("times")) != 1:
        parts.append(tr("{n:update|updates} a step", n=times))
    if last is not None:
        parts.append(tr("steps {first} to {last}", first=first, last=last))
    elif first > 1:
        parts.append(tr("from step {first}", first=first))
    return " · ".join(parts)


def span(phase: Phase) -> tuple[int, int | None]:
    """Return the first and the last step of a phase; None: to the end."""
    first, last = phase.value("first"), phase.value("last")
    end = last if isinstance(last, int) else None
    return first if isinstance(first, int) else 1, end


def _notes(problems: Sequence[Problem]) -> list[Note]:
    return [Note(problem.severity, problem.text) for problem in problems]


def _shared(project: Project, index: int, infos: tuple[PhaseInfo, ...]) -> list[Note]:
    """Say which phases move the same weights in the same steps."""
    phases, notes = project.training.phases, []
    for other, info in enumerate(infos):
        if other == index or not _meet(phases[index], phases[other]):
            continue
        both = set(info.weights) & set(infos[index].weights)
        places = dict.fromkeys(home.partition(".")[0] for home in sorted(both))
        if places:
            notes.append(Note("info", _also(project, phases[other], list(places))))
    return notes


def _also(project: Project, phase: Phase, places: list[str]) -> str:
    named = ", ".join(path_title(project, place) for place in places[:_MOST_NAMED])
    if len(places) > _MOST_NAMED:
        named += tr(" and {n} more", n=len(places) - _MOST_NAMED)
    return tr("“{phase}” updates {nodes} too", phase=phase.name, nodes=named)


def _meet(one: Phase, other: Phase) -> bool:
    """Return whether two phases run in the same part of the training."""
    (first, last), (start, end) = span(one), span(other)
    return (end is None or first <= end) and (last is None or start <= last)
