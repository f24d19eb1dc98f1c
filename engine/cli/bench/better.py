"""`better`: is B better than A? Several seeds of both, and an answer in words."""

import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from engine.bench.better.race import Race, Wish
from engine.cli import projects
from engine.cli.bench.stopping import stoppable
from engine.cli.output import complain, write, write_json
from engine.graph.model import Project
from engine.graph.settings_text import assign
from engine.i18n import tr
from engine.protocol.bench.better import Compared, Seeded
from engine.training.parts import threads
from engine.training.records import runs

INTERRUPTED = 130
_ACCOUNT = "run.json"


def better(options: Namespace) -> int:
    """Train both over the same seeds and say which one is better."""
    first, second = _project(options.first, options), _project(options.second, options)
    threads.flush_denormals()
    try:
        wish = Wish(options.seeds, options.score, options.looks)
        work = Race(first, second, wish)
        with stoppable(work):
            told = _result(work, shown=sys.stderr.isatty() and not options.json)
    finally:
        threads.flush_denormals(on=False)
    if told is None:
        complain(tr("Interrupted"))
        return INTERRUPTED
    if options.json:
        write_json(asdict(told))
        return 0
    write(told.text)
    for seed, a, b in zip(told.seeds, told.first, told.second, strict=True):
        write(f"  {tr('seed')} {seed}: A {a:.6g}  B {b:.6g}")
    return 0


def _project(word: str, options: Namespace) -> Project:
    """Return the project of a file, a preset or a run."""
    if (Path(word) / _ACCOUNT).is_file():
        run = runs.open_run(Path(word))
        project = run.project
        projects.check_allowed(run.places, allowed=options.allow_paths)
        run.close()
    else:
        project = projects.trusted(word, allowed=options.allow_paths)
    if options.steps:
        assign(project, (f"steps={options.steps}",))
    return project


def _result(work: Race, *, shown: bool) -> Compared | None:
    for told in work.run():
        if isinstance(told, Compared):
            return told
        if shown:
            _progress(told)
    return None


def _progress(told: Seeded) -> None:
    name = "AB"[told.which]
    facts = f"{told.done}/{told.total} {name} {tr('seed')} {told.seed}"
    sys.stderr.write(f"\r\x1b[K{facts}: {told.value:.4g}")
    sys.stderr.flush()
