"""Whatever is being saved when a process is killed: the old or the new is there.

A child saves projects, settings, a run with its checkpoints, and exports, again and
again; it is killed at a random moment, and what it left is read and used.
"""

import argparse
import json
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import safetensors.torch
import torch

from engine.export import Weights, export
from engine.graph.files import serialize
from engine.training.loop.trainer import Trainer
from engine.training.records import metric_store, runs
from tests.faults import _forked

HELP = "saves that are killed leave the old or the new, whole"

KINDS = ("project", "settings", "run", "export")
_LIMIT_S = 120.0
_SIZE = 200_000


def run(options: argparse.Namespace, folder: Path) -> int:
    """Kill saves, and read what they left."""
    chance = random.Random(options.seed)
    good = 0
    with _forked.server(__name__, "workbench.document.settings", "presets") as start:
        for number in range(options.n):
            kind = KINDS[number % len(KINDS)]
            place = folder / str(number)
            place.mkdir()
            _kill(start, kind, place, chance)
            faults = list(_faults(kind, place))
            good += not faults
            for fault in faults:
                print(f"{number} {kind}: {fault}", flush=True)
            shutil.rmtree(place)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


def _kill(start: _forked.Start, kind: str, place: Path, chance: random.Random) -> None:
    """Start a child, wait until it saves, and kill it at a random moment."""
    settings = {name: str(place) for name in ("HOME", "XDG_CONFIG_HOME")}
    process = start(place, settings, _save_for_ever, kind, str(place))
    deadline = time.monotonic() + _LIMIT_S
    while not (place / "begun").exists() and time.monotonic() < deadline:
        assert process.is_alive(), "the child has ended"
        time.sleep(0.01)
    time.sleep(chance.random() * 0.5)
    process.kill()
    process.join()
    process.close()


def _save_for_ever(kind: str, place: str) -> None:
    folder = Path(place)
    for number, _ in enumerate(_SAVES[kind](folder)):
        if number == 1:
            (folder / "begun").touch()


def _project(folder: Path) -> Iterator[None]:
    import presets  # the child's alone

    project = presets.load("digits-mlp")
    for number in range(10**9):
        project.name = str(number)
        for node in [*project.graph.nodes.values()]:
            project.graph.replace_node(replace(node, name=str(number)))
        serialize.save(project, folder / "a.bpw")
        yield


def _settings(_folder: Path) -> Iterator[None]:
    from workbench.document.settings import Settings  # Qt

    settings = Settings()
    for number in range(10**9):
        settings.allow([f"/{number}/{place}" for place in range(100)])
        settings.save()
        yield


def _run(folder: Path) -> Iterator[None]:
    from tests.training.projects import mlp, phase  # the child's

    document = mlp(phase("adam"), steps=10**6, evaluate_every=7)
    run_ = runs.create(folder, document, name="run")
    trainer = Trainer(run_.project, run=run_)
    trainer.recorder.checkpoint_every_steps = 5
    for _ in trainer.steps():
        if trainer.at_border and trainer.step >= 30:
            yield


def _export(folder: Path) -> Iterator[None]:
    for number in range(10**9):
        tensors = {"a": torch.full((_SIZE,), float(number))}
        export(Weights(tensors, {}, number), "safetensors", folder / "a.safetensors")
        yield


_SAVES = {"project": _project, "settings": _settings, "run": _run, "export": _export}


def _faults(kind: str, place: Path) -> Iterator[str]:
    """Yield what is wrong with what was left."""
    try:
        yield from _CHECKS[kind](place)
    except Exception as error:  # noqa: BLE001 - what is looked for
        yield f"{type(error).__name__}: {error}"


def _project_is_whole(place: Path) -> Iterator[str]:
    project = serialize.load(place / "a.bpw")
    names = {node.name for node in project.graph.nodes.values()}
    if names != {project.name}:
        yield "two projects in one"


def _settings_are_whole(place: Path) -> Iterator[str]:
    (path,) = place.rglob("workbench.ini")
    text = path.read_text().partition("allowed=")[2].splitlines()[0]
    names = json.loads(json.loads(text) if text.startswith('"') else text)
    if len({name.split("/")[1] for name in names[:100]}) != 1:
        yield "two settings in one"


def _run_is_whole(place: Path) -> Iterator[str]:
    run_ = runs.open_run(place / "run")
    if (damage := metric_store.read(place / "run" / runs.METRICS).damage) is not None:
        yield f"curves: {damage}"
    for entry in run_.info["checkpoints"]:
        runs.open_run(place / "run", entry["step"]).load_weights()
    trainer = Trainer.resume(run_)
    if trainer.step < 25:
        yield f"goes on from step {trainer.step}"
    steps = trainer.steps()
    for _ in steps:
        if trainer.at_border and trainer.step >= run_.step + 6:
            trainer.save()
            break
    steps.close()
    files = {path.name for path in (place / "run" / "checkpoints").iterdir()}
    named = {
        entry["file"] for entry in runs.open_run(place / "run").info["checkpoints"]
    }
    if files != named:
        yield f"left over: {files - named}, missing: {named - files}"


def _export_is_whole(place: Path) -> Iterator[str]:
    (tensor,) = safetensors.torch.load_file(place / "a.safetensors").values()
    if tensor.shape != (_SIZE,) or tensor.unique().numel() != 1:
        yield "two exports in one"


_CHECKS = {
    "project": _project_is_whole,
    "settings": _settings_are_whole,
    "run": _run_is_whole,
    "export": _export_is_whole,
}
