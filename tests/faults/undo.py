"""Random edits are undone to the exact start; the edits are in undo_machine.py."""

import argparse
import os
from pathlib import Path

HELP = "random edits are undone to the exact start"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--edits", type=int, default=10_000, help="each time")


def run(options: argparse.Namespace, _folder: Path) -> int:
    """Edit at random, undo everything, compare with the start."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication  # only for this command

    from tests import undo_machine  # only for this command

    application = QApplication.instance() or QApplication([])
    try:
        return undo_machine.check(options.edits, options.n, options.seed)
    finally:
        application.shutdown()
