"""The whole answer about a source of data: a file, a folder, or a built-in set."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from engine.data.health.table import judged
from engine.data.material.material import Material, of_built_in, of_own
from engine.data.own import practice
from engine.data.own.choice import pairs
from engine.data.own.describe import Description, Wishes, describing
from engine.data.own.resolving import is_read
from engine.data.readers.table import READERS
from engine.data.survey import columns, previews, splitting, steps
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.datasets.catalogue import spec_of
from engine.layers.spec import Params, Value
from engine.protocol.data.surveys import DataSurvey, SurveyData

if TYPE_CHECKING:
    from engine.layers.datasets.own import OwnKind, OwnRole, Sample

_T = TypeVar("_T")
Told = tuple[tuple[str, str], ...]


def surveying(command: SurveyData) -> Generator[float, None, DataSurvey]:
    """Read a source and tell what it holds.

    Yields:
        How much is done, 0 to 1; not going on ends it.

    Raises:
        ConfigError: When a setting is out of its range.
        DataError: When it can't be read, or has nothing to learn from.
    """
    params: dict[str, Value] = dict(command.params)
    if not own.is_own(params):
        material = of_built_in(params, spec_of(params))
        return _survey(command, material, None, params)
    found = None
    if command.again or not is_read(params):
        path = Path(str(params["path"]))
        found = yield from _scaled(describing(path, _wishes(command)), 0.0, 0.6)
        params |= found.params(str(params["path"]))
        if isinstance(rows := params.get("steps"), tuple) and rows:
            params["steps"] = practice.fitting(rows, own.columns(params))
    count = params.get("rows")
    reading = of_own(params, spec_of(params), count if isinstance(count, int) else 0)
    material = yield from _scaled(reading, 0.6 if found else 0.0, 0.95)
    return _survey(command, material, found, params)


def _scaled(
    work: Generator[float, None, _T], low: float, high: float
) -> Generator[float, None, _T]:
    """Hand on how much is done, as a part of the whole."""
    while True:
        try:
            yield low + (high - low) * next(work)
        except StopIteration as end:
            return cast("_T", end.value)


def _wishes(command: SurveyData) -> Wishes:
    params = command.params
    return Wishes(
        dict(pairs(params)),
        cast("dict[str, OwnKind]", command.kinds),
        cast("dict[str, OwnRole]", command.roles),
        cast("Sample | None", params.get("sample")),
    )


def _survey(
    command: SurveyData,
    material: Material,
    found: Description | None,
    params: dict[str, Value],
) -> DataSurvey:
    told = _told(material)
    split = splitting.facts(material)
    facts = columns.facts(material, _whys(found))
    told_of = judged(material, facts, split)
    if command.shown:
        params = {**params, "path": command.shown}
    is_text = params.get("sample") == "text"
    return DataSurvey(
        token=command.token,
        title=tr(material.spec.title),
        reader=_reader(params),
        told=told,
        params=params,
        rows=material.rows,
        looked_at=material.rows if is_text else material.looked_at,
        sample=str(params.get("sample") or "row"),
        columns=facts,
        cells=tuple(tuple(material.cells.get(c.name, ())) for c in facts),
        numbers=tuple(material.numbers),
        previews=previews.previews(material),
        split=split,
        findings=told_of.findings,
        fine=told_of.fine,
        steps=steps.steps(material, told, split),
        notes=found.notes if found else (),
        trouble=material.trouble,
    )


def _told(material: Material) -> Told:
    if own.is_own(material.params):
        return tuple((each.what, each.value) for each in material.told)
    spec = material.spec
    return ((tr("from"), spec.source), (tr("licence"), spec.licence))


def _reader(params: Params) -> str:
    if not own.is_own(params):
        return tr("Built-in data set")
    known = dict(pairs(params)).get("reader")
    return tr(READERS[str(known)].title) if known in READERS else ""


def _whys(found: Description | None) -> dict[str, str]:
    return {each.own.name: each.why for each in found.columns} if found else {}
