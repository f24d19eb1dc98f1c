"""Broken nets are named by their fault alone, idle or busy, to the last digit."""

import argparse
import contextlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import presets
from engine.cli.findings import record_of
from engine.explain.diagnose import watch
from engine.graph.edits import apply_all
from engine.graph.model import Project
from engine.graph.settings_text import assign
from engine.protocol.findings import Finding
from engine.protocol.messages import Evaluation
from engine.training.loop.trainer import Trainer

HELP = "broken nets are named by their fault, on a busy machine as on an idle one"

ROOT = Path(__file__).parents[2]
_LIMIT_S = 900.0


class Case(NamedTuple):
    """A preset, what is changed about it, and the only fault that may be named."""

    preset: str
    fault: str = ""
    words: tuple[str, ...] = ()
    steps: int = 0

    @property
    def name(self) -> str:
        return " ".join((self.preset, *self.words))


_SGD = ("optimizer=sgd", "lr=0.1")
_STILL = ("optimizer=sgd", "lr=0.5", "schedule=constant", "momentum=0.99")
_UNEVEN = ("discriminator.lr=0.01", "generator.lr=0.00001")
BROKEN = (
    Case("exploding", "exploding_gradients"),
    Case("vanishing", "vanishing_gradients"),
    Case("dead-relu", "dead_relu"),
    Case("too-fast", "learning_rate_too_high"),
    Case("too-slow", "learning_rate_too_low"),
    Case("overfit", "overfitting"),
    Case("bad-labels", "bad_labels"),
    Case("unscaled", "unscaled_inputs"),
    Case("digits-mlp", "learning_rate_too_high", ("lr=0.1",), 300),
    Case("digits-mlp", "weight_decay_too_high", (*_SGD, "weight_decay=0.3"), 300),
    Case("digits-mlp", "weight_decay_too_high", ("l1=1",), 300),
    Case("digits-mlp", "clipped_too_small", (*_SGD, "clip_norm=0.0001"), 300),
    Case("digits-mlp", "momentum_too_high", _STILL, 300),
    Case("vae", "posterior_collapse", ("reconstruction.weight=1",), 400),
    Case("gan-2d", "discriminator_won", _UNEVEN, 600),
)
HEALTHY = (
    Case("xor"),
    Case("spirals"),
    Case("sine"),
    Case("diabetes"),
    Case("breast-cancer"),
    Case("digits-mlp"),
    Case("mnist-cnn", steps=150),
    Case("forgetting"),
    Case("autoencoder", steps=300),
    Case("vae", steps=300),
    Case("gan-2d", steps=800),
    Case("diffusion-2d", steps=300),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(n=3)
    parser.add_argument("--busy", type=int, default=0, help="competing processes")
    parser.add_argument("--only", default="", help="presets whose name holds this")


def run(options: argparse.Namespace, folder: Path) -> int:
    """Train every case `n` times idle and `n` times beside busy processes."""
    cases = [c for c in (*BROKEN, *HEALTHY) if options.only in c.name]
    numbers = itertools.count()
    good = check(
        cases,
        options.n,
        options.busy,
        lambda case: _findings(case, options.seed, folder / f"run{next(numbers)}"),
    )
    print(f"{'PASS' if good == len(cases) else 'FAIL'} {good}/{len(cases)}")
    return 0 if good == len(cases) else 1


def check(
    cases: Sequence[Case], times: int, busy: int, train: Callable[[Case], list[dict]]
) -> int:
    """Return how many cases are told rightly, and the same in every run."""
    told: dict[Case, list[list[dict]]] = {case: [] for case in cases}
    for processes in (0, busy or 2 * (os.cpu_count() or 1)):
        with _competing(processes):
            for case in cases:
                told[case] += [train(case) for _ in range(times)]
    return sum(_judge(case, found) for case, found in told.items())


def _judge(case: Case, found: list[list[dict]]) -> bool:
    faults = [[finding["fault"] for finding in each] for each in found]
    right = all(each == [case.fault] * bool(case.fault) for each in faults)
    same = all(each == found[0] for each in found)
    words = "; ".join(
        f"{each['what']} {each['value']!r}" for f in found[0] for each in f["evidence"]
    )
    names = sorted({", ".join(each) or "–" for each in faults})
    verdict = "equal" if same else "DIFFERENT"
    print(
        f"{'ok  ' if right and same else 'FAIL'} {case.name}: {' | '.join(names)}"
        f" ({verdict} in {len(found)} runs) {words}",
        flush=True,
    )
    return right and same


def _findings(case: Case, seed: int, out: Path) -> list[dict]:
    """Train in a process of its own and return what it was told."""
    words = [part for word in case.words for part in ("--set", word)]
    steps = ["--steps", str(case.steps)] if case.steps else []
    command = ["train", case.preset, *words, *steps, "--threads", "1", "--json"]
    result = subprocess.run(
        [sys.executable, "-m", "engine", *command, "--seed", str(seed), "--out", out],
        cwd=ROOT,
        capture_output=True,
        timeout=_LIMIT_S,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    line = result.stdout.decode().strip().splitlines()
    if not line:
        sys.exit(result.stderr.decode())
    kept = json.loads((out / "run.json").read_text("utf-8")).get("findings", [])
    findings: list[dict] = json.loads(line[0])["findings"]
    if [f["fault"] for f in kept] != [f["fault"] for f in findings]:
        sys.exit(f"{case.name}: the run has kept other findings than were told")
    return findings


@contextlib.contextmanager
def _competing(count: int) -> Iterator[None]:
    """Keep the machine busy with some processes meanwhile."""
    spin = [sys.executable, "-S", "-c", "while True: sum(range(100_000))"]
    rivals = [subprocess.Popen(spin) for _ in range(count)]
    try:
        yield
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()


def here(case: Case) -> list[dict]:
    """Train in this process and return what is told, as the command does."""
    project = presets.load(case.preset)
    assign(project, (*case.words, *((f"steps={case.steps}",) if case.steps else ())))
    return [record_of(finding) for finding in _trained(project)[1]]


def cured(case: Case) -> tuple[list[str], bool]:
    """Train in this process; return what is named, and whether its first fix helps."""
    project = presets.load(case.preset)
    assign(project, (*case.words, f"steps={case.steps}"))
    before, found = _trained(project)
    apply_all(project, found[0].fixes[0].edits)
    after, rest = _trained(project)
    helps = after.values["loss"] < before.values["loss"] and case.fault not in [
        finding.fault for finding in rest
    ]
    return [finding.fault for finding in found], helps


def _trained(project: Project) -> tuple[Evaluation, tuple[Finding, ...]]:
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis = watch.attach(trainer, project)
    for _ in trainer.steps():
        pass
    trainer.drain()
    return diagnosis.record.evaluations[-1], diagnosis.findings
