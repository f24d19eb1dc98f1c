"""Faults that are planted in networks are named while they train, and their cures help.

A cell of the table is a network with one fault. It is named when a finding of the
training says so, or a warning that people see before it: of the document, or of the
data. Where the fault has made the result worse than that of the sound network, the
first fix of what named it is made, and the result compared once more.
"""

import argparse
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import presets
from engine.advice.analysis import Analyser
from engine.explain.diagnose import spread, watch
from engine.explain.diagnose.record import Record
from engine.explain.diagnose.rules import adversaries
from engine.graph.edits import apply_all
from engine.graph.model import Project
from engine.graph.problems import Fix
from engine.graph.settings_text import assign
from engine.training.loop.trainer import Trainer
from tests.faults._nets import Net, Table
from tests.faults._plants import FAULTS, SPOILED, Fault, Spoiled

HELP = "faults that are planted in networks are named while they train"

ALLOWED_FALSE, NAMED, CURED = 0.05, 0.9, 0.8
WORSE = 1.02
"""Times the loss of the sound network: less is the chance of a training."""
HEALTHY = {
    "xor": 0, "spirals": 0, "sine": 0, "diabetes": 0, "breast-cancer": 0,
    "sunspots": 300, "waveforms": 150, "digits-mlp": 0, "digits-lstm": 300,
    "mnist-cnn": 150, "mnist-resnet": 60, "autoencoder": 300, "vae": 300,
    "gan-2d": 800, "dcgan": 60, "diffusion-2d": 300, "diffusion-mnist": 40,
    "forgetting": 0, "transfer": 300, "multimodal": 100, "seq2seq": 150,
    "char-lstm": 100, "tiny-gpt": 60, "fine-tune-gpt": 60,
}  # fmt: skip
"""Every healthy preset → steps; 0 is the whole run."""


class Told(NamedTuple):
    """What a training has come to.

    Args:
        names: What is told of it.
        fixes: By what was told.
        values: Of its last evaluation.
    """

    names: set[str]
    fixes: dict[str, tuple[Fix, ...]]
    values: dict[str, float]


class Cell(NamedTuple):
    """A fault in a network.

    Args:
        named: It was named.
        words: All that was told.
        cured: Whether the first fix made it better; None where nothing was worse.
    """

    named: bool
    words: str
    cured: bool | None

    @property
    def text(self) -> str:
        """What stands in the table."""
        sign = {True: "✚", False: "✖", None: "·"}[self.cured]
        return f"{'ok  ' if self.named else 'MISS'} {sign} {self.words}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(n=len(HEALTHY))
    parser.add_argument("--only", default="", help="what holds this in its name")


def run(options: argparse.Namespace, folder: Path) -> int:
    """Print a table of faults × networks, then the first `n` healthy presets."""
    cells = []
    for fault in (*FAULTS, *SPOILED):
        if options.only in fault.name:
            print(fault.name, flush=True)
            for name, cell in _cells(fault, folder):
                cells.append(cell)
                print(f"    {name:<22}{cell.text}", flush=True)
    false = [name for name in list(HEALTHY)[: options.n] if _is_false(name)]
    named = sum(cell.named for cell in cells)
    tried = [cell.cured for cell in cells if cell.cured is not None]
    print(f"named {named}/{len(cells)}, cured {sum(tried)}/{len(tried)} of those that "
          f"were worse, false alarms {len(false)}/{options.n}")  # fmt: skip
    good = named >= NAMED * len(cells) and sum(tried) >= CURED * len(tried)
    return int(not good or len(false) > ALLOWED_FALSE * options.n)


def _is_false(name: str) -> bool:
    project = presets.load(name)
    steps = HEALTHY[name]
    assign(project, (f"steps={steps}",) if steps else ())
    found = trained(project).names
    print(f"{'ok   ' if not found else 'FALSE'} {name} {sorted(found)}", flush=True)
    return bool(found)


def _cells(fault: Fault | Spoiled, folder: Path) -> Iterator[tuple[str, Cell]]:
    if isinstance(fault, Fault):
        for net in fault.nets:
            yield net.name, look(net, fault, folder)
    else:
        for table in fault.tables:
            yield table.name, look_at_table(table, fault, folder)


def look(net: Net, fault: Fault, folder: Path) -> Cell:
    """Plant a fault in a network, train it, and try the cure."""
    project = net.make()
    fault.plant(project, net, folder)
    told = trained(project)
    names = fault.told & told.names
    fixes = [fix for name in sorted(names) for fix in told.fixes.get(name, ())]
    sound = _sound(net)
    faulty = told.values.get(net.judged, math.nan)
    cured: bool | None = None
    if _is_worse(faulty, sound):
        cured = bool(fixes) and _helps(project, fixes[0], faulty, net.judged)
    return Cell(bool(names), ", ".join(sorted(told.names)) or "–", cured)


@cache
def _sound(net: Net) -> float:
    """Return what the network comes to without a fault."""
    return trained(net.make()).values.get(net.judged, math.nan)


def _is_worse(value: float, than: float) -> bool:
    return not math.isfinite(value) or value > WORSE * than


def _helps(project: Project, fix: Fix, before: float, judged: str) -> bool:
    twin = project.copy()
    apply_all(twin, list(fix.edits))
    after = trained(twin).values.get(judged, math.nan)
    if not math.isfinite(after):
        return False
    return not math.isfinite(before) or after < before


def look_at_table(table: Table, fault: Spoiled, folder: Path) -> Cell:
    """Plant a fault in a table, look at its data, and train the network it is offered.

    Copies, constants and answers make no loss worse, and so nothing is to be cured.
    """
    file = folder / f"{fault.name}-{table.name}.csv".replace(" ", "-")
    project, findings = table.make(file, fault.spoil(table.columns()))
    told = {each.id for each in findings if each.severity == "warning"}
    names = told | trained(project).names
    return Cell(bool(names & fault.told), ", ".join(sorted(names)) or "–", None)


def trained(project: Project) -> Told:
    """Return what is told of a training; `document` for a warning before it."""
    problems = Analyser().analyse(project).problems
    told = [p for p in problems if p.severity in {"warning", "error"}]
    names, fixes = {"document"} if told else set(), {}
    if told:
        fixes["document"] = told[0].fixes
    if any(each.severity == "error" for each in told):
        return Told(names, fixes, {})
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis = watch.attach(trainer, project)
    for _ in trainer.steps():
        pass
    trainer.drain()
    found = diagnosis.findings
    names |= {finding.fault for finding in found}
    fixes |= {finding.fault: finding.fixes for finding in found}
    known = diagnosis.record.evaluations
    values = dict(known[-1].values) if known else {}
    return Told(names, fixes, values | _distance(trainer, diagnosis.record))


def _distance(trainer: Trainer, record: Record) -> dict[str, float]:
    """Return how far what adversaries make is from what is real.

    A loss of adversaries says little.
    """
    shown = adversaries.shown(record)
    if shown is None:
        return {}
    parts = trainer.parts
    return {"distance": spread.apart(parts.evaluator, parts.feeds, *shown)}
