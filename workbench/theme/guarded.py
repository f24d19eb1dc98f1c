"""Event handlers that Qt calls in the middle of others: they never let an error out.

An exception that leaves one of them while Qt is still showing or hiding other widgets
is still pending when the next handler is called: PySide then crashes without a word
(seen with 6.11). The error is told as any other, and Qt goes on.
"""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

_P = ParamSpec("_P")


def guarded(handler: Callable[_P, None]) -> Callable[_P, None]:
    """Let errors of an event handler go to where all unexpected ones are told."""

    @functools.wraps(handler)
    def safe(*args: _P.args, **options: _P.kwargs) -> None:
        try:
            handler(*args, **options)
        except Exception as error:  # noqa: BLE001 - told as any unexpected one
            sys.excepthook(type(error), error, error.__traceback__)

    return safe
