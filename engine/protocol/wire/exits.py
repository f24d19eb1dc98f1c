"""Why a child process is gone, in words."""

import signal

from engine.i18n import tr

_NO_MEMORY = (
    "MemoryError",
    "bad_alloc",
    "OutOfMemory",
    "out of memory",
    "can't allocate memory",
    "Cannot allocate memory",
    "not enough memory",
)
"""What Python, C++, torch and the system print when memory has run out."""
_WINDOWS_NO_MEMORY = (0xC0000017, 0xC000012D)
"""STATUS_NO_MEMORY, STATUS_COMMITMENT_LIMIT."""


def exit_words(code: int | None, said: str, reason: str = "") -> str:
    """Return one sentence about an engine that has ended by itself.

    Args:
        code: Its exit code; a negative one is a signal.
        said: The last that it printed.
        reason: Why its parent could not go on with it, if that is known.
    """
    how = reason or _how(code)
    ran_out = any(sign in said for sign in _NO_MEMORY)
    if ran_out or (code is not None and code & 0xFFFFFFFF in _WINDOWS_NO_MEMORY):
        return tr("The engine has run out of memory and ended ({how}).", how=how)
    if not reason and how == "SIGKILL":
        return tr(
            "The system has ended the engine ({how}), as it does when memory runs out.",
            how=how,
        )
    return tr("The engine has ended unexpectedly ({how}).", how=how)


def _how(code: int | None) -> str:
    """Return an exit code in words, with the signal's name if there is one."""
    if code is None or code >= 0:
        return tr("exit code {code}", code=code)
    try:
        return signal.Signals(-code).name
    except ValueError:
        return tr("signal {number}", number=-code)
