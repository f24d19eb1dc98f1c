"""What the command line asks of the window."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.i18n import tr

DEFAULT_PRESET = "mnist-cnn"
_SIZE = re.compile(r"(\d{3,5})x(\d{3,5})")
_EPILOG = """\
Without a display the network is trained in the terminal; run, weights and a
picture of the finished window are written, and their places are printed.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """The parsed command line.

    Args:
        document: A .bpw file or the id of a preset; None means the default start.
        run: Folder of a finished run to show instead of training.
        shot: Where to draw the window instead of opening it.
        after_steps: Training steps before the picture is drawn; with `run`, its own.
        theme: "dark" or "light"; None means the user's setting.
        size: Width and height of the window, px.
        panel: Name of the panel to bring to the front.
        language: "en" or "ja"; None means the user's setting.
    """

    document: str | None = None
    run: Path | None = None
    shot: Path | None = None
    after_steps: int = 0
    theme: str | None = None
    size: tuple[int, int] | None = None
    panel: str | None = None
    language: str | None = None


def parse(arguments: Sequence[str]) -> Options:
    """Return the options; ends the process on `--help` or a mistake."""
    return Options(**vars(_parser().parse_args(arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="Build, train, watch and understand neural networks.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("document", nargs="?", metavar="FILE|PRESET", help="a .bpw file or a preset")
    add("--run", type=Path, metavar="RUN", help="show the curves of this run folder")
    add("--shot", type=Path, metavar="OUT.png", help="draw the window to a picture")
    add("--after-steps", type=_steps, default=0, metavar="N", help="train first")
    add("--theme", choices=("dark", "light"))
    add("--size", type=_size, metavar="WxH", help="for example 1440x900")
    add("--panel", metavar="NAME", help="bring this panel to the front")
    add("--language", choices=("en", "ja"))
    return parser


def _steps(text: str) -> int:
    if not text.isdecimal():
        wrong = tr("expected a number of steps, got {got}", got=text)
        raise argparse.ArgumentTypeError(wrong)
    return int(text)


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        wrong = tr("expected WIDTHxHEIGHT, got {got}", got=text)
        raise argparse.ArgumentTypeError(wrong)
    return int(match[1]), int(match[2])
