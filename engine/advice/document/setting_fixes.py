"""Other values for settings that can't have theirs, also for what a data set lacks."""

from collections.abc import Iterator

from engine.graph.checks.causes import (
    BadValue,
    NoSuchClass,
    TooManySamples,
    UnknownSetting,
)
from engine.graph.edits import SetParam
from engine.graph.model import Project
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.layers.spec import Param, Value


def without_setting(_project: Project, cause: UnknownSetting) -> Iterator[Fix]:
    """Yield the fix that removes a setting which nobody knows."""
    edit = SetParam(cause.node.id, cause.name, None, cause.scope, reset=True)
    yield Fix(tr("Remove the setting"), (edit,))


def better_values(_project: Project, cause: BadValue) -> Iterator[Fix]:
    """Yield fixes: the nearest value that is allowed, and the default."""
    param, node_id = cause.param, cause.node.id
    near = _limit(param, cause.value)
    if near is not None:
        words = tr("Set {setting} to {n}", setting=tr(param.label), n=near)
        yield Fix(words, (SetParam(node_id, param.name, near, cause.scope),))
    reset = SetParam(node_id, param.name, scope=cause.scope, reset=True)
    yield Fix(tr("Use the default"), (reset,))


def _limit(param: Param, value: Value) -> float | int | None:
    """Return the limit that a number is beyond; None for anything else."""
    if param.kind not in {"int", "float", "size"} or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        return None
    low, high = param.min, param.max
    limit = low if low is not None and value <= low else high
    if limit is None or not param.in_range(limit):
        return None
    return limit if param.kind == "float" else int(limit)


def all_samples(_project: Project, cause: TooManySamples) -> Iterator[Fix]:
    """Yield the fix that takes all samples that there are."""
    edit = SetParam(cause.node.id, "samples", scope=cause.scope, reset=True)
    yield Fix(tr("Use all {n} samples", n=cause.count), (edit,))


def known_classes(_project: Project, cause: NoSuchClass) -> Iterator[Fix]:
    """Yield fixes: those of the chosen classes that are there, and all."""
    node_id, scope = cause.node.id, cause.scope
    if cause.kept:
        words = tr("Keep only {classes}", classes=", ".join(map(str, cause.kept)))
        yield Fix(words, (SetParam(node_id, "classes", cause.kept, scope),))
    every = SetParam(node_id, "classes", scope=scope, reset=True)
    yield Fix(tr("Keep all classes"), (every,))
