"""What a person can do to training phases, each as one readable undo step.

Functions take the document first and raise EngineError when it refuses; nothing has
changed then.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import ConfigError, UnknownLayerError
from engine.graph import paths
from engine.graph.edits import SetTraining
from engine.graph.model import Project
from engine.graph.settings import Phase
from engine.i18n import tr
from engine.layers import registry
from workbench.document.document import Document

_LOOKS_BACK = "ewc_of"
"""Setting that names another phase."""


def add(document: Document) -> int:
    """Add a phase with the optimizer of the last one; return its index."""
    phases = _of(document)
    name = _free(document, tr("phase {n}", n=len(phases) + 1))
    last = phases[-1]
    new = Phase(name, optimizer=last.optimizer, schedule=last.schedule)
    _apply(document, (*phases, new), tr("Add phase {name}", name=name))
    return len(phases)


def duplicate(document: Document, index: int) -> int:
    """Add a copy behind a phase; return its index."""
    phases = _of(document)
    twin = replace(phases[index], name=_free(document, phases[index].name))
    changed = (*phases[: index + 1], twin, *phases[index + 1 :])
    words = tr("Duplicate phase {name}", name=phases[index].name)
    _apply(document, changed, words)
    return index + 1


def remove(document: Document, index: int) -> int:
    """Remove a phase; return the index of the one that stands there now.

    Raises:
        ConfigError: It is the only one.
    """
    phases = _of(document)
    kept = (*phases[:index], *phases[index + 1 :])
    _apply(document, kept, tr("Delete phase {name}", name=phases[index].name))
    return min(index, len(kept) - 1)


def move(document: Document, index: int, by: int) -> int:
    """Let a phase run earlier or later in each step; return its new index."""
    phases = list(_of(document))
    place = min(max(index + by, 0), len(phases) - 1)
    if place == index:
        return index
    phase = phases.pop(index)
    phases.insert(place, phase)
    _apply(document, phases, tr("Move phase {name}", name=phase.name))
    return place


def rename(document: Document, index: int, name: str) -> None:
    """Give a phase another name; settings that name it follow.

    Raises:
        ConfigError: Another phase has this name, or it is empty.
    """
    phases, name = _of(document), name.strip()
    old = phases[index].name
    if name == old:
        return
    if not name:
        raise ConfigError(tr("A phase needs a name"))
    if any(phase.name == name for phase in phases):
        raise ConfigError(tr("Two phases have the same name"), got=name)
    renamed = [
        replace(p, params={**p.params, _LOOKS_BACK: name})
        if p.params.get(_LOOKS_BACK) == old
        else p
        for p in phases
    ]
    renamed[index] = replace(renamed[index], name=name)
    _apply(document, renamed, tr("Rename phase to {name}", name=name))


def set_minimise(document: Document, index: int, names: Sequence[str]) -> None:
    """Set what a phase minimises; nothing means all losses."""
    words = tr("Set what {name} minimises", name=_of(document)[index].name)
    _set(document, index, replace(_of(document)[index], minimise=tuple(names)), words)


def set_update(document: Document, index: int, names: Sequence[str]) -> None:
    """Set what a phase updates; nothing means all weights that its losses need."""
    words = tr("Set what {name} updates", name=_of(document)[index].name)
    _set(document, index, replace(_of(document)[index], update=tuple(names)), words)


def _set(document: Document, index: int, phase: Phase, words: str) -> None:
    if phase != _of(document)[index]:
        phases = list(_of(document))
        phases[index] = phase
        _apply(document, phases, words)


def _of(document: Document) -> tuple[Phase, ...]:
    return document.project.training.phases


def _apply(document: Document, phases: Sequence[Phase], words: str) -> None:
    training = replace(document.project.training, phases=tuple(phases))
    document.apply([SetTraining(training)], words)


def _free(document: Document, stem: str) -> str:
    taken, name, number = {phase.name for phase in _of(document)}, stem, 2
    while name in taken:
        name, number = f"{stem} {number}", number + 1
    return name


def category_of(project: Project, path: str) -> str:
    """Return the category of what a path leads to; empty where that is nothing."""
    node = paths.find(project, path)
    try:
        return registry.get(node.type).category if node else ""
    except UnknownLayerError:
        return ""
