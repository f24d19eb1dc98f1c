"""A run is a folder: what was trained, how far it is, its curves and weights.

<utc>-<id>/
├── run.json       frozen document, data fingerprints, seed, versions, state
├── metrics.sqlite losses, evaluations, layer samples; beside it views.bin
├── checkpoints/   the last two, the best, some on the way; run.json names them
└── log.txt

The folder may be anybody's: see `engine.folder`.
"""

import os
import platform
import secrets
import threading
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import DocumentError, EngineError
from engine.files import atomic_write
from engine.folder import account, parts, sums
from engine.folder.account import CHECKPOINTS, Kept
from engine.graph import weights
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.messages import Evaluation
from engine.training.records import checkpoint_file, disk, keeping, view_file
from engine.training.records.change import Change
from engine.training.records.checkpoint_file import DamagedCheckpointError
from engine.training.records.log_lines import one_line
from engine.training.records.metric_store import Curves, MetricStore
from engine.training.records.metric_store import read as read_curves

FORMAT, VERSION = account.FORMAT, account.VERSION
METRICS, LOG = "metrics.sqlite", "log.txt"
UNDER_WAY = frozenset({"created", "running", "paused"})
"""States of a run that an engine has in hand."""
_FILE = account.FILE
_NEXT = "next_checkpoint"
"""Field of `run.json`: the word that ends the name of the next checkpoint."""

KEPT_FROM = "weights_from"
"""Field of `run.json`: folder of the run whose weights are kept."""
PARENT = "parent"
"""Field of `run.json`: folder of the run that it is to be compared with."""
TOOK = "took_s"
"""Field of `run.json`: seconds that it trained."""
LONGER = "longer"
"""Field of `run.json`: the run was made longer than it was at its start."""
_DROPPED = "dropped"
"""Field of `run.json`: files that are not kept any more, and may still be there."""


class Run:
    """An open run folder.

    Args:
        folder: It must hold a `run.json`.
        from_step: Go on from the kept checkpoint of this step; −1 is the newest.

    Raises:
        DocumentError: When it does not, or when it is not readable, or keeps no
            checkpoint of this step.

    Threads: any; writing is locked.
    """

    def __init__(self, folder: Path, from_step: int = -1) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self.info = account.read(folder)
        self._chosen = self._kept_of(from_step) if from_step >= 0 else None

    @property
    def document(self) -> str:
        """Text of the project as it was at the start, but for its length."""
        return str(self.info["document"])

    @property
    def project(self) -> Project:
        """The project as it was at the start."""
        return serialize.loads(self.document)

    @property
    def changes(self) -> list[Change]:
        """All settings changed so far, in order."""
        names = [field.name for field in fields(Change)]
        return [
            Change(**{name: change[name] for name in names if name in change})
            for change in self.info.get("changes", [])
        ]

    @property
    def state(self) -> str:
        """`created`, `running`, `paused`, `interrupted`, or the kind of its outcome."""
        return str(self.info["state"])

    @property
    def checkpoint(self) -> Kept | None:
        """The checkpoint to go on from, or to export; None without one."""
        return self._chosen or account.newest(self.info)

    @property
    def step(self) -> int:
        """Step of this checkpoint, 0 without one."""
        return self.checkpoint.step if self.checkpoint else 0

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is something to go on from, or to export."""
        return self.checkpoint is not None

    @property
    def places(self) -> tuple[str, ...]:
        """The places that it could read anything from.

        Where its weights start, when it has none of its own yet; and data of which it
        doesn't say what it was: other content than that is never read.
        """
        unproven = weights.data_places(self.project, unproven=True)
        if self.has_checkpoint:
            return unproven
        kept = str(self.info.get(KEPT_FROM, ""))
        proven = set(weights.data_places(self.project)) - set(unproven)
        places = weights.outside(self.project, "", kept)
        return tuple(place for place in places if place not in proven)

    def _kept_of(self, step: int) -> Kept:
        found = account.kept(self.info)
        for entry in found:
            if entry.step == step:
                return entry
        raise DocumentError(
            tr("The run keeps no checkpoint of this step"),
            where=str(self.folder),
            expected=", ".join(str(entry.step) for entry in found) or tr("none"),
            got=step,
        )

    @cached_property
    def metrics(self) -> MetricStore:
        """The curves, to be written; opened at first use, closed by `close`."""
        store = MetricStore(self.folder / METRICS)
        if store.damage:
            words = tr("The curves were damaged ({reason})", reason=store.damage)
            self.log(f"{words}; {tr('what could be read was kept')}")
        return store

    def update(self, **fields: object) -> None:
        """Write some fields of `run.json`."""
        with self._lock:
            if not sums.is_as_written(self.info):
                self.log(account.damaged_words())
            self.info.pop(sums.FIELD, None)  # the next one is over other fields
            self.info = {**self.info, **fields}
            atomic_write(self.folder / _FILE, account.text(self.info))

    def note(self, **fields: object) -> None:
        """Let the next `update` write these fields, too."""
        with self._lock:
            self.info |= fields

    def lengthen(self, more: int) -> None:
        """Let the run be longer, also when it has reached its end.

        Args:
            more: Epochs, or steps in a run whose length is in steps.
        """
        project = self.project
        training = project.training
        name = "steps" if training.number("steps") else "epochs"
        longer = training.number(name) + more
        project.training = training.with_value(name, longer)
        self.update(document=serialize.dumps(project), **{LONGER: True})

    def record(self, changes: Iterable[Change]) -> None:
        """Note all settings that were changed, in order."""
        self.update(changes=[asdict(change) for change in changes])

    def log(self, line: str) -> None:
        """Append a line with the time to `log.txt`; it stays one line."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        parts.append(self.folder, LOG, f"{now} {one_line(line)}\n")

    def save_checkpoint(
        self,
        tensors: checkpoint_file.Tensors,
        state: Any,  # noqa: ANN401 - what JSON can hold
        *,
        loss: float | None = None,
    ) -> None:
        """Write a checkpoint and let `run.json` point to it.

        See `keeping` for those that stay; what goes is what `run.json` named.

        Args:
            tensors: As of `checkpoint_file.write`.
            state: Likewise; with the `step`.
            loss: Validation loss, when it is the lowest so far.
        """
        word = str(self.info.get(_NEXT, "")) or secrets.token_hex(4)
        if self.info.get(_NEXT) != word:
            self.update(**{_NEXT: word})
        folder = parts.make_folder(self.folder, CHECKPOINTS)
        kept = {entry.file for entry in account.kept(self.info)}
        keeping.clear(self.folder, {*self.info.get(_DROPPED, ())} - kept, word)
        path = folder / keeping.file_name(state["step"], word)
        digest = checkpoint_file.write(path, tensors, state)
        size = path.stat().st_size
        before = account.kept(self.info)
        if loss is None:  # the same step again
            loss = next((e.loss for e in before if e.step == state["step"]), None)
        new = Kept(path.name, digest, state["step"], loss=loss, size=size)
        if self._chosen:  # what came after it was left behind
            before = [each for each in before if each.step <= self._chosen.step]
        self._point_to(new, before)

    def mark_best(self, loss: float) -> None:
        """Note that the newest checkpoint has the lowest validation loss so far."""
        if newest := account.newest(self.info):
            self._point_to(newest._replace(loss=loss), account.kept(self.info))

    def _point_to(self, new: Kept, before: list[Kept]) -> None:
        """Keep a checkpoint as the newest, and let go what is not kept any more."""
        found = keeping.chosen(new, before)
        gone = {entry.file for entry in account.kept(self.info)}
        gone -= {entry.file for entry in found}
        self._chosen = None
        self.update(
            checkpoint=found[0].record,
            checkpoints=[entry.record for entry in found],
            **{_NEXT: secrets.token_hex(4), _DROPPED: sorted(gone)},
        )
        keeping.clear(self.folder, gone, "")

    def load_checkpoint(self) -> tuple[checkpoint_file.Tensors, Any] | None:
        """Return tensors and state of the checkpoint, or None without one.

        Raises:
            DamagedCheckpointError: When the file is missing or not the one that was
                written; it names an earlier one that is whole.
        """
        entry = self.checkpoint
        if entry is None:
            return None
        try:
            return checkpoint_file.read(self.folder, entry)
        except EngineError as error:
            earlier = self._earlier(entry)
            raise DamagedCheckpointError(error, entry, earlier) from error

    def _earlier(self, damaged: Kept) -> Kept | None:
        """Return the latest other checkpoint that is whole."""
        for entry in account.kept(self.info):
            if entry.file != damaged.file and entry.step <= damaged.step:
                try:
                    checkpoint_file.read(self.folder, entry)
                except EngineError:
                    continue
                return entry
        return None

    def load_weights(self, *, averaged: bool = True) -> dict[str, torch.Tensor]:
        """Return weights and buffers of the checkpoint by name.

        Args:
            averaged: The running mean of the weights, where the run keeps one.

        Raises:
            TrainingError: When there is no (sound) checkpoint.
        """
        loaded = self.load_checkpoint()
        if loaded is None:
            raise checkpoint_file.missing(self.folder)
        mean = checkpoint_file.part(loaded[0], "average") if averaged else {}
        return {**checkpoint_file.part(loaded[0], "model"), **mean}

    def read_losses(self) -> tuple[Ints, Floats, Floats]:
        """Return steps (K,), losses and rates (K, phases)."""
        if "metrics" in self.__dict__:
            return self.metrics.steps()
        return self._read_curves().steps

    def read_evaluations(self) -> list[Evaluation]:
        """Return all evaluations in order."""
        if "metrics" in self.__dict__:
            return self.metrics.evaluations()
        return self._read_curves().evaluations

    def _read_curves(self) -> Curves:
        newest = account.newest(self.info)
        through = newest.step if newest else 0
        curves = read_curves(self.folder / METRICS, through)
        if curves.damage:
            raise curves.damage
        return curves

    def close(self) -> None:
        """Close the metrics file; reading opens it again."""
        store = self.__dict__.pop("metrics", None)
        if store is not None:
            store.close()


def create(folder: Path, project: Project, *, name: str = "") -> Run:
    """Make the folder of a new run.

    Args:
        folder: Where runs are kept; made when it is missing.
        project: What will be trained; its text is frozen in the run.
        name: Of the new folder; empty means `<utc>-<id>`.

    Raises:
        DocumentError: When `name` already is a run.
        TrainingError: When the folder can't be written to.
    """
    now = datetime.now(UTC)
    path = folder / (name or f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}")
    if os.path.lexists(path / _FILE):
        raise DocumentError(
            tr("There already is a run in this folder"),
            where=str(path),
            fix=tr("Resume it or choose another folder."),
        )
    info = {
        "format": FORMAT,
        "version": VERSION,
        "created": now.isoformat(timespec="seconds"),
        "state": "created",
        "name": project.name,
        "document": serialize.dumps(project),
        "versions": _versions(),
        _NEXT: secrets.token_hex(4),
    }
    existed = os.path.lexists(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        _check_parts(path)
        atomic_write(path / _FILE, account.text(info))
        return Run(path)
    except (OSError, DocumentError) as error:
        keeping.discard(path, whole=not existed)
        if isinstance(error, OSError):
            raise disk.refusal(error, path.parent) from error
        raise


def _check_parts(folder: Path) -> None:
    """Refuse a folder of which a part could lead out of it.

    Raises:
        DocumentError: Names the part.
    """
    for name in (METRICS, LOG, view_file.FILE):
        parts.facts(folder, name)
    parts.listed(folder, CHECKPOINTS)


def open_run(folder: Path, from_step: int = -1) -> Run:
    """Open the folder of an existing run.

    Args:
        folder: Of the run.
        from_step: As of `Run`.

    Raises:
        DocumentError: When it is none.
    """
    return Run(folder, from_step)


def settle(folder: Path) -> None:
    """Note that a run was interrupted, if it says that it still goes on.

    For one whose engine is gone; it can be resumed.

    Raises:
        DocumentError: When the folder is none of a run.
        OSError: When it can't be written.
    """
    run = Run(folder)
    if run.state in UNDER_WAY:
        run.update(state="interrupted")


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
    }
