"""`data`: what a file is and how it is read, in words or as JSON."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from engine.cli.output import write, write_json
from engine.data.own.describe import Described, Description, Wishes, describing
from engine.data.readers.table import READERS, reader_for
from engine.errors import ConfigError
from engine.files import atomic_write
from engine.graph.files import serialize
from engine.graph.model import Graph, Node, Project
from engine.i18n import tr
from engine.layers.datasets.own import OwnKind, OwnRole, Sample, spec_of
from engine.places import is_file

_SHOWN_CLASSES = 8
_LARGE_BYTES = 2**25


def data(options: Namespace) -> int:
    """Describe a file or folder; perhaps write a project that brings it."""
    path = Path(options.path)
    found = _described(path, _wishes(options, path))
    if options.project:
        _write_project(found, Path(options.project))
    if options.json:
        write_json(_record(found))
        return 0
    for line in _words(found):
        write(line)
    if options.project:
        write(tr("The project is in {path}", path=options.project))
    return 0


def _wishes(options: Namespace, path: Path) -> Wishes:
    roles = dict(_pairs(options.roles))
    if options.target:
        roles[options.target] = "target"
    wanted = dict(_pairs(options.options))
    settings: dict[str, str | int] = dict(wanted)
    if wanted:
        reader = READERS.get(wanted.get("reader", "")) or reader_for(path)
        for param in reader.settings:
            text = wanted.get(param.name)
            if param.kind == "int" and text and text.isdecimal():
                settings[param.name] = int(text)
    return Wishes(
        settings,
        cast("dict[str, OwnKind]", dict(_pairs(options.kinds))),
        cast("dict[str, OwnRole]", roles),
        cast("Sample | None", options.sample or None),
    )


def _pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not (name and equals):
            raise ConfigError(tr("This needs NAME=VALUE"), got=text)
        pairs.append((name, value))
    return pairs


def _described(path: Path, wishes: Wishes) -> Description:
    """Describe a file; of a large one say how far it is."""
    is_large = is_file(path) and path.stat().st_size > _LARGE_BYTES
    shows = is_large and sys.stderr.isatty()
    work = describing(path, wishes)
    while True:
        try:
            share = next(work)
        except StopIteration as end:
            return cast("Description", end.value)
        if shows:
            sys.stderr.write(f"\r{share:4.0%} ")
            sys.stderr.flush()


def _record(found: Description) -> dict[str, object]:
    return {
        "path": str(found.path),
        "reader": found.reader.id,
        "read": {told.what: told.value for told in found.told},
        "rows": found.rows,
        "sample": found.sample,
        "sha256": found.sha256,
        "columns": [_column_record(each) for each in found.columns],
        "ports": [
            {"name": port.port.name, "kind": port.port.kind, "shape": list(port.shape),
             "classes": len(port.classes), "is_target": port.is_target}
            for port in spec_of(found.params("")).layout
        ],
        "notes": list(found.notes),
    }  # fmt: skip


def _column_record(each: Described) -> dict[str, object]:
    own, known = each.own, each.profile
    is_number = known is not None and own.kind in {"number", "date"}
    return {
        "name": own.name,
        "kind": own.kind,
        "role": own.role,
        "why": each.why,
        "shape": list(own.shape),
        "classes": list(own.classes),
        "missing": known.missing if known else 0,
        "distinct": known.distinct if known and not known.overflowed_at else None,
        "min": known.low if known and is_number else None,
        "max": known.high if known and is_number else None,
        "mean": known.mean if known and is_number and known.there else None,
        "deviation": known.deviation if known and is_number and known.there else None,
    }


def _words(found: Description) -> list[str]:
    read = ", ".join(f"{told.what} {told.value}" for told in found.told)
    samples = {"row": tr("a row"), "window": tr("a window of rows"),
               "text": tr("a piece of the text")}[found.sample]  # fmt: skip
    lines = [
        f"{found.path.name}: {tr(found.reader.title)}",
        tr("  read with {settings}", settings=read) if read else "",
        tr("  {rows} rows; a sample is {sample}", rows=f"{found.rows:,}",
           sample=samples),
    ]  # fmt: skip
    width = max((len(each.own.name) for each in found.columns), default=0)
    lines += [_line(each, min(width, 40)) for each in found.columns]
    for port in spec_of(found.params("")).layout:
        shape = "×".join(["N", *("T" if n < 0 else str(n) for n in port.shape)])
        what = tr("to predict") if port.is_target else tr("to read")
        lines.append(f"  → {port.port.name} {shape}  {what}")
    lines += [f"  {tr('note')}: {note}" for note in found.notes]
    return [line for line in lines if line]


def _line(each: Described, width: int) -> str:
    own, known = each.own, each.profile
    parts = [own.kind, *(["×".join(map(str, own.shape))] if own.shape else [])]
    if own.kind == "category":
        shown = ", ".join(own.classes[:_SHOWN_CLASSES])
        more = " …" if len(own.classes) > _SHOWN_CLASSES else ""
        parts.append(
            tr("{n:class|classes}: {names}", n=len(own.classes), names=shown + more)
        )
    elif known and known.low is not None and own.kind == "number":
        parts.append(f"{known.low:.6g} … {known.high:.6g}")
    if known and known.missing:
        parts.append(tr("{n} missing", n=f"{known.missing:,}"))
    why = f"  ({each.why})" if each.why else ""
    return f"  {own.name:<{width}}  {own.role:<7} {', '.join(parts)}{why}"


def _write_project(found: Description, file: Path) -> None:
    """Write a project with one data node; its path is counted from the file."""
    there, home = found.path.resolve(), file.resolve().parent
    words = os.path.relpath(there, home) if there.anchor == home.anchor else str(there)
    graph = Graph()
    graph.add_node(Node("data", "data", found.params(Path(words).as_posix())))
    project = Project(name=found.path.stem, graph=graph)
    atomic_write(file, serialize.dumps(project))
