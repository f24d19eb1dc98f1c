"""Damage in any file of a folder of runs is named or left out; all else opens.

Bytes are flipped, zeroed, cut away or put in at random; a file may be emptied, gone,
another's, of a later version, or hold values that nobody expects, with a sum that is
right. The truth is the folder as it was: what comes out is equal to it, or its damage
is told, and the checkpoint before is offered.
"""

import argparse
import json
import random
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from engine.errors import EngineError
from engine.folder import account, sums
from engine.training.loop.trainer import Trainer
from engine.training.records import metric_store, runs, view_file
from engine.training.records.checkpoint_file import DamagedCheckpointError
from tests.faults import _shelf
from tests.faults._mutations import by_structure

HELP = "damaged files of runs are named, and the checkpoint before is offered"

_STEPS = _shelf.STEPS
_SOUND = ("odd with its sum",)
"""Nothing can tell that such a file has been changed."""
Expected = tuple[metric_store.Curves, dict[int, dict[str, torch.Tensor]]]


def run(options: argparse.Namespace, folder: Path) -> int:
    """Damage copies of a folder of runs and open them."""
    chance = random.Random(options.seed)
    sound = _shelf.made(folder)
    expected, whole = _truth(sound / _shelf.RUN), _shelf.truth(sound)
    files = [p.relative_to(sound) for p in sound.rglob("*") if p.is_file()]
    kinds = sorted({_shelf.kind(path) for path in files})
    good = 0
    for number in range(options.n):
        copy = Path(shutil.copytree(sound, folder / "copy"))
        kind = kinds[number % len(kinds)]
        part = copy / chance.choice(sorted(p for p in files if _shelf.kind(p) == kind))
        how = damaged(part, chance)
        faults = list(_shelf.faults_of(copy, part, whole, is_sound=how in _SOUND))
        if copy / _shelf.RUN in part.parents and how not in _SOUND:
            faults += faults_of(copy / _shelf.RUN, part, expected)
        good += not faults
        for fault in faults:
            print(f"{number}: {part.relative_to(copy)} {how}: {fault}", flush=True)
        shutil.rmtree(copy)
    print(f"files: {', '.join(kinds)}")
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


def _truth(folder: Path) -> Expected:
    kept = account.kept(account.read(folder))
    weights = {
        entry.step: runs.open_run(folder, entry.step).load_weights() for entry in kept
    }
    assert len(weights) >= 2
    return metric_store.read(folder / runs.METRICS), weights


def damaged(path: Path, chance: random.Random) -> str:
    """Damage a file and return how."""
    data = path.read_bytes()
    ways = ["flip", "zero", "cut", "more", "empty", "gone", "replaced"]
    if data[:1] in (b"{", b"["):
        ways += ["later", "odd", "odd with its sum", *["digit"] * 4]
    if path.name == view_file.FILE:
        ways += ["later", "odd with its sum"]
    if data[:6] == b"SQLite":
        ways += ["later"]
    how = chance.choice(ways)
    if how == "gone":
        path.unlink()
    elif how == "digit":
        path.write_bytes(_other_digit(data, chance))
    else:
        path.write_bytes(_damaged(path, data, how, chance))
    return how


def _other_digit(data: bytes, chance: random.Random) -> bytes:
    places = [at for at, byte in enumerate(data) if byte in b"012345678"]
    changed = bytearray(data)
    changed[chance.choice(places)] += 1
    return bytes(changed)


def _damaged(path: Path, data: bytes, how: str, chance: random.Random) -> bytes:
    where, length = chance.randrange(len(data) or 1), chance.randint(1, 4096)
    changed = bytearray(data)
    if how == "flip" and data:
        changed[where] ^= 1 << chance.randrange(8)
    elif how == "zero":
        changed[where : where + length] = bytes(len(data[where : where + length]))
    elif how == "cut":
        del changed[where:]
    elif how == "more":
        changed[where:where] = chance.randbytes(length)
    elif how == "replaced":
        others = [p for p in path.parent.iterdir() if p.is_file() and p != path]
        own = [p.read_bytes() for p in sorted(others)]
        return chance.choice([*own, b"cos\nsystem\n(S'x'\ntR.", b"[]", b"7", b"null"])
    elif path.name == view_file.FILE:
        return _other_views(data, how, chance)
    elif how in ("later", "odd", "odd with its sum"):
        return _other_values(data, how, chance)
    else:
        changed.clear()
    return bytes(changed)


def _other_values(data: bytes, how: str, chance: random.Random) -> bytes:
    """Return a record of another version, or with values that nobody expects."""
    if data[:6] == b"SQLite":
        return data[:60] + struct.pack(">I", 77) + data[64:]
    if how == "later":
        return json.dumps(sums.summed({**json.loads(data), "version": 77})).encode()
    changed = by_structure(data, chance)
    try:
        record = json.loads(changed)
    except (ValueError, RecursionError):
        return changed
    is_odd = how == "odd" or not isinstance(record, dict)
    return changed if is_odd else json.dumps(sums.summed(record)).encode()


def _other_views(data: bytes, how: str, chance: random.Random) -> bytes:
    """Return views of another version, or of other values, with sums that are right."""
    size, _ = struct.unpack_from("<II", data)
    record = bytearray(data[8 : 8 + size])
    if how == "later":
        record[:4] = b"BPW9"
    else:
        length = struct.unpack_from("<I", record, 4)[0]
        head = by_structure(bytes(record[16 : 16 + length]).strip(), chance)
        head += b" " * (-len(head) % 8)
        record[16 : 16 + length] = head
        struct.pack_into("<I", record, 4, len(head))
    packed = struct.pack("<II", len(record), zlib.crc32(record))
    return packed + bytes(record) + data[8 + size :]


def faults_of(copy: Path, part: Path, expected: Expected) -> Iterator[str]:
    """Yield what is wrong with how a damaged run is opened."""
    curves, weights = expected
    try:
        found = metric_store.read(copy / runs.METRICS, max(weights))
        yield from _of_curves(found, curves, part)
        yield from _of_checkpoints(copy, weights)
    except EngineError as error:
        if part.name != account.FILE:
            yield f"refused whole: {error}"
    except Exception as error:  # noqa: BLE001 - what is looked for
        yield f"{type(error).__name__}: {error}"


def _of_curves(
    found: metric_store.Curves, whole: metric_store.Curves, part: Path
) -> Iterator[str]:
    """Yield how the curves lie: each row is true, and one that is missing is told.

    A log that was cut may have lost what came after the newest checkpoint.
    """
    for name, rows in _by_step(found).items():
        truth = _by_step(whole)[name]
        if any(not _same(truth.get(step), row) for step, row in rows.items()):
            yield f"{name} are others ({found.damage})"
        lost = [step for step in truth if step not in rows]
        if part.name == f"{runs.METRICS}-wal":
            after = _STEPS + (name == "steps")  # it is evaluated after it was saved
            lost = [step for step in lost if step < after]
        if lost and not found.damage:
            yield f"{name} are missing and nothing is said: {lost}"


def _by_step(curves: metric_store.Curves) -> dict[str, dict[int, list]]:
    """Return all numbers of each curve."""
    steps, losses, rates = curves.steps
    return {
        "steps": {
            int(step): [*losses[at], *rates[at]] for at, step in enumerate(steps)
        },
        "evaluations": {one.step: [str(one)] for one in curves.evaluations},
        "samples": {one.step: [*vars(one).values()] for one in curves.samples},
    }


def _same(one: list | None, other: list) -> bool:
    return one is not None and all(
        a == b if isinstance(a, str) else np.array_equal(a, b, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


def _of_checkpoints(
    copy: Path, weights: dict[int, dict[str, torch.Tensor]]
) -> Iterator[str]:
    """Yield how the checkpoints lie; go on from the one that is offered."""
    run_ = runs.open_run(copy)
    try:
        found, step = run_.load_weights(), run_.step
    except DamagedCheckpointError as error:
        if error.earlier < 0:
            yield f"no earlier checkpoint is offered: {error}"
            return
        run_, step = runs.open_run(copy, error.earlier), error.earlier
        found = run_.load_weights()
    if step not in weights or not _equal(found, weights[step]):
        yield f"weights of step {step} are others and nothing is said"
    Trainer.resume(run_).close("stopped")


def _equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(one[name], other[name]) for name in one
    )
