"""Run folders that a stranger made to reach out of themselves, hang, crash or lie.

`RUNS` lists names and changes: each takes a sound run, the folder of things outside
that it would like to reach, and makes the run hostile.
"""

import json
import os
import socket
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.protocol.messages import Pong, View
from engine.training.records import curve_sums, view_file

Change = Callable[[Path, Path], None]
CURVES, LOG, ACCOUNT = "metrics.sqlite", "log.txt", "run.json"
VIEWS = view_file.FILE
_MAGIC = bytes.fromhex("d9d505f920a163d7")


def account(**fields: object) -> Change:
    """Return a change of fields of run.json; None as a value takes one away."""

    def change(run: Path, _outside: Path) -> None:
        told = json.loads((run / ACCOUNT).read_text())
        told = {k: v for k, v in {**told, **fields}.items() if v is not None}
        (run / ACCOUNT).write_text(json.dumps(told))

    return change


def raw(data: bytes, name: str = ACCOUNT) -> Change:
    """Return a change of the bytes of a part."""
    return lambda run, _outside: _replace(run / name, data)


def _replace(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def link(name: str, target: str, *, hard: bool = False) -> Change:
    """Return a change that puts a link in place of a part."""

    def change(run: Path, outside: Path) -> None:
        path = run / name
        if path.is_dir():
            path.rename(run.parent / f"{run.name}-moved")
        path.unlink(missing_ok=True)
        place = Path(target) if target.startswith("/") else outside / target
        if hard:
            path.hardlink_to(place)
        else:
            path.symlink_to(place)

    return change


def special(name: str, kind: str) -> Change:
    """Return a change that puts a pipe, socket, folder or endless file in place."""

    def change(run: Path, _outside: Path) -> None:
        path = run / name
        path.unlink(missing_ok=True)
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind == "sparse":
            with path.open("wb") as file:
                file.truncate(2**42)
        else:
            with socket.socket(socket.AF_UNIX) as listening:
                os.chdir(path.parent)  # names of sockets are short
                listening.bind(path.name)
                os.chdir(run.parent)

    return change


def sql(script: str) -> Change:
    """Return a change of the curves by a script."""

    def change(run: Path, _outside: Path) -> None:
        file = sqlite3.connect(run / CURVES)
        file.executescript(script)
        file.close()

    return change


def row(table: str, *values: object) -> Change:
    """Return a change that adds a row to the curves, with a sum that is right."""

    def change(run: Path, _outside: Path) -> None:
        file = sqlite3.connect(run / CURVES)
        summed = (*values, curve_sums.sum_of(table, values))
        marks = ",".join("?" * len(summed))
        file.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", summed)
        file.commit()
        file.close()

    return change


def views(*values: object) -> Change:
    """Return a change that puts records in place of the views, with right sums."""
    return lambda run, _outside: _replace(
        run / VIEWS, b"".join(map(view_file.packed, values))
    )


def both(*changes: Change) -> Change:
    """Return several changes as one."""

    def change(run: Path, outside: Path) -> None:
        for each in changes:
            each(run, outside)

    return change


def _deadly_journal(run: Path, outside: Path) -> None:
    """SQLite deletes the “super-journal” that a hot journal names, any file."""
    path = run / CURVES
    path.unlink()
    file = sqlite3.connect(path)
    file.executescript(
        "CREATE TABLE evaluations (step INTEGER PRIMARY KEY, value TEXT);"
        "INSERT INTO evaluations VALUES (1, '{}'); PRAGMA cache_size=1; BEGIN;"
    )
    rows = [(step, "x" * 900) for step in range(2, 99)]
    file.executemany("INSERT INTO evaluations VALUES (?, ?)", rows)
    journal = (run / f"{CURVES}-journal").read_bytes()
    file.rollback()
    file.close()
    name = str(outside / "profile").encode()
    end = struct.pack(">I", 1) + name + struct.pack(">II", len(name), sum(name))
    (run / f"{CURVES}-journal").write_bytes(_MAGIC + journal[8:] + end + _MAGIC)


def _entry(**fields: object) -> Change:
    """Return a change of what run.json says of its newest checkpoint."""

    def change(run: Path, outside: Path) -> None:
        told = json.loads((run / ACCOUNT).read_text())["checkpoint"]
        account(checkpoint={**told, **fields}, checkpoints=None)(run, outside)

    return change


def _models_as_checkpoints(run: Path, outside: Path) -> None:
    link("checkpoints", "models")(run, outside)
    account(checkpoint=None, checkpoints=None)(run, outside)


def _checkpoint(change: Callable[[Path, Path], None]) -> Change:
    """Return a change of the file of the newest checkpoint."""

    def whole(run: Path, outside: Path) -> None:
        told = json.loads((run / ACCOUNT).read_text())["checkpoint"]
        change(run / "checkpoints" / told["file"], outside)

    return whole


def _shell_line(run: Path, outside: Path) -> None:
    """The fault that began it: a log that is a profile, and a name with a command."""
    link(LOG, "profile")(run, outside)
    change = {"step": 1, "name": "lr", "value": 0.1, "phase": "x\ntouch hacked\n"}
    account(changes=[change])(run, outside)


PARTS = (
    ACCOUNT,
    LOG,
    CURVES,
    f"{CURVES}-wal",
    f"{CURVES}-shm",
    f"{CURVES}-journal",
    VIEWS,
)
_STEPS = np.ones((2, 2)).tobytes()
RUNS: dict[str, Change] = {
    "log as a profile": _shell_line,
    "checkpoints as models": _models_as_checkpoints,
    "checkpoints as models, named": link("checkpoints", "models"),
    "checkpoints nowhere": link("checkpoints", "nowhere"),
    "journal that deletes": _deadly_journal,
    "another program's curves": link(CURVES, "other.sqlite"),
    **{
        f"{name} {kind}": link(name, target, hard=hard)
        for name in PARTS
        for kind, target, hard in (
            ("as a link", "profile", False),
            ("as a hard link", "profile", True),
            ("leads nowhere", "nowhere", False),
            ("as /dev/zero", "/dev/zero", False),
            ("as /etc/passwd", "/etc/passwd", False),
        )
    },
    **{
        f"{name} as a {kind}": special(name, kind)
        for name in (*PARTS, "checkpoints.new", f"{CURVES}.new")
        for kind in ("fifo", "folder", "socket")
    },
    "endless account": special(ACCOUNT, "sparse"),
    "endless curves": special(CURVES, "sparse"),
    "endless log of curves": special(f"{CURVES}-wal", "sparse"),
    "checkpoint link": _checkpoint(lambda path, out: _linked(path, out / "profile")),
    "checkpoint fifo": _checkpoint(lambda path, _: (path.unlink(), os.mkfifo(path))),
    "checkpoint endless": _checkpoint(lambda path, _: os.truncate(path, 2**42)),
    "checkpoint empty": _checkpoint(lambda path, _: os.truncate(path, 0)),
    "checkpoint gone": _checkpoint(lambda path, _: path.unlink()),
    "deep account": raw(b"[" * 200_000),
    "wide account": raw(b"[" + b"[]," * 5_000_000 + b"0]"),
    "huge number": raw(b'{"version": 1' + b"0" * 400 + b"}"),
    "not utf-8": raw(b"\xff\xfe\x00\x00"),
    "no curves": lambda run, _: (run / CURVES).unlink(),
    "garbage curves": raw(b"garbage " * 9000, CURVES),
    "pickle as curves": raw(b"cos\nsystem\n(S'touch hacked'\ntR.", CURVES),
    "later version": account(version=2),
    "another format": account(format="other"),
    "no document": account(document=None),
    "empty document": account(document=""),
    "odd document": account(document='{"format": "backprop-workbench"}'),
    "later document": account(document='{"format":"backprop-workbench","version":9}'),
    "odd threads": account(threads="x"),
    "many threads": account(threads=10**9),
    "odd seed": account(seed=10**15),
    "odd device": account(device="cuda:77"),
    "state with a line": account(state="a\nb"),
    "half a letter": account(name="a\ud800"),
    "later goals": account(goals=[{"losses": {"x": 1}, "first": 10**30, "last": 0}]),
    "odd rows": account(rows=[[1, 2]]),
    "rows beyond": account(rows=[["x", 10**6]]),
    "path as a file": _entry(file="../../outside/models/mine.safetensors"),
    "absolute file": _entry(file="/etc/passwd"),
    "step beyond": _entry(step=10**18),
    "step below": _entry(step=-1),
    "another step": _entry(step=3),
    "another sum": _entry(sha256="0" * 64),
    "word as a path": account(next_checkpoint="../../outside/models/x"),
    "weights of a stranger": account(
        weights_from="/etc", checkpoint=None, checkpoints=None
    ),
    "a view": sql("DROP TABLE steps; CREATE VIEW steps AS SELECT 1 AS first"),
    "an endless view": sql(
        "DROP TABLE steps; CREATE VIEW steps AS WITH RECURSIVE n(first) AS (SELECT 1 "
        "UNION ALL SELECT first + 1 FROM n) SELECT first, 1 AS count FROM n"
    ),
    "a trigger": sql(
        "CREATE TRIGGER t AFTER INSERT ON steps BEGIN SELECT load_extension('x'); END"
    ),
    "a virtual table": sql(
        "DROP TABLE steps; CREATE VIRTUAL TABLE steps USING fts5(first)"
    ),
    "a generated column": sql(
        "DROP TABLE samples; CREATE TABLE samples "
        "(step INTEGER PRIMARY KEY, phase AS (hex(zeroblob(500000000))), numbers)"
    ),
    "another table": sql("CREATE TABLE passwords (a)"),
    "an index": sql("CREATE INDEX i ON steps (hex(numbers))"),
    "another application": sql("PRAGMA application_id=99"),
    "a later file": sql("PRAGMA user_version=77"),
    "a schema by hand": sql(
        "PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage = 2;"
        "UPDATE sqlite_master SET sql = 'CREATE TABLE x(' WHERE name = 'steps'"
    ),
    "a wrong count": row("steps", 10**6, 10**12, 1, _STEPS),
    "a wrong number": row("steps", 10**6, -1, 1, _STEPS),
    "words as numbers": row("steps", 10**6, 2, 1, "words"),
    "a step without end": row("steps", 2**62, 2, 1, _STEPS),
    "an odd evaluation": row("evaluations", 10**6, "[" * 100_000),
    "an evaluation of numbers": row("evaluations", 10**6, '{"step": 1e999}'),
    "a bomb as a sample": row("samples", 10**6, 0, 20_000, b"x\x9c" + b"\0" * 99),
    "endless views": special(VIEWS, "sparse"),
    "garbage views": raw(b"garbage " * 9000, VIEWS),
    "pickle as views": raw(b"cos\nsystem\n(S'touch hacked'\ntR.", VIEWS),
    "a view of 4 GB": raw(b"\xff" * 8, VIEWS),
    "another message as a view": views(Pong()),
    "a view at a step of words": views(View("look", "curve", "9", {})),
    "a view of a list": views(View(["look"], "curve", 1, {})),
    "a view of words": views(View("look", "curve", 1, {"curve": "xyz"})),
    "a view of nothing": views(View("look", "curve", 1, {})),
    "a view of another shape": views(
        View("look", "curve", 1, {"curve": np.full((3, 1, 2, 0), np.nan)})
    ),
    "a look of nothing": views(View("inside:rank", "rank", 1, {})),
    "a look of words": views(
        View("inside:rank", "rank", 1, {}, {"cost": ("touch hacked",)})
    ),
    "2,000 views": views(
        *(View(f"look{number}", "curve", 1, {}) for number in range(100_000))
    ),
    "a sample of many": row("samples", 10**6, 0, 10**12, b""),
}


def _linked(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)
