"""Random operations on the live window: no exception, no warning, no hang.

Menus, keys, pointer, fields, panels, dialogs, presets, blocks, undo and training, with
the engine on a thread of this process.
"""

import argparse
import faulthandler
import os
from pathlib import Path

HELP = "random operations on the live window: no exception, warning, hang, left dialog"
_LAST = 12
"""Operations that are told with what went wrong."""
_STUCK_S = 60
_AT_ONCE = 500
"""Operations on one window."""


def run(options: argparse.Namespace, folder: Path) -> int:
    """Do `--n` operations on windows, one after the other."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        os.environ[f"XDG_{kind}_HOME"] = str(folder / kind.lower())
    from PySide6.QtWidgets import QApplication  # only for this command

    from workbench.app.launch import main  # only for this command

    application = main.application()
    application.setQuitOnLastWindowClosed(False)
    good = 0
    try:
        for index in range(0, options.n, _AT_ONCE):
            count = min(_AT_ONCE, options.n - index)
            good += operate(count, options.seed + index, folder)
    finally:
        faulthandler.cancel_dump_traceback_later()
        QApplication.instance().shutdown()
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return int(good != options.n)


def operate(count: int, seed: int, folder: Path) -> int:
    """Do some operations on one window; returns how many went well."""
    from tests.faults._operator import Operator  # loads Qt

    operator, good = Operator(seed, folder), 0
    try:
        for number in range(count):
            faulthandler.dump_traceback_later(_STUCK_S, exit=True)
            wrong = operator.step()
            good += not wrong
            if wrong:
                done = ", ".join(operator.done[-_LAST:])
                print(f"seed {seed}, operation {number} ({done}):")
                print("\n".join(wrong), flush=True)
    finally:
        faulthandler.cancel_dump_traceback_later()
        operator.close()
    return good
