"""A run is a folder: what was trained, how far it is, its curves and weights.

<utc>-<id>/
├── run.json       frozen document, data fingerprints, seed, versions, state
├── metrics.sqlite losses, evaluations, layer samples
├── checkpoints/   the newest, as safetensors; its SHA-256 stands in run.json
└── log.txt
"""

import json
import platform
import secrets
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import DocumentError, TrainingError
from engine.files import atomic_write
from engine.graph import serialize
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.frame import Evaluation, LayerSample
from engine.training import checkpoint_file, disk
from engine.training.metrics import MetricStore

FORMAT = "backprop-workbench-run"
VERSION = 1
_FILE = "run.json"
_RESERVE = ".reserve"
_SUFFIX = ".safetensors"
UNDER_WAY = frozenset({"created", "running", "paused"})
"""States of a run that an engine has in hand."""
_MAX_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Change:
    """A setting that was changed while the run went on.

    Args:
        step: Steps made before it.
        name: As in `commands.SetHyper`.
        value: New value.
        phase: Name of the phase, or empty for all.
    """

    step: int
    name: str
    value: float
    phase: str = ""

    def replaces(self, other: "Change") -> bool:
        """Return whether another change of the same setting counts no more."""
        return self.name == other.name and self.phase in {"", other.phase}


class Run:
    """An open run folder.

    Args:
        folder: It must hold a `run.json`.

    Raises:
        DocumentError: When it does not, or when it is not readable.

    Threads: any; writing is locked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self.info = _read(folder)

    @property
    def document(self) -> str:
        """Text of the project as it was at the start."""
        return str(self.info["document"])

    @property
    def project(self) -> Project:
        """The project as it was at the start."""
        return serialize.loads(self.document)

    @property
    def changes(self) -> list[Change]:
        """All settings changed so far, in order."""
        return [Change(**change) for change in self.info.get("changes", [])]

    @property
    def state(self) -> str:
        """`created`, `running`, `paused`, `interrupted`, or the kind of its outcome."""
        return str(self.info["state"])

    @property
    def step(self) -> int:
        """Step of the newest checkpoint, 0 without one."""
        return int(self.info["checkpoint"]["step"]) if self.has_checkpoint else 0

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is something to go on from, or to export."""
        return "checkpoint" in self.info

    @cached_property
    def metrics(self) -> MetricStore:
        """The curves; opened at first use, closed by `close`."""
        return MetricStore(self.folder / "metrics.sqlite")

    def update(self, **fields: object) -> None:
        """Write some fields of `run.json`."""
        with self._lock:
            self.info = {**self.info, **fields}
            atomic_write(self.folder / _FILE, self._text())

    def _text(self) -> str:
        text = json.dumps(self.info, indent=1, sort_keys=True, ensure_ascii=False)
        return text + "\n"

    def record(self, changes: Iterable[Change]) -> None:
        """Note all settings that were changed, in order."""
        self.update(changes=[asdict(change) for change in changes])

    def log(self, line: str) -> None:
        """Append a line with the time to `log.txt`."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{now} {line}\n")

    def save_checkpoint(self, tensors: checkpoint_file.Tensors, state: Any) -> None:  # noqa: ANN401
        """Write a checkpoint and let `run.json` point to it; the old one goes."""
        folder = self.folder / "checkpoints"
        folder.mkdir(exist_ok=True)
        name = f"{state['step']:09d}-{secrets.token_hex(2)}{_SUFFIX}"
        digest = checkpoint_file.write(folder / name, tensors, state)
        entry = {"file": name, "sha256": digest, "step": state["step"]}
        self.update(checkpoint=entry)
        for old in [*folder.glob(f"*{_SUFFIX}"), *folder.glob(f".*{_SUFFIX}.*")]:
            if old.name != name:  # the hidden ones are of a run that was killed
                old.unlink(missing_ok=True)

    def load_checkpoint(self) -> tuple[checkpoint_file.Tensors, Any] | None:
        """Return tensors and state of the newest checkpoint, or None without one.

        Raises:
            TrainingError: When the file is missing or not the one that was written.
        """
        if not self.has_checkpoint:
            return None
        entry = self.info["checkpoint"]
        path = self.folder / "checkpoints" / Path(entry["file"]).name
        return checkpoint_file.read(path, entry["sha256"])

    def load_weights(self, *, averaged: bool = True) -> dict[str, torch.Tensor]:
        """Return weights and buffers of the newest checkpoint by name.

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
        return self.metrics.steps()

    def read_evaluations(self) -> list[Evaluation]:
        """Return all evaluations in order."""
        return self.metrics.evaluations()

    def read_samples(self) -> list[LayerSample]:
        """Return the stored layer samples (at most four a second) in order."""
        return self.metrics.samples()

    def close(self) -> None:
        """Close the metrics file; reading opens it again."""
        store = self.__dict__.pop("metrics", None)
        if store is not None:
            store.close()

    def reserve(self) -> None:
        """Keep room on the disk for `finish`."""
        atomic_write(self.folder / _RESERVE, bytes(2 * len(self._text()) + 2**12))

    def finish(self, state: str) -> None:
        """Note how the run ended, on a full disk in the room that was reserved."""
        try:
            self.update(state=state)
        except OSError:
            (self.folder / _RESERVE).unlink(missing_ok=True)
            self.update(state=state)
        (self.folder / _RESERVE).unlink(missing_ok=True)

    def restore(self) -> None:
        """Make a folder whole again that the disk has failed, and open it anew."""
        with suppress(TrainingError):
            self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / _RESERVE).exists():
            self.reserve()
        self.update()

    def _parts(self) -> list[str]:
        """Return the files that hold what was recorded so far."""
        curves = ["metrics.sqlite", "metrics.sqlite-wal"]
        newest = [self.info["checkpoint"]["file"]] if self.has_checkpoint else []
        weights = [f"checkpoints/{Path(file).name}" for file in newest]
        return ["log.txt", *curves, *weights]

    def move(self, parent: Path) -> None:
        """Go on in another folder; what can be read of the old one comes along.

        Args:
            parent: Where runs are kept.

        Raises:
            TrainingError: When no run can be kept there; nothing has changed then.
        """
        with suppress(TrainingError):
            self.close()
        old, new = self.folder, parent / self.folder.name
        try:
            (new / "checkpoints").mkdir(parents=True)
            for name in self._parts():
                with suppress(OSError):
                    shutil.copyfile(old / name, new / name)
            self.folder = new
            self.restore()
        except OSError as error:
            self.folder = old
            raise disk.refusal(error, parent) from error


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
    unique = f"{now.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    path = folder / (name or unique)
    if (path / _FILE).exists():
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
    }
    text, existed = json.dumps(info, indent=1, sort_keys=True), path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        atomic_write(path / _FILE, text)
        return Run(path)
    except OSError as error:
        discard(path, whole=not existed)
        raise disk.refusal(error, path.parent) from error
    except DocumentError:
        discard(path, whole=not existed)
        raise


def discard(folder: Path, *, whole: bool) -> None:
    """Take back a run that could not begin, as far as the disk lets us.

    Args:
        folder: Of the run.
        whole: The folder itself is ours, too.
    """
    with suppress(OSError):
        (folder / _FILE).unlink(missing_ok=True)
    if whole:
        shutil.rmtree(folder, ignore_errors=True)


def open_run(folder: Path) -> Run:
    """Open the folder of an existing run.

    Raises:
        DocumentError: When it is none.
    """
    return Run(folder)


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


def _read(folder: Path) -> dict[str, Any]:
    path = folder / _FILE
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise DocumentError(tr("run.json is too large"), where=str(folder))
        info = json.loads(data)
    except OSError as error:
        raise DocumentError(
            tr("There is no run in this folder"), where=str(folder), got=error.strerror
        ) from error
    except (ValueError, RecursionError) as error:
        raise DocumentError(tr("run.json is damaged"), where=str(folder)) from error
    if not isinstance(info, dict) or info.get("format") != FORMAT:
        raise DocumentError(tr("run.json is not a run's"), where=str(folder))
    if info.get("version") != VERSION:
        raise DocumentError(
            tr("The run was made by another version"),
            where=str(folder),
            expected=VERSION,
            got=info.get("version"),
        )
    if not _sound(info):
        raise DocumentError(tr("run.json is damaged"), where=str(folder))
    return info


def _sound(info: dict[str, Any]) -> bool:
    """Return whether what is read later is of the right kind."""
    try:
        words = [info["document"], info["state"]]
        for change in (Change(**item) for item in info.get("changes", [])):
            words += [change.name, change.phase]
            float(change.value), int(change.step)
        if "checkpoint" in info:
            entry = info["checkpoint"]
            words += [entry["file"], entry["sha256"]]
            int(entry["step"])
    except (LookupError, TypeError, ValueError, OverflowError):
        return False
    return all(isinstance(word, str) for word in words)


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
    }
