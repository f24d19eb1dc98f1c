"""Sets up what the application needs, with the standard library alone.

This file and the two `__main__.py` that import it are written so that any Python 3
can read them: an old one must answer with a sentence, not with a syntax error.
"""

import sys

MINIMUM = (3, 11)


def check_python() -> None:
    """End with one sentence when this Python is too old."""
    if sys.version_info >= MINIMUM:
        return
    sys.stderr.write(
        "Backprop Workbench needs Python {}.{} or newer; this is {}.{} ({}).\n"
        "Start it with a newer one, for example: python{}.{} -m workbench\n".format(
            *MINIMUM, *sys.version_info[:2], sys.executable, *MINIMUM
        )
    )
    sys.exit(2)
