"""Arguments of the command line, and what an error looks like there.

Commands import torch only when they need it.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, TypeAlias

from engine.cli import commands
from engine.cli.output import complain
from engine.errors import EngineError
from engine.i18n import tr

USER_ERROR = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors of the user give 2.

    Ctrl+C gives 130; while it trains `train` itself answers it.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except EngineError as error:
        return _refuse(f"{error} {_hint(error)}".strip())
    except KeyboardInterrupt:
        complain(tr("Interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return USER_ERROR
    except OSError as error:
        return _refuse(f"{error.filename or ''}: {error.strerror or error}")


def _hint(error: EngineError) -> str:
    """Return how to go on from the checkpoint that an error names."""
    earlier = getattr(error, "earlier", -1)
    return f"(--from-step {earlier})" if earlier >= 0 else ""


def _refuse(text: str) -> int:
    complain(tr("error: {text}", text=text))
    return USER_ERROR


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(_refuse(tr("{message} (see --help)", message=message)))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m engine", description=__doc__.splitlines()[0])
    parser.description = tr("Build, check, train and export networks without a window.")
    commands_ = parser.add_subparsers(required=True, metavar=tr("COMMAND"))
    _presets(commands_)
    _check(commands_)
    _train(commands_)
    _export(commands_)
    _evaluate(commands_)
    _predict(commands_)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"  # noqa: SLF001


def _presets(parsers: _Commands) -> None:
    parser = parsers.add_parser("presets", help=tr("list the projects that ship"))
    parser.set_defaults(run=commands.presets)
    _add_json(parser)


def _check(parsers: _Commands) -> None:
    parser = parsers.add_parser("check", help=tr("problems, shapes, parameter count"))
    parser.set_defaults(run=commands.check)
    _add_project(parser)
    _add_json(parser)


def _train(parsers: _Commands) -> None:
    parser = parsers.add_parser("train", help=tr("train a project and keep the run"))
    parser.set_defaults(run=commands.train)
    _add_project(parser, optional=True)
    add = parser.add_argument
    add("--steps", type=int, default=0, metavar="N", help=tr("end after N steps"))
    add("--device", default="", help=tr("auto, cpu, cuda:0 …"))
    add("--seed", type=int, default=-1, metavar="S", help=tr("weights and order"))
    add("--threads", type=int, default=0, metavar="N", help=tr("0 tries them out"))
    add("--set", action="append", default=[], metavar="KEY=VALUE", dest="values",
        help=tr("a setting (lr=0.01, batch_size=32) or parameter (node.param=8)"),
    )  # fmt: skip
    add("--out", default="", metavar="RUN", help=tr("folder of the run"))
    add("--weights-from", default="", metavar="RUN",
        help=tr("start from the weights of a run, where they fit"),
    )  # fmt: skip
    add("--checkpoint-every", type=int, default=0, metavar="N",
        help=tr("steps between checkpoints; 0 is by time"),
    )  # fmt: skip
    add("--resume", action="store_true", help=tr("go on with the run in --out"))
    _add_from_step(parser)
    _add_json(parser)


def _export(parsers: _Commands) -> None:
    parser = parsers.add_parser("export", help=tr("write the weights of a run"))
    parser.set_defaults(run=commands.export)
    parser.add_argument("project", metavar="RUN", help=tr("folder of the run"))
    parser.add_argument("--format", required=True, help="safetensors, pt")
    parser.add_argument("--out", required=True, metavar="FILE", help=tr("target"))
    raw = tr("the weights of the last step, not their running mean")
    parser.add_argument("--raw", action="store_true", help=raw)
    _add_from_step(parser)
    _add_json(parser)


def _evaluate(parsers: _Commands) -> None:
    words = tr("judge a run on samples that it never saw")
    parser = parsers.add_parser("evaluate", help=words)
    parser.set_defaults(run=commands.evaluate)
    parser.add_argument("project", metavar="RUN", help=tr("folder of the run"))
    words = tr("the report as one page, with charts")
    parser.add_argument("--html", default="", metavar="FILE", help=words)
    add = parser.add_argument
    add("--language", default="en", choices=("en", "ja"), help=tr("of the report"))
    words = tr("a second run: is it better?")
    parser.add_argument("--against", default="", metavar="RUN", help=words)
    _add_from_step(parser)
    _add_json(parser)


def _predict(parsers: _Commands) -> None:
    words = tr("answer the rows of a file with a run")
    parser = parsers.add_parser("predict", help=words)
    parser.set_defaults(run=commands.predict)
    add = parser.add_argument
    add("project", metavar="RUN", help=tr("folder of the run"))
    add("input", metavar="INPUT", help=tr("a table or arrays, by name"))
    add("--out", required=True, metavar="FILE", help=tr("answers, as CSV"))
    words = tr("the loss whose input is the answer")
    add("--node", default="", metavar="PATH", help=words)
    _add_from_step(parser)
    _add_json(parser)


def _add_from_step(parser: argparse.ArgumentParser) -> None:
    words = tr("an earlier checkpoint that the run keeps")
    parser.add_argument(
        "--from-step", type=int, default=-1, metavar="N", help=words, dest="from_step"
    )


def _add_project(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument(
        "project",
        metavar="FILE|PRESET",
        nargs="?" if optional else None,
        default="",
        help=tr("a .bpw file or the name of a preset"),
    )
    words = tr("let weights be read outside the project's folder")
    parser.add_argument("--allow-paths", action="store_true", help=words)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=tr("for programs"))
