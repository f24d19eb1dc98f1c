"""`try`: answers samples that somebody makes up, one JSON line each.

The first line out says what can be given; then each line in is answered by one line
with the same `id`: an answer, or `error` in words. The end of the input ends it.
"""

import io
import json
import sys
from argparse import Namespace
from pathlib import Path

from engine.cli.output import write_json
from engine.cli.projects import trusted
from engine.errors import DataError, EngineError
from engine.evaluate.trying import Record, Trial
from engine.graph.model import Project
from engine.graph.presets import library
from engine.i18n import tr
from engine.pretrained import blocks
from engine.pretrained.blocks import Plan
from engine.pretrained.model import open_model

_LONGEST = 2**26
_FEW = 20_000
"""Letters of a text that a model is put together with, when it is only asked."""
MODELS = (".gguf", ".safetensors")


def try_(options: Namespace) -> int:
    """Answer lines until they end."""
    trial = Trial(_subject(options))
    write_json({"ready": trial.description})
    sys.stdout.flush()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    for line in sys.stdin:
        write_json(_answered(trial, line))
        sys.stdout.flush()
    return 0


def _subject(options: Namespace) -> Path | Project:
    """Return a run, a project, or the project of a model that others have trained."""
    place = Path(options.project)
    if place.suffix == library.SUFFIX:
        return trusted(options.project, allowed=options.allow_paths)
    if place.suffix.lower() in MODELS:
        few = Plan({"source": "python_help", "samples": _FEW}, rank=0)
        return blocks.project(open_model(place.resolve()), few)
    return place


def _answered(trial: Trial, line: str) -> Record:
    number: object = None
    try:
        question = json.loads(line) if len(line) <= _LONGEST else None
        if not isinstance(question, dict):
            raise DataError(tr("This is no question"), expected='{"id": 1, …}')
        number = question.get("id")
        return {"id": number, **trial.answer(question)}
    except (ValueError, RecursionError):
        return {"id": number, "error": tr("This is not JSON")}
    except (EngineError, OSError) as error:
        return {"id": number, "error": str(error)}
