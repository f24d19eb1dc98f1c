"""Arguments of the command line, and what an error looks like there.

Commands import torch only when they need it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias

from engine import i18n
from engine.cli import commands
from engine.cli.bench import parsers as bench_parsers
from engine.cli.judging import commands as judging
from engine.cli.output import complain
from engine.errors import EngineError
from engine.i18n import tr

USER_ERROR = 2
INTERRUPTED = 130
_TRANSLATIONS = Path(__file__).parents[2] / "assets" / "translations"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors of the user give 2.

    Ctrl+C gives 130; while it trains `train` itself answers it.
    """
    options = _parser().parse_args(arguments)
    if "language" in options:
        i18n.load(options.language, _TRANSLATIONS)
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
    bench_parsers.add(commands_, _add_project, _add_json)
    _train(commands_)
    _export(commands_)
    _evaluate(commands_)
    _predict(commands_)
    _try(commands_)
    _retrain(commands_)
    _labels(commands_)
    _pretrained(commands_)
    _trace(commands_)
    _race(commands_)
    _lessons(commands_)
    _data(commands_)
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
    add("--more", type=int, default=0, metavar="N",
        help=tr("so many more epochs, or steps of a run in steps"),
    )  # fmt: skip
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
    parser.set_defaults(run=judging.evaluate)
    parser.add_argument("project", metavar="RUN", help=tr("folder of the run"))
    words = tr("the report as one page, with charts")
    parser.add_argument("--html", default="", metavar="FILE", help=words)
    add = parser.add_argument
    _add_language(parser, tr("of the report"))
    words = tr("judge it on all of this file or folder instead")
    add("--data", default="", metavar="FILE", help=words)
    words = tr("a second run: is it better?")
    parser.add_argument("--against", default="", metavar="RUN", help=words)
    _add_from_step(parser)
    _add_json(parser)


def _predict(parsers: _Commands) -> None:
    words = tr("answer the rows of a file with a run")
    parser = parsers.add_parser("predict", help=words)
    parser.set_defaults(run=judging.predict)
    add = parser.add_argument
    add("project", metavar="RUN", help=tr("folder of the run"))
    add("input", metavar="INPUT", help=tr("a table or arrays, by name"))
    add("--out", required=True, metavar="FILE", help=tr("answers, as CSV"))
    words = tr("the loss whose input is the answer")
    add("--node", default="", metavar="PATH", help=words)
    _add_from_step(parser)
    _add_language(parser, tr("of the answers"))
    _add_json(parser)


def _try(parsers: _Commands) -> None:
    words = tr("answer single samples: JSON lines in, JSON lines out")
    parser = parsers.add_parser("try", help=words)
    parser.set_defaults(run=judging.try_)
    words = tr("folder of a run, a project, or a model's file")
    parser.add_argument("project", metavar="RUN|FILE", help=words)
    words = tr("let weights and data be read outside the project's folder")
    parser.add_argument("--allow-paths", action="store_true", help=words)
    _add_language(parser, tr("of the answers"))


def _retrain(parsers: _Commands) -> None:
    words = tr("train a run again on new data; keep the better of the two")
    parser = parsers.add_parser("retrain", help=words)
    parser.set_defaults(run=judging.retrain)
    parser.description = tr("Exit code 0: the new run is better. 3: that isn't shown. "
                            "2: refused. 130: interrupted.")  # fmt: skip
    add = parser.add_argument
    add("project", metavar="RUN", help=tr("folder of the run"))
    add("data", metavar="DATA", help=tr("new data of the same kind"))
    words = tr(
        "let the better one stand in the run's place; the old one stays beside it"
    )
    add("--keep-better", action="store_true", help=words)
    words = tr("with new weights, and the preparation fitted anew")
    add("--from-scratch", action="store_true", help=words)
    add("--steps", type=int, default=0, metavar="N", help=tr("end after N steps"))
    add("--out", default="", metavar="RUN", help=tr("folder of the new run"))
    _add_language(parser, tr("of the report"))
    _add_json(parser)


def _labels(parsers: _Commands) -> None:
    words = tr("which labels of the data behind a run are probably wrong")
    parser = parsers.add_parser("labels", help=words)
    parser.set_defaults(run=judging.labels)
    add = parser.add_argument
    add("project", metavar="RUN", help=tr("folder of the run"))
    words = tr("how often the network is trained, each time without another part")
    add("--folds", type=int, default=4, metavar="K", help=words)
    add("--top", type=int, default=50, metavar="N", help=tr("list so many"))
    _add_language(parser, tr("of the answers"))
    _add_json(parser)


def _pretrained(parsers: _Commands) -> None:
    words = tr("a language model by others: what it is, and a project of it")
    parser = parsers.add_parser("pretrained", help=words)
    parser.set_defaults(run=commands.pretrained)
    add = parser.add_argument
    words = tr(
        "GGUF; safetensors or .bin beside a config.json; else SmolLM2, if installed"
    )
    add("file", nargs="?", default="", metavar="FILE", help=words)
    add("--text", default="", metavar="FILE", help=tr("your own text to train it on"))
    add("--rank", type=int, default=8, metavar="R", help=tr("of LoRA; 0 is without"))
    add("--alpha", type=float, default=16.0, metavar="A", help=tr("its strength"))
    add("--targets", default="", metavar="A,B", help=tr("layers that LoRA adapts"))
    words = tr("tokens that are read at once")
    add("--context", type=int, default=64, metavar="N", help=words)
    add("--batch", type=int, default=4, metavar="N", help=tr("texts in a step"))
    add("--prompt", default="", metavar="TEXT", help=tr("what it goes on writing"))
    words = tr("write the project to this file")
    add("--project", default="", metavar="FILE", help=words)
    words = tr("answer plans: JSON lines in, JSON lines out")
    add("--ask", action="store_true", help=words)
    _add_language(parser, tr("of the answers"))
    _add_json(parser)


def _trace(parsers: _Commands) -> None:
    words = tr("one step of a training, node by node: values, gradients, updates")
    parser = parsers.add_parser("trace", help=words)
    parser.set_defaults(run=commands.trace)
    add = parser.add_argument
    words = tr("folder of a run, a .bpw file or the name of a preset")
    add("project", metavar="RUN|FILE|PRESET", help=words)
    words = tr("which step; of a run the one after a kept checkpoint")
    add("--step", type=int, default=0, metavar="N", help=words)
    add("--node", default="", metavar="PATH", help=tr("all numbers of one node"))
    words = tr("why one of its weights moves, such as weight[3,7]")
    add("--weight", default="", metavar="NAME[CELL]", help=words)
    words = tr("how a number comes about: output[2,3], input[2,0] or weight[3,7]")
    add("--cell", default="", metavar="NAME[CELL]", help=words)
    words = tr("what follows if weight[3,7]=0.5, or features[0,1]=2 of a data node;"
               " rate tries learning rates")  # fmt: skip
    add("--what-if", default="", metavar="CHANGE", help=words, dest="what_if")
    words = tr("the loss along weight[3,7], or around all weights")
    add("--slice", default="", metavar="NAME[CELL]|all", help=words)
    words = tr("let weights be read outside the project's folder")
    add("--allow-paths", action="store_true", help=words)
    _add_json(parser)


def _race(parsers: _Commands) -> None:
    words = tr("trial and error against backpropagation, at equal evaluations")
    parser = parsers.add_parser("race", help=words)
    parser.set_defaults(run=commands.race)
    _add_project(parser)
    add = parser.add_argument
    words = tr("forward passes for each; a backward pass counts as two")
    add("--evaluations", type=int, default=3000, metavar="N", help=words)
    add("--rate", type=float, default=0.03, metavar="LR", help=tr("size of the steps"))
    add("--seed", type=int, default=0, metavar="S", help=tr("weights and guesses"))
    add("--set", action="append", default=[], metavar="KEY=VALUE", dest="values",
        help=tr("a setting or parameter (hidden.out_features=400: more weights)"),
    )  # fmt: skip
    _add_json(parser)


def _lessons(parsers: _Commands) -> None:
    words = tr("lessons on backpropagation: all there are, or one in the terminal")
    parser = parsers.add_parser("lessons", help=words)
    parser.set_defaults(run=commands.lessons)
    words = tr("id of a lesson")
    parser.add_argument("lesson", nargs="?", default="", metavar="LESSON", help=words)
    _add_json(parser)


def _data(parsers: _Commands) -> None:
    words = tr("what a file or folder of data is, and how it is read")
    parser = parsers.add_parser("data", help=words)
    parser.set_defaults(run=commands.data)
    add = parser.add_argument
    add("path", metavar="PATH", help=tr("a file, or a folder of files"))
    add("--set", action="append", default=[], metavar="NAME=VALUE", dest="options",
        help=tr("a setting of the reader, such as separator=semicolon"),
    )  # fmt: skip
    add("--target", default="", metavar="COLUMN", help=tr("what is to be predicted"))
    add("--role", action="append", default=[], metavar="COLUMN=ROLE", dest="roles",
        help="input, target, group, time, part, id, ignore",
    )  # fmt: skip
    add("--kind", action="append", default=[], metavar="COLUMN=KIND", dest="kinds",
        help="number, category, text, date",
    )  # fmt: skip
    add("--sample", default="", choices=("row", "window", "text"),
        help=tr("what one sample is"),
    )  # fmt: skip
    words = tr("write a project whose data node brings this data")
    add("--project", default="", metavar="FILE", help=words)
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
    words = tr("let weights and data be read outside the project's folder")
    parser.add_argument("--allow-paths", action="store_true", help=words)


def _add_language(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--language", default="en", choices=("en", "ja"), help=words)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=tr("for programs"))
