"""Makes `.venv` and fills it with pip."""

import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec

from workbench.bootstrap import requirements, system
from workbench.bootstrap.console import SetupError, say
from workbench.bootstrap.environment import Environment

_OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|ConnectTimeout|"
    r"ProxyError|Network is unreachable|Connection (refused|reset)|ReadTimeout",
    re.IGNORECASE,
)
_VERSION = (
    "import sys, pip; assert sys.prefix != sys.base_prefix; "
    "print('%d.%d' % sys.version_info[:2])"
)
"""Fails where pyvenv.cfg is lost: pip would fill another Python."""


def prepare(environment: Environment, extras: Iterable[str]) -> None:
    """Bring `environment` up to date with pyproject.toml and stamp it.

    Raises:
        SetupError: With what to do, when that is impossible here.
    """
    wanted = {*extras, *environment.extras()}
    if environment.is_unfinished() or _version_inside(environment) is None:
        _create(environment)
    environment.begin()
    say("Installing into .venv (the first time downloads a few hundred MB) …")
    try:
        _pip(environment, requirements.read(environment.pyproject, sorted(wanted)))
    except SetupError:
        environment.give_back()
        raise
    version = _version_inside(environment)
    if version is None:
        raise SetupError(".venv does not work after the installation: delete it.")
    environment.write_stamp(version, wanted)
    say("Ready.")


def _version_inside(environment: Environment) -> str | None:
    """Return the inner Python's version, or None when it or its pip is broken."""
    try:
        answer = subprocess.run(
            [environment.python, "-c", _VERSION],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _create(environment: Environment) -> None:
    if environment.folder.exists():
        say("The .venv of an earlier start is incomplete: making it anew.")
    _require_venv_module()
    say(f"Making .venv with Python {sys.version.split()[0]} …")
    # The base interpreter: a .venv cannot be remade by the Python that lives in it.
    python = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run(
        [python, "-m", "venv", "--clear", environment.folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        reason = (made.stderr or made.stdout).strip()
        raise SetupError(f"python -m venv could not make .venv:\n{reason}")


def _require_venv_module() -> None:
    """Debian ships Python without its venv module: install or name the package."""
    if find_spec("venv") is not None and find_spec("ensurepip") is not None:
        return
    what = "This Python comes without its venv module."
    if not system.has_apt():
        raise SetupError(f"{what} Install it, or use a complete Python.")
    system.install([system.venv_package()], what)


def _pip(environment: Environment, lines: list[str]) -> None:
    """Run pip with its own progress on the terminal, and explain a failure."""
    command = [str(environment.python), "-m", "pip", "install"]
    command += ["--disable-pip-version-check", "--no-input", *lines]
    errors = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as pip:
        for line in pip.stderr or ():
            errors.append(line)
            sys.stderr.write(line)
    if pip.returncode != 0:
        raise SetupError(_explain("".join(errors)))


def _explain(output: str) -> str:
    if _OFFLINE.search(output):
        return (
            "The packages could not be downloaded: there is no connection.\n"
            "Connect for this first start; later ones work offline. Without any "
            "connection,\nput the wheels into a folder and start with "
            "PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER."
        )
    if "from versions: none" in output:
        return (
            "The package index was not reached, or has nothing for Python "
            f"{sys.version.split()[0]} on this system."
        )
    if "No space left" in output:
        return "The disk is full: .venv needs about 3 GB (torch is most of it)."
    return "pip could not install the packages; its reason stands above."
