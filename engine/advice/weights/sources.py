"""Files that weights are to start from and that are not there."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from engine.advice.weights import kinds
from engine.graph import weights
from engine.graph.edits import ReplaceNode, SetWeights
from engine.graph.model import Node, Project
from engine.graph.problems import Fix, Problem
from engine.graph.scopes import scoped_nodes
from engine.graph.titles import title
from engine.graph.weights import Start
from engine.i18n import tr
from engine.places import is_there
from engine.protocol.messages import Analysis


def start_problems(project: Project, folder: str) -> Iterator[Problem]:
    """Yield the files of weights that don't exist, or hold none.

    Args:
        project: Only read.
        folder: Of the document's file, that relative paths count from; empty means
            the current one.
    """
    if project.weights:
        anew = _whole_anew()
        yield from _of_place("", project.weights, folder, anew)
    for path, scope, node in scoped_nodes(project):
        if node.weights:
            anew = let_start_anew(project, scope, node)
            yield from _of_place(path, node.weights, folder, anew)


def held(project: Project, folder: str, allowed: Collection[str]) -> tuple[str, ...]:
    """Return the places outside a project's folder that nobody has allowed to read.

    Args:
        project: Only read.
        folder: Of the document's file, empty without one.
        allowed: Places that may be read.
    """
    return tuple(p for p in weights.outside(project, folder) if p not in allowed)


def with_held(
    analysis: Analysis, project: Project, folder: str, places: Collection[str]
) -> Analysis:
    """Return an analysis that tells also what was not read.

    Args:
        analysis: Of the project `weights.without` these places.
        project: Whole.
        folder: As of `held`.
        places: What `held` returned.
    """
    if not places:
        return analysis
    more = tuple(outside_problems(project, folder, places))
    held_back = {problem.node for problem in more}
    kept = (
        problem
        for problem in analysis.problems
        if problem.kind != "file" or problem.node not in held_back
    )
    return replace(analysis, problems=(*kept, *more))


def outside_problems(
    project: Project, folder: str, held: Collection[str]
) -> Iterator[Problem]:
    """Yield who asks for files outside the project's folder that nobody has allowed.

    Both weights and data are meant.

    Args:
        project: Only read.
        folder: As of `start_problems`.
        held: These places, as `weights.outside` returned them.
    """
    starts = [("", project.weights, _whole_anew())]
    for path, scope, node in scoped_nodes(project):
        starts.append((path, node.weights, let_start_anew(project, scope, node)))
    for path, words, anew in starts:
        if words and (place := weights.place(words, folder)) in held:
            yield Problem(
                path,
                tr("The weights are outside the project's folder and were not read"),
                expected=tr(
                    "a file beside the project, or your leave to read this one"
                ),
                got=place,
                fixes=(anew,),
                kind="outside",
            )
    for path, _, node in scoped_nodes(project):
        for words in weights.read_paths(node).values():
            if (place := weights.whole(words, folder)) in held:
                yield Problem(
                    path,
                    tr("The data is outside the project's folder and was not read"),
                    expected=tr(
                        "a file beside the project, or your leave to read this one"
                    ),
                    got=place,
                    kind="outside",
                )


def _of_place(node: str, words: str, folder: str, anew: Fix) -> Iterator[Problem]:
    """Yield what is wrong with a place that weights are to start from."""
    if not _is_there(words, folder):
        yield _missing(node, words, anew)
        return
    place = place_of(Start.parse(words), folder)
    if place and (got := kinds.complaint(place)):
        yield Problem(
            node,
            tr("There are no weights in “{file}”", file=place.name or str(place)),
            expected=tr("safetensors, a state_dict or a run"),
            got=got,
            fixes=(anew,),
        )


def place_of(start: Start, folder: str) -> Path | None:
    """Return where a file of weights is looked for; None for words that no path has."""
    try:
        return Path(folder) / Path(start.path).expanduser()
    except (ValueError, RuntimeError):
        return None


def _whole_anew() -> Fix:
    return Fix(tr("Let the weights start anew"), (SetWeights(""),))


def let_start_anew(project: Project, scope: str, node: Node) -> Fix:
    """Return the fix that lets the weights of a node start from the seed."""
    label = tr("Let “{title}” start anew", title=title(project.scope(scope), node))
    return Fix(label, (ReplaceNode(replace(node, weights=""), scope),))


def _is_there(words: str, folder: str) -> bool:
    place = place_of(Start.parse(words), folder)
    return place is not None and is_there(place)


def _missing(place: str, words: str, anew: Fix) -> Problem:
    return Problem(
        place,
        tr("The file with the first weights is not there"),
        expected=tr("a file or a run at this place"),
        got=Start.parse(words).path,
        fixes=(anew,),
    )
