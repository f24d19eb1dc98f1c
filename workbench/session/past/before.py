"""The runs that have ended in this window: what the next one is compared with."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.graph.compare.differences import Difference, differences
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.i18n import tr

_MOST_KEPT = 12
_COMPARED_AT_ONCE = 500
"""Nodes: more would take longer to compare than a window may stand still."""
_MOST_WORDS = 2


class Ended(NamedTuple):
    """A run that has ended.

    Args:
        document: Text of the project that it trained.
        title: Of the project.
        name: Of the value that counts; empty when nothing was evaluated.
        result: What it came to, in words.
        figure: The same without its name.
    """

    document: str
    title: str
    name: str
    result: str
    figure: str


class Before:
    """The last runs that have ended, the newest last."""

    def __init__(self) -> None:
        self.runs: list[Ended] = []

    def note(self, run: Ended) -> None:
        """Remember a run, the newest of those with its project."""
        self.runs = [each for each in self.runs if each.document != run.document]
        self.runs = [*self.runs, run][-_MOST_KEPT:]

    def last_of(self, run: Ended) -> Ended | None:
        """Return the newest run of the same project with a value of the same name."""
        same = (run.title, run.name)
        known = (r for r in reversed(self.runs) if (r.title, r.name) == same)
        return next(known, None) if run.name else None

    def others(self, project: Project) -> Iterator[tuple[str, str]]:
        """Yield words and text of the projects that train otherwise, newest first."""
        for run in reversed(self.runs):
            found = changes(project, run.document)
            if found is None or found:
                words = (run.result or run.title, said(found or []))
                yield ": ".join(filter(None, words)), run.document


def changes(old: Project, document: str) -> list[Difference] | None:
    """Return what is different in a document; None where it is too large to tell."""
    if old.num_nodes > _COMPARED_AT_ONCE:
        return None
    return differences(old, serialize.loads(document))


def said(found: list[Difference]) -> str:
    """Return differences in a few words."""
    words = [each.words for each in found[:_MOST_WORDS]]
    return ", ".join(words) + (" …" if len(found) > _MOST_WORDS else "")


def told(last: Ended, project: Project) -> tuple[str, bool]:
    """Return what a project has changed since a run, in words, and whether it has."""
    if project.num_nodes > _COMPARED_AT_ONCE:
        return "", True
    found = differences(serialize.loads(last.document), project)
    return steps(found) or tr("with the same settings"), bool(found)


def steps(found: list[Difference]) -> str:
    """Return differences in a few words, each with its value before."""
    words = [_step(each) for each in found[:_MOST_WORDS]]
    return ", ".join(words) + (" …" if len(found) > _MOST_WORDS else "")


def _step(each: Difference) -> str:
    if each.kind != "setting" or not each.old:
        return each.words
    return f"{each.name} {each.old} → {each.new}"
