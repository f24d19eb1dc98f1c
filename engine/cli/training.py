"""`train`: the loop in the main thread, a progress bar, and the run it leaves."""

import signal
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from engine.cli import output, projects
from engine.cli.findings import record_of, words_of
from engine.cli.progress import Progress
from engine.data.own.resolving import resolved
from engine.errors import ConfigError, TrainingError
from engine.explain.diagnose import watch
from engine.graph import settings_text
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol import baselines
from engine.protocol.baselines import Baselines
from engine.protocol.commands import Train
from engine.protocol.messages import Evaluation
from engine.protocol.overrides import overridden
from engine.training.loop.events import Step, scores
from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
from engine.training.parts import threads
from engine.training.records import runs

RUNS = Path("runs")
"""Where runs are kept when nothing is said."""
INTERRUPTED = 130


def train(options: Namespace) -> int:
    """Train a project, or go on with a run, and say what came of it."""
    threads.flush_denormals()
    try:
        return _train(options)
    finally:
        threads.flush_denormals(on=False)


def _train(options: Namespace) -> int:
    trainer, run = _resumed(options) if options.resume else _new(options)
    trainer.recorder.checkpoint_every_steps = options.checkpoint_every
    diagnosis = watch.attach(trainer, run.project)
    start = time.perf_counter()
    with stoppable(trainer), Progress(trainer, shown=not options.json) as progress:
        for step in trainer.steps():
            if step is Step.UPDATE:
                progress.stepped()
    seconds = time.perf_counter() - start
    return _report(diagnosis, run, seconds, as_json=options.json)


def _new(options: Namespace) -> tuple[Trainer, runs.Run]:
    if options.from_step >= 0:
        raise ConfigError(
            tr("--from-step goes on with a run"), fix="--resume --out RUN"
        )
    if options.more:
        raise ConfigError(tr("--more goes on with a run"), fix="--resume --out RUN")
    if not options.project:
        raise ConfigError(
            tr("Nothing to train"), fix=tr("Name a .bpw file or a preset.")
        )
    project = projects.trusted(options.project, allowed=options.allow_paths)
    project = resolved(project)
    settings_text.assign(project, options.values)
    project = overridden(project, _command(options))
    out = Path(options.out) if options.out else None
    folder, name = (out.parent, out.name) if out else (RUNS, "")
    kept = str(Path(options.weights_from).resolve()) if options.weights_from else ""
    return launch(folder, project, name=name, weights_from=kept)


def _command(options: Namespace) -> Train:
    return Train(
        document="",
        folder="",
        device=options.device,
        threads=options.threads,
        steps=options.steps,
        seed=options.seed,
    )


def _resumed(options: Namespace) -> tuple[Trainer, runs.Run]:
    if not options.out:
        raise ConfigError(tr("--resume needs the folder of a run"), fix="--out RUN")
    changed = (options.values, options.steps, options.device, options.weights_from)
    if any(changed) or options.seed >= 0:
        raise ConfigError(
            tr("A resumed run keeps its settings"),
            fix=tr("Leave --set, --steps, --seed, --device and --weights-from away."),
        )
    run = runs.open_run(Path(options.out), options.from_step)
    projects.check_allowed(
        run.places, allowed=options.allow_paths
    )  # it may be anybody's
    return Trainer.resume(run, more=options.more), run


@contextmanager
def stoppable(trainer: Trainer) -> Iterator[None]:
    """Let Ctrl+C end the run with a checkpoint; a second one ends it at once."""

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        trainer.request_stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    old = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, old, strict=True):
            signal.signal(number, handler)


def _report(
    diagnosis: watch.Diagnosis, run: runs.Run, seconds: float, *, as_json: bool
) -> int:
    """Say how it ended and what is wrong; a loss that is no number is an error."""
    trainer, findings = diagnosis.trainer, diagnosis.findings
    ending = trainer.ending
    assert ending
    result = {**_result(trainer, run), "seconds": seconds, "state": ending.kind}
    if as_json:
        output.write_json({**result, "findings": [*map(record_of, findings)]})
    elif ending.kind != "diverged":
        output.write(_sentence(result, trainer.baselines, run.project))
    for finding in () if as_json else findings:
        output.write(words_of(finding))
    if ending.kind == "diverged":
        raise TrainingError(ending.text.rstrip("."), where=str(run.folder))
    if ending.kind != "stopped":
        return 0
    output.complain(
        tr(
            "Stopped at step {step}. Go on with: python -m engine train --resume "
            "--out {run}",
            step=trainer.step,
            run=run.folder,
        )
    )
    return INTERRUPTED


def _result(trainer: Trainer, run: runs.Run) -> dict[str, object]:
    evaluation = _final(trainer, run.read_evaluations())
    _, losses, _ = run.read_losses()
    run.close()
    facts = trainer.started()
    last_loss = float(losses[-1].sum()) if len(losses) else None
    return {
        "project": run.project.name,
        "steps": trainer.step,
        "epochs": trainer.epoch,
        "train_loss": evaluation.train_values.get("loss", last_loss),
        "validation": evaluation.values,
        "baselines": baselines.records(trainer.baselines),
        "parameters": facts.parameters,
        "device": facts.device,
        "threads": facts.threads,
        "seed": trainer.parts.seed,
        "overhead": trainer.overhead,
        "run": str(run.folder),
    }


def _final(trainer: Trainer, evaluations: list[Evaluation]) -> Evaluation:
    """Return the evaluation of the weights that the run ended with."""
    if trainer.parts.training.value("keep_best") and trainer.ending:
        best = [evaluation for evaluation in evaluations if evaluation.best]
        if best and trainer.ending.kind != "stopped":
            return best[-1]
    return evaluations[-1] if evaluations else Evaluation(trainer.step, 0.0, {})


def _sentence(result: dict[str, object], known: Baselines, project: Project) -> str:
    values = result["validation"]
    assert isinstance(values, dict)
    words = scores(values, known, project)
    return tr(
        "{steps:step|steps} in {seconds:.1f} s; validation: {words}\n{run}",
        words=words or "–",
        **{name: result[name] for name in ("steps", "seconds", "run")},
    )
