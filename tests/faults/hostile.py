"""What a stranger made is opened or refused: nothing runs, reaches out or hangs.

Every project, file of weights and run is opened by all that opens such a thing, under a
guard that sees processes, sockets and writes outside; what lies outside is compared.
"""

import argparse
import contextlib
import hashlib
import io
import os
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.advice.analysis import Analyser
from engine.advice.weights.headers import header_of
from engine.errors import EngineError
from engine.evaluate import page
from engine.evaluate.subject import Subject
from engine.export import export, of_run
from engine.graph.edits import SetWeights
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.protocol.messages import Analysis
from engine.protocol.wire import encoding
from engine.training.loop.trainer import Trainer
from engine.training.records import past_runs, runs
from engine.training.weights import initial_weights, weight_files
from tests.faults import _audit
from tests.faults._clock import Clock
from tests.faults._hostile_runs import RUNS
from tests.faults._hostile_weights import WEIGHTS
from workbench.session.curves.history import History
from workbench.session.names import names_of
from workbench.session.past.curves import PastCurves, put, started

HELP = "hostile projects, weights and runs are refused or harmless, all of them"

LIMIT_S, WAITED_S = 10.0, 120.0
"""What opening something may compute, and how long it may take beside other work."""
_ECHO = re.compile(r"\bNone\b|Traceback|<class|object at 0x|\w+Error\b|column \d+|\\x")
_FX = re.compile(r"eval_with_key|^compile \(b.(\\n)*def forward\(self")
"""Code that torch.fx writes for a network; it holds no word of a file."""
Use = Callable[[], object]


def run(options: argparse.Namespace, folder: Path) -> int:
    """Open everything; `--n` of them by chance, when it is less than all."""
    folder = folder.resolve()
    good = 0
    with private_temp(folder / "temp"):
        bench = Bench(folder)
        cases = bench.cases()
        chosen = random.Random(options.seed).sample(cases, min(options.n, len(cases)))
        for name, make in chosen:
            faults = bench.faults(make)
            good += not faults
            for fault in faults:
                print(f"{name}: {fault}", flush=True)
    print(f"{'PASS' if good == len(chosen) else 'FAIL'} {good}/{len(chosen)}")
    return 0 if good == len(chosen) else 1


class Bench:
    """A place with things that nobody may touch, and a sound run to be changed.

    Args:
        folder: Empty; all happens in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self.outside = folder, folder / "outside"
        self._inside = folder / "inside"
        self.outside.mkdir()
        (folder / "temp").mkdir()
        (self.outside / "models").mkdir()
        (self.outside / "profile").write_text("export PATH\n")
        (self.outside / "models" / "mine.safetensors").write_bytes(bytes(100))
        (self.outside / "other.sqlite").write_bytes(_database(folder))
        self.project = _project()
        self._template = _trained(self.project, folder / "template")
        self._warm_up()

    def _warm_up(self) -> None:
        """Open something sound of each kind, so that all that loads late is loaded."""
        faults = [
            *self.faults(lambda inside: self._of_run(self._copy(inside))),
            *self.faults(lambda inside: self._of_weights(WEIGHTS["nowhere"](inside))),
        ]
        assert not faults, faults

    def cases(self) -> list[tuple[str, Callable[[Path], list[Use]]]]:
        """Return names, and what makes each hostile thing and says how it is used."""
        found = [(f"run: {name}", self._run_case(name)) for name in RUNS]
        found += [(f"weights: {name}", self._weights_case(name)) for name in WEIGHTS]
        if find_spec("tests.faults._hostile_projects"):
            from tests.faults import _hostile_projects  # if it is there

            found += [
                (
                    f"project: {name}",
                    lambda inside, make=make: _of_project(make(inside)),
                )
                for name, make in dict(_hostile_projects.PROJECTS).items()
            ]
        return found

    def _run_case(self, name: str) -> Callable[[Path], list[Use]]:
        def make(inside: Path) -> list[Use]:
            copy = self._copy(inside)
            RUNS[name](copy, self.outside)
            return self._of_run(copy)

        return make

    def _weights_case(self, name: str) -> Callable[[Path], list[Use]]:
        return lambda inside: self._of_weights(WEIGHTS[name](inside))

    def _copy(self, inside: Path) -> Path:
        return Path(shutil.copytree(self._template, inside / "run"))

    def faults(self, make: Callable[[Path], list[Use]]) -> list[str]:
        """Return what happened that must not, when something hostile was opened."""
        self._inside.mkdir()
        os.chdir(self._folder)
        uses = make(self._inside)
        os.chdir(self._inside)
        before = _content(self.outside)
        with _audit.watch(self._inside, self._folder / "temp") as seen:
            found = [fault for use in uses for fault in _fault_of(use)]
        found += [each for each in seen if not _FX.search(each)]
        if _content(self.outside) != before:
            found.append("what lies outside has changed")
        os.chdir(self._folder)
        shutil.rmtree(self._inside)
        return list(dict.fromkeys(found))

    def _of_run(self, run: Path) -> list[Use]:
        """Return all that is done with a run: it is shown, exported, gone on with."""
        out = run.parent / "exported.safetensors"
        return [
            lambda: _shown(run),
            lambda: header_of(run),
            lambda: weight_files.read(str(run)),
            lambda: export(of_run(runs.open_run(run)), "safetensors", out),
            lambda: page.of(Subject(run).report()),
            lambda: _resumed(run),
            lambda: _resumed(runs.create(run.parent, self.project, name="run").folder),
        ]

    def _of_weights(self, path: Path) -> list[Use]:
        project = self.project.copy()
        SetWeights(str(path)).apply(project)
        strict = self.project.copy()
        node = strict.graph.nodes["scores"]
        strict.graph.replace_node(type(node)(**{**vars(node), "weights": str(path)}))
        return [
            lambda: header_of(path),
            lambda: weight_files.read(str(path)),
            lambda: initial_weights.preview(self.project, str(path)),
            lambda: Analyser().analyse(strict, folder=""),
            lambda: Analyser().analyse(project, folder=""),
            lambda: Trainer(strict).close("stopped"),
            lambda: Trainer(project).close("stopped"),
        ]


def _fault_of(use: Use) -> Iterator[str]:
    clock = Clock()
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            use()
    except EngineError as error:
        if (found := _ECHO.search(str(error))) or "\n" in str(error):
            yield f"says {str(error)[:200]!r} ({found and found.group()})"
    except Exception as error:  # noqa: BLE001 - what is looked for
        yield f"{type(error).__name__}: {str(error)[:200]}"
    if fault := clock.fault(LIMIT_S, WAITED_S):
        yield fault


def _resumed(folder: Path) -> None:
    """Go on with a run for some steps, and leave it with a checkpoint."""
    trainer = Trainer.resume(runs.open_run(folder))
    for number, _ in enumerate(trainer.steps()):
        if number == 20:
            trainer.request_stop()


def _shown(folder: Path) -> None:
    """Open a run as engine and window do; its folder is only read."""
    before = _content(folder)
    try:
        reader = past_runs.PastRuns()
        opened = _crossed(reader.open(str(folder)))
        parts = [
            _crossed(reader.part(str(folder), number)) for number in range(opened.parts)
        ]
        project = serialize.loads(opened.document, folder.name)
        history, curves = History(), PastCurves(opened.run, opened.parts, parts)
        for until in (0, 20):
            run = started(opened, project, Analysis(0, {}, (), 0))
            history.begin(run, names_of(project))
            for piece in curves.pieces(until):
                put(history, piece)
        assert "\n" not in f"{opened.state}{opened.step}{opened.damage}"
    finally:
        assert _content(folder) == before, "opening has changed the folder"


def _crossed(value: Any) -> Any:
    """Return a value as it comes out of the pipe between engine and window."""
    return encoding.decode(encoding.encode(value))


def _project_case(make: Callable[[Path], Path]) -> Callable[[Path], list[Use]]:
    return lambda inside: _of_project(make(inside))


def _of_project(path: Path) -> list[Use]:
    folder = str(path.parent)
    return [lambda: Analyser().analyse(serialize.load(path), folder=folder)]


def _project() -> Project:
    import presets  # late, as the tests do

    project = presets.load("digits-mlp")
    values = {"steps": 400, "device": "cpu", "threads": 1}
    for name, value in values.items():
        project.training = project.training.with_value(name, value)
    return project


def _trained(project: Project, folder: Path) -> Path:
    """Return a run that was stopped on its way."""
    run = runs.create(folder, project, name="run")
    trainer = Trainer(run.project, run=run)
    trainer.recorder.checkpoint_every_steps = 20
    for _ in trainer.steps():
        if trainer.step >= 60:
            trainer.request_stop()
    run.log("left here")
    return run.folder


def _database(folder: Path) -> bytes:
    import sqlite3

    path = folder / "made.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE passwords (name, word)")
        file.commit()
    data = path.read_bytes()
    path.unlink()
    return data


def _content(folder: Path) -> dict[str, str]:
    """Return what is in a folder: kinds, links, and the sums of files."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file() and path.stat().st_size < 2**30:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = oct(path.stat().st_mode)
    return found


@contextlib.contextmanager
def private_temp(folder: Path) -> Iterator[None]:
    """Let temporary files be made where they are allowed."""
    before, here = tempfile.tempdir, Path.cwd()
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.chdir(here)
