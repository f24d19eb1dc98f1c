"""The project of a run with other data in the place of what it was trained on.

The steps that the run has fitted are replayed; nothing of the training data is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from engine.data.intake import inputs
from engine.data.own import choice, fitted
from engine.data.own.fitted import Use
from engine.errors import TrainingError
from engine.graph.model import Node, Project
from engine.graph.scopes import scoped_nodes
from engine.graph.weights import own_path
from engine.i18n import tr
from engine.layers.spec import Params, Value
from engine.training.records.runs import Run

_FILE = ("path", "reading", "rows", "sha256", "samples", "validation", "split_seed")
"""Settings that say which rows there are, and which of them validate."""


def can_stand_in(run: Run) -> bool:
    """Return whether a run tells all steps of the own data that it was trained on."""
    project = run.project
    found = list(_own_nodes(project))
    scaling = run.info.get("scaling")
    if not found or not isinstance(scaling, Mapping):
        return False
    return all(path in scaling for path, _, _ in found)


def with_data(run: Run, use: Use, file: Path | None = None) -> Project:
    """Return the project of a run whose own data is another file, or none at all.

    Args:
        run: Only read.
        use: What the rows of the file are for.
        file: Another file or folder of the same kind; None names the same one.

    Raises:
        TrainingError: When the run was trained on other than one file of own data, or
            doesn't tell what it has fitted.
        DataError: When no reader knows the file.
    """
    project = run.project
    found = list(_own_nodes(project))
    if not can_stand_in(run) or (file and len({own_path(n) for _, _, n in found}) > 1):
        raise TrainingError(
            tr("Other data can't take the place of what this run was trained on"),
            where=str(run.folder),
            expected=tr("a run on one file of own data, with the steps it has fitted"),
            got=tr("built-in data, or several files")
            if not can_stand_in(run)
            else None,
            fix=tr("Train on your own file; the run then tells its steps."),
        )
    twin = project.copy()
    for path, scope, node in found:
        params = {**node.params, **_changes(run, path, node.params, use, file)}
        twin.scope(scope).replace_node(replace(node, params=params))
    return twin


def on_data_of(run: Run, other: Run) -> Project:
    """Return the network of a run with the data of another, and steps of its own.

    Both parts are those that the other run's are.

    Args:
        run: Whose network and fitted steps it has.
        other: Whose file, split and seed.
    """
    twin, theirs = run.project.copy(), dict(_by_path(other.project))
    for path, scope, node in _own_nodes(run.project):
        source = theirs.get(path, node.params)
        params = {**node.params, **{name: source.get(name) for name in _FILE}}
        made = {name: value for name, value in params.items() if value is not None}
        made["fitted"] = _rows(run, path, "train")
        twin.scope(scope).replace_node(replace(node, params=made))
    return twin


def _by_path(project: Project) -> Iterator[tuple[str, Params]]:
    for path, _, node in _own_nodes(project):
        yield path, node.params


def _rows(run: Run, path: str, use: Use) -> tuple[Value, ...]:
    preparation, scaling, weights = (
        dict(run.info.get(name) or {}).get(path)
        for name in ("preparation", "scaling", "class_weights")
    )
    return fitted.rows(preparation, scaling, weights, use)


def _own_nodes(project: Project) -> Iterator[tuple[str, str, Node]]:
    for path, scope, node in scoped_nodes(project):
        if own_path(node):
            yield path, scope, node


def _changes(
    run: Run, path: str, params: Params, use: Use, file: Path | None
) -> dict[str, Value]:
    made: dict[str, Value] = {"fitted": _rows(run, path, use)}
    if use != "shapes":
        made |= {"label_noise": 0.0}
    if file is not None:
        made |= {"path": str(file.resolve()), "sha256": ""}
        kept = inputs.reading(dict(choice.pairs(params)), file)
        made |= {"reading": tuple(kept.items()), "samples": None}
    return made
