"""Every cure that a diagnosis offers is proved, or says in words why it can't be.

For each rule a network with its fault is trained until it is named; its first cure is
proved, and both values compared with trainings of one's own. An answer is right when it
is that of these values, or when both are answers to different questions.
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import presets
from engine.bench.better.proof import Proof
from engine.explain.diagnose import spread, table, watch
from engine.explain.diagnose.rules import adversaries
from engine.graph.edits import apply_all
from engine.graph.model import Node, Project
from engine.graph.problems import Fix
from engine.graph.settings_text import assign
from engine.protocol.bench.proof import Proved
from engine.training.loop.trainer import Trainer
from tests.faults import _plants
from tests.faults._nets import ADVERSARIES, CNN, MLP, RECURRENT
from tests.faults.preflight import insert

HELP = "cures of all rules are proved, or say why they can't be"

NO_CURE = ("imbalanced_classes", "no_better_than_lazy")
"""Rules that offer nothing to click."""
Make = Callable[[Path], Project]


class Case(NamedTuple):
    """A network with a fault.

    Args:
        make: It.
        expected: Answers that are true of its first cure.
        seed: Of all trainings.
    """

    make: Make
    expected: tuple[str, ...] = ("helps",)
    seed: int = 0


def _planted(name: str, *words: str, net: _plants.Net = MLP) -> Make:
    fault = next(each for each in _plants.FAULTS if each.name == name)

    def make(folder: Path) -> Project:
        project = net.make()
        fault.plant(project, net, folder)
        assign(project, words)
        return project

    return make


def _preset(name: str, *words: str) -> Make:
    def make(_folder: Path) -> Project:
        project = presets.load(name)
        assign(project, words)
        return project

    return make


def _through(*kinds: tuple[str, dict[str, object]]) -> Make:
    """Return a network of which all numbers go through nodes behind its first layer."""

    def make(_folder: Path) -> Project:
        project, after = MLP.make(), MLP.first
        for number, (kind, params) in enumerate(kinds):
            insert(project, after, Node(f"planted{number}", kind, params))
            after = f"planted{number}.out"
        return project

    return make


_GAME = ADVERSARIES[0]
CASES: dict[str, Case] = {
    "unscaled_inputs": Case(_planted("inputs × 1,000")),
    "blank_input": Case(_planted("inputs constant")),
    "answer_as_input": Case(_planted("target as input"), ("unproved",)),
    "frozen_at_random": Case(_planted("frozen but the head")),
    "batch_norm_of_few": Case(_planted("BatchNorm with 2 samples")),
    "zero_start": Case(_planted("zero init")),
    "dropout_too_high": Case(_planted("dropout 0.95")),
    "summed_loss": Case(_planted("wrong reduction"), ("helps", "same")),
    "exploding_gradients": Case(_preset("exploding")),
    "momentum_too_high": Case(_planted("momentum too high")),
    "learning_rate_too_high": Case(_planted("learning rate × 100")),
    "learning_rate_too_low": Case(_planted("learning rate / 1,000")),
    "weight_decay_too_high": Case(_planted("decay too high")),
    "clipped_too_small": Case(_planted("clipped too small")),
    "dead_relu": Case(_planted("dead ReLUs by bias")),
    "vanishing_gradients": Case(_planted("saturating depth")),
    "discriminator_won": Case(_planted("discriminator wins", net=_GAME)),
    "mode_collapse": Case(_planted("mode collapse", net=_GAME)),
    "bad_labels": Case(_preset("bad-labels", "steps=300")),
    "labels_unrelated": Case(_planted("shuffled labels", "steps=400", net=CNN)),
    "overfitting": Case(_preset("overfit"), ("helps", "unproved")),
    "relapse": Case(_planted("recurrent explosion", net=RECURRENT[0])),
    "rate_ran_out": Case(_planted("plateau")),
    "underfitting": Case(_planted("underfit")),
    "generator_won": Case(
        _planted(
            "discriminator wins",
            "discriminator.lr=1e-6",
            "generator.lr=0.01",
            "steps=200",
            net=_GAME,
        ),
        seed=2,
    ),
    "not_finite": Case(_through(("sqrt", {}))),
    "overflow": Case(_through(("scale", {"factor": 1000.0}), ("exp", {}))),
    "posterior_collapse": Case(
        _preset("vae", "reconstruction.weight=1", "steps=300"), ("unproved",)
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(n=len(CASES))
    parser.add_argument("--only", default="", help="what holds this in its name")


def run(options: argparse.Namespace, folder: Path) -> int:
    """Prove the cure of each rule and print what is said."""
    good, tried = 0, [name for name in CASES if options.only in name][: options.n]
    for name in tried:
        fault, said = look(name, folder)
        good += not fault
        print(f"{name:<24}{fault or 'ok':<6} {said}", flush=True)
    missing = {rule.fault for rule in table.RULES} - {*CASES, *NO_CURE}
    print(f"rules that no case is there for: {', '.join(sorted(missing)) or 'none'}")
    print(f"{'PASS' if good == len(tried) else 'FAIL'} {good}/{len(tried)}")
    return int(good < len(tried))


def look(name: str, folder: Path) -> tuple[str, str]:
    """Return what is wrong with the proof of a rule's cure, and what it says."""
    case = CASES[name]
    before = case.make(folder)
    cure = _cure(before, name, case.seed)
    if cure is None:
        return "is not named, or has no cure", ""
    after = before.copy()
    apply_all(after, list(cure.edits))
    *_, answer = Proof(before, after, case.seed).run()
    assert isinstance(answer, Proved)
    said = f"{cure.label} · {answer.text}"
    if answer.verdict not in case.expected:
        return f"{answer.verdict}, expected {case.expected}", said
    for project, told in ((before, answer.before), (after, answer.after)):
        own = _value(project, answer.score, case.seed)
        if not _is_true(told, own):
            return f"{told} is told, and it is {own}", said
    return "", said


def _is_true(told: float, own: float) -> bool:
    """Return whether a value is one's own, to what single precision can tell."""
    both_lost = math.isnan(own) and math.isnan(told)
    return both_lost or math.isclose(own, told, rel_tol=1e-5, abs_tol=1e-6)


def _cure(project: Project, fault: str, seed: int) -> Fix | None:
    """Train until a fault is named; return its first cure."""
    trainer = Trainer(project, threads=1, seed=seed)
    diagnosis = watch.attach(trainer, project)
    for _ in trainer.steps():
        pass
    trainer.drain()
    named = {finding.fault: finding for finding in diagnosis.findings}
    fixes = named[fault].fixes if fault in named else ()
    return fixes[0] if fixes else None


def _value(project: Project, score: str, seed: int) -> float:
    """Return what a training of one's own comes to; NaN where its loss was lost."""
    trainer = Trainer(project, seed=seed, monitor=False)
    for _ in trainer.steps():
        pass
    if score == "distance":
        return _distance(trainer, project)
    is_lost = trainer.ending is not None and trainer.ending.kind == "diverged"
    return math.nan if is_lost else trainer.results.get(score, math.nan)


def _distance(trainer: Trainer, project: Project) -> float:
    """Return the energy distance of made samples from real ones, by numpy."""
    shown = adversaries.shown(watch.record_of(trainer, project))
    assert shown is not None
    parts = trainer.parts
    batch = next(parts.feeds.spread_batches(spread.MANY, spread.MANY))
    with spread.Watch(parts.program, shown[0].home) as seen:
        parts.evaluator.everything(batch)
    calls = [n.path for n in parts.program.nodes if n.home == shown[0].home]
    real, made = (seen[calls.index(n.path)].flatten(1).double().numpy() for n in shown)

    def mean(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1)).mean())

    return 2 * mean(real, made) - mean(real, real) - mean(made, made)
