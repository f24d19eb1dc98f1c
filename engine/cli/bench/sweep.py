"""`sweep`: many trainings with other settings, and what the settings do."""

import os
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from engine.bench.sweep.importance import importance
from engine.bench.sweep.journal import Journal, Method, Plan, Trial
from engine.bench.sweep.planning import Wish
from engine.bench.sweep.planning import plan as planned
from engine.bench.sweep.sweep import Sweep
from engine.cli import projects
from engine.cli.bench.stopping import stoppable
from engine.cli.output import complain, write, write_json
from engine.data.own.resolving import resolved
from engine.errors import ConfigError
from engine.graph.settings_text import assign
from engine.graph.sweep import space
from engine.i18n import tr
from engine.protocol.findings import number

INTERRUPTED = 130
_SHOWN = 20


def sweep(options: Namespace) -> int:
    """Make the trials that are missing, and rank all of them."""
    project = resolved(projects.trusted(options.project, allowed=options.allow_paths))
    if options.steps:
        assign(project, (f"steps={options.steps}",))
    plan = planned(project, _wish(options))
    folder = Path(options.out or f"sweeps/{Path(options.project).stem}")
    if options.jobs < 0:
        raise ConfigError(tr("Too few trials at a time"), expected="≥ 0",
                          got=options.jobs)  # fmt: skip
    jobs = options.jobs or os.cpu_count() or 1
    work = Sweep(project, plan, folder, jobs=jobs, prunes=not options.no_prune)
    before = len(work.journal.ended)
    if before and not options.json:
        write(tr("{n:trial is|trials are} there already", n=before))
    with stoppable(work):
        for trial in work.run():
            if not options.json:
                write(_line(trial, plan))
    return _report(work.journal, as_json=options.json)


def _wish(options: Namespace) -> Wish:
    count = options.optuna or options.random
    method: Method = "optuna" if options.optuna else "random" if count else "grid"
    return Wish(options.over, method, count, options.score, options.seed)


def _report(journal: Journal, *, as_json: bool) -> int:
    missing = journal.plan.count - len(journal.ended)
    shares = importance(journal.plan.axes, journal.ranked)
    best = next(iter(journal.ranked), None)
    if as_json:
        write_json(
            {
                "folder": str(journal.folder),
                "score": journal.plan.score,
                "missing": missing,
                "best": asdict(best) if best else None,
                "importance": shares,
                "trials": [asdict(trial) for trial in journal.trials],
            }
        )
    else:
        _write(journal, shares)
    if missing > 0:
        words = tr(
            "{n:trial is|trials are} missing: the same command goes on", n=missing
        )
        complain(words)
        return INTERRUPTED
    return 0


def _write(journal: Journal, shares: dict[str, float]) -> None:
    write(tr("The best by {score}:", score=journal.plan.score))
    for trial in journal.ranked[:_SHOWN]:
        write(f"  {_line(trial, journal.plan)}")
    for key, share in sorted(shares.items(), key=lambda item: -item[1]):
        words = tr(
            "{key} explains {share} of the variance", key=key, share=f"{share:.0%}"
        )
        write(f"  {words}")
    write(tr("The runs are in {folder}", folder=journal.folder))


def _line(trial: Trial, plan: Plan) -> str:
    words = "  ".join(space.assignment(k, v) for k, v in trial.point.items())
    states = {
        "done": f"{plan.score} {number(trial.value)}",
        "pruned": tr("stopped: worse than most"),
        "failed": trial.words,
        "begun": tr("not ended"),
    }
    return f"{trial.folder}  {states[trial.state]}  {words}  {trial.seconds:.1f} s"
