"""Findings as plain records, as `run.json` keeps them, read with mistrust.

A fix is kept with its edits, which can say no more than the document of the same run.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from engine.graph.model import Project
from engine.graph.presets import preset_fix
from engine.graph.problems import Fix
from engine.protocol.findings import MOST_POINTS, Course, Evidence, Finding
from engine.protocol.wire.edit_records import read_edits, records_of

FIELD = "findings"
"""Its name in `run.json`."""
_MOST, _LONGEST, _MOST_STEPS = 32, 2000, 2**53
_WORDS = ("fault", "title", "text", "advice", "source")


def record_of(finding: Finding) -> dict[str, object]:
    """Return a finding as JSON values."""
    return {
        **{name: getattr(finding, name) for name in _WORDS},
        "step": finding.step,
        "nodes": list(finding.nodes),
        "evidence": [asdict(e) for e in finding.evidence if _is_number(e.value)],
        "fixes": [
            {"label": fix.label, "edits": edits}
            for fix in finding.fixes
            if (edits := records_of(fix.edits))
        ],
    }


def read(records: object, project: Project) -> tuple[Finding, ...]:
    """Return the findings of a run; what is not one is left out.

    Args:
        records: Whatever stands in `run.json`.
        project: Of the same run; a preset's own fix stands first again.
    """
    found = records[:_MOST] if isinstance(records, list) else []
    findings = (_finding(record, project) for record in found)
    return tuple(
        with_preset_fix(each, project) for each in findings if each is not None
    )


def with_preset_fix(finding: Finding, project: Project) -> Finding:
    """Return a finding with a preset's own fix before the general ones."""
    if preset_fix.fault_of(project) != finding.fault:
        return finding
    own = preset_fix.fix_of(project)
    others = tuple(f for f in finding.fixes if not own or f.label != own.label)
    return replace(finding, fixes=(own, *others) if own else others)


def merged(
    records: Iterable[Mapping[str, object]], before: object
) -> list[Mapping[str, object]]:
    """Return new records, and those of before whose fault is not among them."""
    new = list(records)
    faults = {record["fault"] for record in new}
    old = before[:_MOST] if isinstance(before, list) else []
    kept = [r for r in old if _words_of(r) and r["fault"] not in faults]
    return [*new, *kept]


def _words_of(record: object) -> Mapping[str, Any] | None:
    """Return a record of a finding; None where it is none."""
    if not isinstance(record, dict) or not all(_is_text(record, n) for n in _WORDS):
        return None
    step = record.get("step")
    return record if type(step) is int and 0 <= step < _MOST_STEPS else None


def _finding(unread: object, project: Project) -> Finding | None:
    record = _words_of(unread)
    if record is None:
        return None
    nodes = [n for n in _list(record, "nodes") if isinstance(n, str) and _is_short(n)]
    evidence = (_evidence(each) for each in _list(record, "evidence"))
    fixes = (_fix(each, project) for each in _list(record, "fixes"))
    return Finding(
        record["fault"],
        record["title"],
        record["text"],
        record["advice"],
        record["source"],
        nodes=tuple(nodes),
        evidence=tuple(each for each in evidence if each is not None),
        fixes=tuple(each for each in fixes if each is not None),
        step=record["step"],
    )


def _evidence(record: object) -> Evidence | None:
    if not isinstance(record, dict) or not _is_text(record, "what"):
        return None
    sign, numbers = record.get("comparison"), (record.get("value"), record.get("limit"))
    if sign not in ("≤", "≥") or not all(map(_is_number, numbers)):
        return None
    value, limit = (float(each) for each in numbers if isinstance(each, int | float))
    return Evidence(record["what"], value, sign, limit, _course(record))


def _course(record: Mapping[str, Any]) -> Course:
    """Return the course of a number; none where it is not whole."""
    points = record.get("course")
    if not isinstance(points, list) or len(points) > MOST_POINTS:
        return ()
    found: list[tuple[int, float]] = []
    for point in points:
        if not (isinstance(point, list) and len(point) == 2 and _is_number(point[1])):
            return ()
        step, last = point[0], found[-1][0] if found else 0
        if type(step) is not int or not last <= step < _MOST_STEPS:
            return ()
        found.append((step, float(point[1])))
    return tuple(found)


def _fix(record: object, project: Project) -> Fix | None:
    if not isinstance(record, dict) or not _is_text(record, "label"):
        return None
    edits = read_edits(record.get("edits"), project)
    return Fix(record["label"], edits) if edits else None


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value[:_MOST] if isinstance(value, list) else []


def _is_text(record: Mapping[str, Any], name: str) -> bool:
    return isinstance(record.get(name), str) and _is_short(record[name])


def _is_short(text: str) -> bool:
    return len(text) <= _LONGEST and all(letter.isprintable() for letter in text)


def _is_number(value: object) -> bool:
    if type(value) not in (int, float):
        return False
    assert isinstance(value, int | float)
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
