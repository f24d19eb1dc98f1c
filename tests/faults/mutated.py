"""Mutated projects: each is opened, or refused in a sentence of ours, and soon."""

import argparse
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.advice.document import switches
from engine.errors import DocumentError, EngineError
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.presets import library, preset_fix
from presets import load
from tests.faults._clock import Clock
from tests.faults._mutations import mutants
from workbench.document import notes

HELP = "mutated projects are opened or refused in our own words, within seconds"

LIMIT_S, WAITED_S = 5.0, 120.0
_LONGEST = 6000
_PYTHON = re.compile(
    r"\bNone\b|\bTrue\b|\bFalse\b|column \d+|Traceback|<class|object at 0x|"
    r"Error\(|NoneType|\bdict\b|\bstr\b"
)
"""What only a programmer can read."""
Check = Callable[[Project], object]


def run(options: argparse.Namespace, folder: Path) -> int:
    """Open, check and save every mutant."""
    checked = _checker()
    faults: Counter[str] = Counter()
    slowest = good = opened = 0
    for name, data in mutants(options.seed, options.n):
        clock = Clock()
        path = folder / "mutant.bpw"
        path.write_bytes(data)
        fault, is_open = problem_of(path, checked)
        slowest = max(slowest, clock.seconds)
        fault = fault or clock.fault(LIMIT_S, WAITED_S)
        good += not fault
        opened += is_open
        if fault and fault not in faults:
            print(f"{name}: {fault}", flush=True)
        faults[fault] += bool(fault)
    print(f"opened {opened}, refused {options.n - opened}, slowest {slowest:.1f} s")
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


def _checker() -> Check:
    from engine.advice.analysis import Analyser  # torch

    check = Analyser().analyse
    check(load("xor"))  # what is loaded at first use is no mutant's
    return check


def problem_of(path: Path, check: Check) -> tuple[str, bool]:
    """Return what is wrong with how a file is treated, and whether it was opened."""
    try:
        project = serialize.load(path)
    except DocumentError as error:
        return _message_fault(str(error)), False
    except Exception as error:  # noqa: BLE001 - what is looked for
        return _foreign(error), False
    try:
        return next(_uses(project, check), ""), True
    except Exception as error:  # noqa: BLE001 - what is looked for
        return _foreign(error), True


def _foreign(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    at = frames[-1]
    ours = [
        f for f in frames if "/engine/" in f.filename or "/workbench/" in f.filename
    ]
    ours = [f"{Path(f.filename).name}:{f.lineno}" for f in ours[-3:]]
    return f"{type(error).__name__} {error!s:.80} at {Path(at.filename).name}, {ours}"


def _message_fault(text: str) -> str:
    if "\n" in text or len(text) > _LONGEST:
        return f"message of {len(text)} letters: {text[:80]!r}"
    found = _PYTHON.search(text.partition(": ")[2])
    return f"message echoes {found.group()!r}: {text[:200]}" if found else ""


def _uses(project: Project, check: Check) -> Iterator[str]:
    """Yield what goes wrong when a project that was opened is used."""
    text = serialize.dumps(project)
    text.encode()
    if serialize.dumps(serialize.loads(text)) != text:
        yield "is another project once it is saved"
    notes.read(project)
    for switch in switches.read(project):
        switch.is_on(project)
    preset_fix.fault_of(project)
    preset_fix.fix_of(project)
    try:
        library.info(project, "x")
    except EngineError as error:
        yield from filter(None, [_message_fault(str(error))])
    check(project)
