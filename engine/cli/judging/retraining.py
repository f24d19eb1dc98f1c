"""`retrain`: a run trained again on new data; the better of the two is kept.

Exit codes: 0 the new one is better, 3 it isn't shown to be, 2 something is refused (the
run stands as it stood), 130 interrupted.
"""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from engine.cli.output import write, write_json
from engine.cli.progress import Progress
from engine.cli.training import stoppable
from engine.evaluate.retraining import verdict
from engine.evaluate.retraining.again import Retrained, Wanted, retrain
from engine.evaluate.retraining.drift import Drift
from engine.i18n import tr
from engine.training.loop.events import Step
from engine.training.loop.trainer import Trainer
from engine.training.parts import threads

NOT_BETTER = 3
_MOST = 8


def again(options: Namespace) -> int:
    """Train again, judge both, keep the better one if that is asked for."""
    wanted = Wanted(
        from_scratch=options.from_scratch,
        keep_better=options.keep_better,
        out=Path(options.out) if options.out else None,
        steps=options.steps,
    )

    def drive(trainer: Trainer) -> None:
        shown = not options.json
        with stoppable(trainer), Progress(trainer, shown=shown) as progress:
            for step in trainer.steps():
                if step is Step.UPDATE:
                    progress.stepped()

    threads.flush_denormals()
    try:
        found = retrain(Path(options.project), Path(options.data), wanted, drive)
    finally:
        threads.flush_denormals(on=False)
    if options.json:
        write_json(_record(found))
    else:
        _say(found)
    return 0 if found.kept == "new" else NOT_BETTER


def _record(found: Retrained) -> dict[str, object]:
    duels = [
        {
            **asdict(each),
            **{n: getattr(each, n)._asdict() for n in ("old", "new", "gain")},
            "standing": each.standing,
            "says": verdict.told(each),
        }
        for each in found.duels
    ]
    return {
        **{n: getattr(found, n) for n in ("kept", "why", "rows", "extra", "notes")},
        "run": str(found.run),
        "other": str(found.other) if found.other else None,
        "drifts": [{**asdict(each), "says": _told(each)} for each in found.drifts],
        "duels": duels,
    }


def _say(found: Retrained) -> None:
    write(tr("{n:row|rows} of new data", n=f"{found.rows:,}"))
    if found.extra:
        write(tr("  columns that the run doesn't read: {names}",
                 names=", ".join(found.extra[:_MOST])))  # fmt: skip
    told = [each for each in found.drifts if each.is_told]
    for each in told[:_MOST]:
        write(f"  {_told(each)}")
    if found.drifts and not told:
        write(tr("  it looks like what the run was trained on"))
    for duel in found.duels:
        name = tr("new data") if duel.data == "new" else tr("old data")
        write(f"{name}: {verdict.told(duel)}")
    for note in found.notes:
        write(note)
    word = (
        tr("The new run is kept.")
        if found.kept == "new"
        else tr("The old run is kept.")
    )
    write(f"{word} {found.why}")
    write(str(found.run))


def _told(found: Drift) -> str:
    facts = {"column": found.column, "index": f"{found.index:.2f}"}
    if found.is_shifted:
        words = tr("“{column}” has shifted (stability index {index})", **facts)
    else:
        words = tr("“{column}” looks as before (stability index {index})", **facts)
    if found.outside > 0:
        more = tr("{share} of it is beyond what was seen",
                  share=f"{100 * found.outside:.1f} %")  # fmt: skip
        words = f"{words}; {more}"
    return words
