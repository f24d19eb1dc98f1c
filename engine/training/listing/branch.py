"""A branch: a new run that goes on from weights which another run keeps.

Without changes it makes the very steps of the other run again. Rates and the batch size
may be other: they are changes at its first step. Its length may be another, too.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import TrainingError
from engine.files import atomic_write
from engine.folder import account, parts
from engine.folder.account import CHECKPOINTS, Kept
from engine.graph.compare.differences import differences
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.options import OPTIMIZERS
from engine.graph.settings import Choice, Phase, Training
from engine.i18n import tr
from engine.protocol.live_settings import RATES
from engine.protocol.past_runs import KeptWeights
from engine.training.records import disk, keeping
from engine.training.records.change import Change
from engine.training.records.runs import LONGER, METRICS, PARENT, TOOK, Run, open_run

_LENGTHS = ("epochs", "steps")
_LEFT_OUT = frozenset({"findings", TOOK, "weights_from", "dropped"})
"""Fields of `run.json` that are of the other run alone."""
_MOST_BYTES = 64 * 2**30
_LOG = "-wal"


def kept_weights(folder: Path) -> KeptWeights:
    """Return which steps a run can be branched at.

    Raises:
        DocumentError: When there is no run.
    """
    found = account.kept(account.read(folder))
    best = [each.step for each in found if each.kind == "best"]
    return KeptWeights(
        str(folder),
        tuple(sorted(each.step for each in found)),
        max(best, default=-1),
        sum(each.size for each in found),
        keeping.BUDGET_BYTES,
    )


def branch(folder: Path, from_step: int, project: Project | None = None) -> Run:
    """Make a run that goes on from weights of another; that one is only read.

    Args:
        folder: Of the other run; the new one stands beside it.
        from_step: Of weights that it keeps.
        project: With other rates, another batch size or length; None changes nothing.

    Raises:
        DocumentError: When it keeps no weights of this step.
        TrainingError: When anything else is different, or the disk takes nothing.
    """
    parent = open_run(folder, from_step)
    kept = parent.checkpoint
    assert kept
    document, changes = parent.document, [asdict(c) for c in parent.changes]
    is_longer = bool(parent.info.get(LONGER))
    if project is not None:
        old = parent.project
        made = list(_changes(old, project, kept.step))
        if made:
            before = [c for c in parent.changes if c.step < kept.step]
            changes = [asdict(change) for change in (*before, *made)]
        document = _with_length(old, project.training)
        is_longer |= document != parent.document
    now = datetime.now(UTC)
    word = secrets.token_hex(4)
    path = folder.parent / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    info = {k: v for k, v in parent.info.items() if k not in _LEFT_OUT}
    info |= {
        "created": now.isoformat(timespec="seconds"),
        "state": "interrupted",
        "document": document,
        "changes": changes,
        "checkpoint": kept.record,
        "checkpoints": [kept.record],
        "next_checkpoint": word,
        PARENT: folder.name,
        LONGER: is_longer,
    }
    return _made(folder, path, kept, info)


def _made(folder: Path, path: Path, kept: Kept, info: account.Info) -> Run:
    """Write the folder of a branch, or nothing."""
    try:
        (path / CHECKPOINTS).mkdir(parents=True)
        files = [(CHECKPOINTS, kept.file), (METRICS,), (METRICS + _LOG,)]
        for names in files:
            if parts.facts(folder, *names) is not None:
                to = path.joinpath(*names)
                parts.copy(folder, *names, to=to, max_bytes=_MOST_BYTES)
        return _opened(path, info)
    except OSError as error:
        keeping.discard(path, whole=True)
        raise disk.refusal(error, path.parent) from error
    except BaseException:
        keeping.discard(path, whole=True)
        raise


def _opened(path: Path, info: account.Info) -> Run:
    atomic_write(path / account.FILE, account.text(info))
    return open_run(path)


def _changes(old: Project, new: Project, step: int) -> Iterator[Change]:
    """Yield the settings that are other, as changes before the next step.

    Raises:
        TrainingError: When something is different that can't change in a run.
    """
    bare = new.copy()
    bare.training = _as_before(old.training, new.training)
    if left := differences(old, bare):
        raise TrainingError(
            tr("A branch can't take these changes along"),
            expected=tr("other rates, another batch size or length"),
            got=", ".join(each.words for each in left[:4]),
            fix=tr("Train anew with the weights that still fit."),
        )
    size = new.training.number("batch_size")
    if size != old.training.number("batch_size"):
        yield Change(step, "batch_size", float(size))
    for before, now in zip(old.training.phases, new.training.phases, strict=True):
        yield from _rates(before, now, step)


def _rates(old: Phase, new: Phase, step: int) -> Iterator[Change]:
    before = old.optimizer.complete(OPTIMIZERS)
    now = new.optimizer.complete(OPTIMIZERS)
    for name in RATES:
        value = now.get(name)
        if value != before.get(name) and isinstance(value, int | float):
            yield Change(step, name, float(value), new.name)


def _as_before(old: Training, new: Training) -> Training:
    """Return the new settings with the rates, batch size and length of the old."""
    params = dict(new.params)
    for name in ("batch_size", *_LENGTHS):
        params.pop(name, None)
        if name in old.params:
            params[name] = old.params[name]
    phases: Sequence[Phase] = new.phases
    if [phase.name for phase in old.phases] == [phase.name for phase in new.phases]:
        phases = [_with_rates(*pair) for pair in zip(old.phases, phases, strict=True)]
    return Training(params, tuple(phases))


def _with_rates(old: Phase, new: Phase) -> Phase:
    if old.optimizer.type != new.optimizer.type:
        return new
    params = {k: v for k, v in new.optimizer.params.items() if k not in RATES}
    params |= {k: v for k, v in old.optimizer.params.items() if k in RATES}
    return Phase(
        new.name,
        new.minimise,
        new.update,
        Choice(new.optimizer.type, params),
        new.schedule,
        new.params,
    )


def _with_length(old: Project, training: Training) -> str:
    """Return the text of the old project with the length of the new settings."""
    project = old.copy()
    for name in _LENGTHS:
        if training.value(name) != project.training.value(name):
            value = training.value(name)
            project.training = project.training.with_value(name, value)
    return serialize.dumps(project)
