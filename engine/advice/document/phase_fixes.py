"""What can be done about phases that name what is not there."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from engine.advice.document.connect_fixes import MAX_FIXES
from engine.graph.checks.causes import NotMinimisable, NotUpdatable
from engine.graph.checks.goals import is_loss
from engine.graph.edits import Edit, SetTraining
from engine.graph.model import Project
from engine.graph.problems import Fix
from engine.graph.settings import Phase
from engine.graph.titles import title
from engine.i18n import tr


def minimise_instead(project: Project, cause: NotMinimisable) -> Iterator[Fix]:
    """Yield fixes: without it, another loss in its place, or all losses."""
    yield from islice(_minimise_instead(project, cause.phase, cause.path), MAX_FIXES)


def _minimise_instead(project: Project, index: int, gone: str) -> Iterator[Fix]:
    phase = project.training.phases[index]
    losses = [node.id for node in project.graph.nodes.values() if is_loss(node)]
    rest = tuple(name for name in phase.minimise if name != gone)
    if rest:
        words = tr("Leave “{id}” out of the phase", id=gone)
        yield Fix(words, (_with(project, index, replace(phase, minimise=rest)),))
    for name in losses:
        if name not in phase.minimise:
            better = tuple(name if old == gone else old for old in phase.minimise)
            words = tr(
                "Minimise “{title}”",
                title=title(project.graph, project.graph.node(name)),
            )
            yield Fix(words, (_with(project, index, replace(phase, minimise=better)),))
    if losses:
        edit = _with(project, index, replace(phase, minimise=()))
        yield Fix(tr("Minimise all losses"), (edit,))


def update_instead(project: Project, cause: NotUpdatable) -> Iterator[Fix]:
    """Yield fixes: the phase without the node, or with all nodes."""
    phase = project.training.phases[cause.phase]
    rest = tuple(name for name in phase.update if name != cause.path)
    if rest:
        words = tr("Leave “{id}” out of the phase", id=cause.path)
        edit = _with(project, cause.phase, phase.with_update(rest))
        yield Fix(words, (edit,))
    every = _with(project, cause.phase, phase.with_update(()))
    yield Fix(tr("Update all layers"), (every,))


def _with(project: Project, index: int, phase: Phase) -> Edit:
    return SetTraining(project.training.with_phase(index, phase))
