"""From any Python to one that has everything: the first thing each command does."""

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

from workbench.bootstrap.console import SetupError, give_up
from workbench.bootstrap.environment import Environment


def is_ready(extras: Sequence[str] = ()) -> bool:
    """Return whether a start needs no installation; never installs anything."""
    environment = Environment()
    return not environment.is_checkout or environment.is_current(extras)


def ensure(module: str, extras: Sequence[str] = ()) -> None:
    """Return in an environment that satisfies pyproject.toml, or restart in one.

    Args:
        module: What `python -m` was asked for, to ask again inside.
        extras: Optional dependency sets to have as well, such as `dev`.
    """
    environment = Environment()
    if not environment.is_checkout or _is_good_here(environment, extras):
        return
    if not environment.is_current(extras):
        try:
            _install(environment, extras)
        except SetupError as error:
            give_up(error)
        except KeyboardInterrupt:
            give_up(SetupError("Stopped. The next start carries on."))
    _restart(environment, module)


def require_libraries(*, window: bool) -> None:
    """Make sure that Qt can draw, and open a window; ends the process if not."""
    from workbench.bootstrap import system

    try:
        system.ensure_libraries(window=window)
    except SetupError as error:
        give_up(error)


def ensure_display() -> None:
    """Make a display for tests possible where that is allowed; never fails."""
    if sys.platform == "linux":
        from workbench.bootstrap import system

        system.ensure_display()


def _is_good_here(environment: Environment, extras: Sequence[str]) -> bool:
    if environment.is_running() and environment.is_current(extras):
        return True
    if find_spec("torch") is None:  # A bare Python: told apart without reading files.
        return False
    from workbench.bootstrap import requirements

    if not requirements.satisfied(environment.pyproject, extras):
        return False
    if environment.is_running() and not environment.is_unfinished():
        with contextlib.suppress(OSError):  # the next start reads two files, not all
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            environment.write_stamp(version, extras)
    return True


def _install(environment: Environment, extras: Sequence[str]) -> None:
    from workbench.bootstrap import install, lock

    try:
        with lock.held(environment.lock):
            if not environment.is_current(extras):
                install.prepare(environment, extras)
    except OSError as error:
        message = f"Could not write {error.filename or environment.folder}: {error}."
        raise SetupError(message) from error


def _restart(environment: Environment, module: str) -> NoReturn:
    command = [str(environment.python), "-m", module, *sys.argv[1:]]
    if os.name == "nt":  # There, exec returns to the shell before the program ends.
        import subprocess

        sys.exit(subprocess.call(command))
    os.execv(command[0], command)  # noqa: S606 - no shell wanted
