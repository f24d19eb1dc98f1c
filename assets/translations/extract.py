"""Keeps the catalogues of this folder in step with the words of the source.

A developer's script: the application never runs it. From the checkout:

    .venv/bin/python assets/translations/extract.py

It collects every text that people see: the literals that reach `tr(...)`, the words
of the tables in `TABLES` that reach it as a variable, those of the catalogue of
layers, data and options, and those of the presets. New texts are added to each
`*.json` with an empty translation, to be filled in; texts that are gone are named,
and dropped with `--drop`. Layers keep their names in every language, as papers and
PyTorch do.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from engine.data.readers.table import READERS  # noqa: E402 - found as above
from engine.files import atomic_write  # noqa: E402
from engine.graph import options  # noqa: E402
from engine.layers import registry  # noqa: E402
from engine.layers.datasets.catalogue import DATASETS  # noqa: E402
from engine.layers.spec import Param, Port  # noqa: E402

PACKAGES = ("engine", "workbench", "presets")
TABLES: Mapping[str, Mapping[str, "int | tuple[int, ...] | None"]] = {
    "engine/pretrained/torch_files/machine.py": {"_ODD_TENSORS": None},
    "engine/cli/microscope/why.py": {"_TERMS": None},
    "engine/data/readers/cells.py": {"COMPLAINTS": None, "EXPECTED": None},
    "engine/data/readers/foreign.py": {"_MAGIC": None},
    "engine/data/readers/layout.py": {"_WORDS": None},
    "engine/export/formats.py": {"_ROWS": 1},
    "engine/graph/presets/library.py": {"FAMILIES": -1, "OTHERS": None},
    "engine/layers/registry.py": {"CATEGORIES": None},
    "engine/layers/spec.py": {"_WORDS": None},
    "engine/pretrained/blocks.py": {"_TITLES": None},
    "engine/protocol/bench/race.py": {"_NAMES": None},
    "engine/protocol/live_settings.py": {"TITLES": None},
    "engine/training/records/disk.py": {"_REASONS": None},
    "workbench/app/commands/table.py": {
        "_FILE": 1,
        "_VIEW": 1,
        "_TRAIN": 1,
        "_HELP": 1,
    },
    "workbench/dialogs/pretrained/dialog.py": {"_TITLES": None},
    "workbench/app/docks/docks.py": {"TITLES": None},
    "workbench/app/docks/rooms.py": {"ROOMS": (1, 2)},
    "workbench/app/bars/status.py": {"STATES": 0},
    "workbench/app/run/engine_loss.py": {"DOING": None},
    "workbench/canvas/commands/building.py": {"ROWS": 1, "COLOUR_WORDS": None},
    "workbench/canvas/commands/editing.py": {"ROWS": 1},
    "workbench/canvas/commands/table.py": {"BY_POINTER": None},
    "workbench/canvas/edits/align.py": {"KINDS": 0},
    "workbench/commands/registry.py": {"MENUS": None},
    "workbench/canvas/painting/step_animation.py": {"_WORDS": None},
    "workbench/explain/layer/formulas.py": {"_SENTENCES": None},
    "workbench/explain/words.py": {"_PARTS": None, "_TERMS": None},
    "workbench/document/wires.py": {"_KINDS": None},
    "workbench/inspector/problems.py": {"_ICONS": -1},
}
"""Constants whose words are shown through `tr(variable)`: all the strings in them, or
those at this place or these of each entry, or with -1 the keys."""

_WORD = re.compile("[A-Za-z][a-z]")


@dataclass
class Words:
    """The texts found so far and where each stands.

    Args:
        places: File and line, or entry of the catalogue, by text.
        unclear: Calls of `tr` whose text is not a literal: checked by `TABLES`.
    """

    places: dict[str, str] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)

    def add(self, text: str, place: str) -> None:
        """Keep a text that has a word in it; symbols are the same everywhere."""
        if _WORD.search(text.replace("&", "")):
            self.places.setdefault(text, place)


def collect() -> Words:
    """Return every text that people see."""
    words = Words()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            read_source(path.read_text("utf-8"), name, words)
    _read_catalogue(words)
    _read_presets(words)
    return words


def read_source(source: str, name: str, words: Words) -> None:
    """Add the texts of one file.

    Args:
        source: Its content.
        name: Its path from the checkout, for `TABLES` and the places.
        words: Gets them.
    """
    tree = ast.parse(source)
    constants = dict(_constants(tree))
    for call in _calls(tree, "tr"):
        place = f"{name}:{call.lineno}"
        texts = list(_literals(call.args[0], constants))
        if not texts:
            words.unclear.append(f"{place}: {ast.unparse(call.args[0])}")
        for text in texts:
            words.places.setdefault(text, place)
    for call in _calls(tree, "Param"):
        shown = [word.value for word in call.keywords if word.arg in {"label", "doc"}]
        for text in _strings([*call.args[3:4], *shown]):
            words.add(text, f"{name}:{call.lineno}")
    for constant, position in TABLES.get(name, {}).items():
        for text in _entries(constants[constant], position):
            words.add(text, f"{name}: {constant}")


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names and values of a module's assignments."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.value or node.target


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else ""
            if name == (function.id if isinstance(function, ast.Name) else called):
                yield node


def _literals(node: ast.expr, constants: Mapping[str, ast.expr]) -> Iterator[str]:
    """Yield the texts that an argument of `tr` can have, none when it can't be told."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=first, orelse=second):
            yield from _literals(first, constants)
            yield from _literals(second, constants)
        case ast.Name(id=name) if name in constants:
            yield from _literals(constants[name], {})
        case ast.Subscript(value=ast.Name(id=name)) if name in constants:
            yield from _entries(constants[name], None)


def _entries(table: ast.expr, position: int | tuple[int, ...] | None) -> Iterator[str]:
    """Yield the words of a table; see `TABLES`."""
    if isinstance(table, ast.Dict) and position == -1:
        yield from _strings(key for key in table.keys if key is not None)
        return
    values = table.values if isinstance(table, ast.Dict) else getattr(table, "elts", [])
    for value in values:
        parts = _parts(value)
        if position is None or not parts:
            yield from _strings(parts or [value])
        else:
            places = position if isinstance(position, tuple) else (position,)
            yield from _strings(part for i, part in enumerate(parts) if i in places)


def _parts(entry: ast.expr) -> list[ast.expr]:
    match entry:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Call(args=parts):
            return list(parts)
    return []


def _strings(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _read_catalogue(words: Words) -> None:
    for spec in registry.all_specs():
        words.add(spec.help, spec.id)
        _read_params(spec.params, spec.id, words)
        _read_ports((*spec.inputs, *spec.output_ports(spec.defaults())), spec.id, words)
    for data in DATASETS.values():
        words.add(data.title, f"data {data.id}")
        words.add(data.help, f"data {data.id}")
        _read_ports((part.port for part in data.layout), f"data {data.id}", words)
    for reader in READERS.values():
        words.add(reader.title, f"reader {reader.id}")
        _read_params(reader.settings, f"reader {reader.id}", words)
    for option in (*options.OPTIMIZERS.values(), *options.SCHEDULES.values()):
        words.add(option.title, option.id)
        words.add(option.help, option.id)
        _read_params(option.params, option.id, words)
    _read_params(options.TRAINING_PARAMS.values(), "training", words)
    _read_params(options.PHASE_PARAMS.values(), "phase", words)


def _read_params(params: Iterable[Param], owner: str, words: Words) -> None:
    for param in params:
        shown = () if param.name == "source" else param.choices
        for text in (param.label, param.doc, param.unit, param.unset, *shown):
            words.add(text, f"{owner}.{param.name}")


def _read_ports(ports: Iterable[Port], owner: str, words: Words) -> None:
    for port in ports:
        words.add(port.doc, f"{owner}.{port.name}")


def _read_presets(words: Words) -> None:
    for path in sorted((ROOT / "presets").glob("*.bpw")):
        whole = json.loads(path.read_text("utf-8"))
        record = whole.get("preset", {})
        target = record.get("target", {}).get("text", "")
        cure = record.get("cure", {}).get("text", "")
        for text in (record.get("title", ""), record.get("watch", ""), target, cure):
            words.add(text, path.name)
        for remedy in whole.get("remedies", ()):
            words.add(remedy["name"], path.name)
            words.add(remedy["text"], path.name)


def fields(text: str) -> list[str]:
    """Return the fields of a text with their formats, sorted; nouns are no format."""
    found = Formatter().parse(text)
    return sorted(
        f"{name}!{how}:{'' if '|' in (spec or '') else spec}"
        for _, name, spec, how in found
        if name
    )


def read(path: Path) -> dict[str, str]:
    """Return the translations of one language."""
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def write(path: Path, catalogue: Mapping[str, str]) -> None:
    """Write the translations of one language, sorted, one to a line."""
    text = json.dumps(catalogue, ensure_ascii=False, indent=1, sort_keys=True)
    atomic_write(path, f"{text}\n".encode())


def update(path: Path, words: Words, *, drop: bool = False) -> None:
    """Bring one language in step with the source, and tell what changed.

    Args:
        path: Its catalogue.
        words: What the source holds now.
        drop: Take translations of texts that are gone away.
    """
    old = read(path)
    new = {text: old.get(text, "") for text in words.places}
    for text in sorted(old.keys() - words.places.keys()):
        _say(f"{path.name} {'drops' if drop else 'is stale:'} {text!r}")
        if not drop and old[text]:
            new[text] = old[text]
    missing = [text for text in sorted(new) if not new[text]]
    for text in missing:
        _say(f"{path.name} needs {text!r} ({words.places[text]})")
    write(path, new)
    _say(f"{path.name}: {len(new)} texts, {len(missing)} without a translation")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Bring every language in step with the source."""
    words = collect()
    for path in sorted(FOLDER.glob("*.json")):
        update(path, words, drop="--drop" in sys.argv[1:])


if __name__ == "__main__":
    main()
