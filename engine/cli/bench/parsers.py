"""The arguments of the bench's commands; torch is loaded by the one that runs."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any

from engine.i18n import tr

Add = Callable[[ArgumentParser], None]
_Commands = Any
"""argparse's own table of commands, a class with no public name."""


def add(commands: _Commands, project: Add, as_json: Add) -> None:
    """Add all of them.

    Args:
        commands: Gets them.
        project: Adds the argument that names a project.
        as_json: Adds `--json`.
    """
    _preflight(commands, project, as_json)
    _better(commands, as_json)
    _sweep(commands, project, as_json)
    _bench(commands, as_json)


def _preflight(commands: _Commands, project: Add, as_json: Add) -> None:
    words = tr("try a training for some seconds: faults, learning rate")
    parser = commands.add_parser("preflight", help=words)
    parser.set_defaults(run=_run_preflight)
    project(parser)
    as_json(parser)


def _better(commands: _Commands, as_json: Add) -> None:
    words = tr("is B better than A? several seeds of both, and an interval")
    parser = commands.add_parser("better", help=words)
    parser.set_defaults(run=_run_better)
    words = tr("a .bpw file, the name of a preset or the folder of a run")
    arg = parser.add_argument
    arg("first", metavar="A", help=words)
    arg("second", metavar="B", help=words)
    arg("--seeds", type=int, default=5, metavar="N", help=tr("of each; at least 3"))
    words = tr("loss or metric that decides; the first metric without it")
    arg("--score", default="", metavar="NAME", help=words)
    words = tr("look after so many parts of the seeds, and end when it is shown")
    arg("--looks", type=int, default=1, metavar="N", help=words)
    arg("--steps", type=int, default=0, metavar="N", help=tr("end after N steps"))
    _allow(parser)
    as_json(parser)


def _sweep(commands: _Commands, project: Add, as_json: Add) -> None:
    words = tr("train with many settings, and say what they do to the score")
    parser = commands.add_parser("sweep", help=words)
    parser.set_defaults(run=_run_sweep)
    project(parser)
    arg = parser.add_argument
    words = tr("what is tried: lr=1e-4..1[log], conv1.out_channels=8,16,32")
    arg("--over", action="append", default=[], metavar="KEY=VALUES", help=words)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--grid", action="store_true", help=tr("every combination"))
    words = tr("N points at random")
    how.add_argument("--random", type=int, default=0, metavar="N", help=words)
    words = tr("N points that Optuna proposes")
    how.add_argument("--optuna", type=int, default=0, metavar="N", help=words)
    words = tr("loss or metric that decides; the first metric without it")
    arg("--score", default="", metavar="NAME", help=words)
    words = tr("trials at the same time; 0 is one for each core")
    arg("--jobs", type=int, default=0, metavar="N", help=words)
    arg("--seed", type=int, default=0, metavar="S", help=tr("of the choice of points"))
    arg("--steps", type=int, default=0, metavar="N", help=tr("end after N steps"))
    words = tr("let hopeless trials go to their end too")
    arg("--no-prune", action="store_true", help=words)
    words = tr("folder of the sweep; one that is there goes on")
    arg("--out", default="", metavar="FOLDER", help=words)
    as_json(parser)


def _bench(commands: _Commands, as_json: Add) -> None:
    words = tr("how fast the loop is beside the one that people write")
    parser = commands.add_parser("bench", help=words)
    parser.set_defaults(run=_run_bench)
    arg = parser.add_argument
    words = tr("mlp-64, mlp-1024, lstm-256, a .bpw file or a preset; six without any")
    arg("projects", nargs="*", metavar="NAME", help=words)
    words = tr("of torch, for all loops; 0 is all cores")
    arg("--threads", type=int, default=1, metavar="N", help=words)
    words = tr("seconds for each network")
    arg("--seconds", type=float, default=12.0, metavar="S", help=words)
    _allow(parser)
    arg("--device", default="cpu", help=tr("auto, cpu, cuda:0 …"))
    as_json(parser)


def _allow(parser: ArgumentParser) -> None:
    words = tr("let weights and data be read outside the project's folder")
    parser.add_argument("--allow-paths", action="store_true", help=words)


def _run_preflight(options: Namespace) -> int:
    from engine.cli.bench.preflight import preflight  # loads torch

    return preflight(options)


def _run_better(options: Namespace) -> int:
    from engine.cli.bench.better import better  # loads torch

    return better(options)


def _run_sweep(options: Namespace) -> int:
    from engine.cli.bench.sweep import sweep  # loads torch

    return sweep(options)


def _run_bench(options: Namespace) -> int:
    from engine.cli.bench.speed import bench  # loads torch

    return bench(options)
