"""`python3 -m workbench`: set up what is missing, then open the window.

Any Python 3 must be able to read this file, see workbench/bootstrap/__init__.py.
"""

import gc
import os
import sys
from typing import TYPE_CHECKING

from workbench.bootstrap import check_python

if TYPE_CHECKING:
    from workbench.options import Options


def main() -> int:
    """Run the command line and return its exit code."""
    check_python()
    from workbench.bootstrap import launch

    if not launch.is_ready():
        _parse()  # A mistake is told before a long installation.
    launch.ensure("workbench")
    options = _parse()
    return _draw(options) if options.shot else _open(options)


def _parse() -> "Options":
    """Read the command line; ends the process on `--help` or a mistake."""
    from workbench.options import parse

    return parse(sys.argv[1:])


def _draw(options: "Options") -> int:
    """Draw the window to a picture; needs no display."""
    from workbench.bootstrap import launch

    launch.require_libraries(window=False)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    gc.disable()  # It ends soon; see app.garbage.
    from workbench.app.launch import shot

    return shot.draw(options)


def _open(options: "Options") -> int:
    """Open the window, or do without one where there is no display."""
    from workbench.bootstrap import display, launch

    if display.is_configured():
        launch.require_libraries(window=True)
    if display.is_reachable():
        gc.disable()  # A tenth less until the first paint; see app.garbage.
        from workbench.app.launch import main as app

        return app.run(options)
    from workbench.app.launch import headless

    return headless.run(options)


if __name__ == "__main__":
    sys.exit(main())
