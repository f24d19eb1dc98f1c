"""Equal networks are rarely called better; one that is worse is found out."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import presets
from engine.bench.better.judging import Scores, judged
from engine.bench.better.race import score_of
from engine.graph.model import Project
from engine.graph.settings_text import assign
from engine.training.loop.trainer import Trainer

HELP = "equal networks are rarely called better, and a planted effect is found"

SCORE, SEEDS = "loss", 5
MOST_FALSE, LEAST_FOUND = 0.05, 0.9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(n=200)


def run(options: argparse.Namespace, _folder: Path) -> int:
    """Compare a tiny network `n` times with itself and with a slower one.

    Against itself each pair gets two seeds of its own: with one they would be equal to
    the bit.
    """
    false = found = 0
    start = options.seed
    for trial in range(options.n):
        seeds = range(start + 3 * SEEDS * trial, start + 3 * SEEDS * (trial + 1))
        one, other, slower = seeds[::3], seeds[1::3], seeds[2::3]
        same = _outcome(_scores(tiny(), one), _scores(tiny(), other))
        planted = _outcome(_scores(tiny(), slower), _scores(tiny("lr=0.0015"), slower))
        false += same in {"first", "second"}
        found += planted == "first"
        if (trial + 1) % 10 == 0:
            print(f"{trial + 1}: false {false}, found {found}", flush=True)
    print(
        f"called better without a reason {false / options.n:.1%} (≤ {MOST_FALSE:.0%})"
    )
    print(f"planted effect found {found / options.n:.1%} (≥ {LEAST_FOUND:.0%})")
    good = false <= MOST_FALSE * options.n and found >= LEAST_FOUND * options.n
    print("PASS" if good else "FAIL")
    return 0 if good else 1


def tiny(*words: str) -> Project:
    """Return a network that is trained in a moment."""
    project = presets.load("digits-mlp")
    small = ("linear1.out_features=16", "linear2.out_features=16", "steps=40")
    assign(project, (*small, "patience=0", "threads=1", *words))
    return project


def _scores(project: Project, seeds: Sequence[int]) -> list[float]:
    values = []
    for seed in seeds:
        trainer = Trainer(project, seed=seed, monitor=False)
        for _ in trainer.steps():
            pass
        values.append(score_of(trainer, SCORE))
    return values


def _outcome(first: list[float], second: list[float]) -> str:
    return judged(Scores(SCORE, False, range(SEEDS), first, second)).outcome
