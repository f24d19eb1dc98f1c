"""`python3 -m tests`: set up what is missing, then run every check that CI runs.

Any Python 3 must be able to read this file, see workbench/bootstrap/__init__.py.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from workbench.bootstrap import check_python

GIVE_WAY = "import os, runpy, sys; getattr(os, 'nice', int)(10); del sys.argv[0]; "
PYTEST = GIVE_WAY + "import pytest; sys.exit(pytest.main(sys.argv))"
CHECK = GIVE_WAY + "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
# import-linter has no `python -m`; its script may not be on the path.
LINT_IMPORTS = (
    GIVE_WAY + "from importlinter.cli import lint_imports_command as run; run()"
)
SHARED = ["tests/workbench/" + name for name in (
    "app/compare", "app/judging", "app/lessons", "app/pretrained", "dialogs",
    "document", "explain", "inspector", "session",
)]  # fmt: skip
"""Of the window; either half runs a file of these when it has done its own."""
CHECKS = (
    ("ruff check", [CHECK, "ruff", "check"]),
    ("ruff format", [CHECK, "ruff", "format", "--check"]),
    ("import contracts", [LINT_IMPORTS, "lint-imports"]),
    ("mypy", [CHECK, "mypy"]),
)


def main() -> int:
    """Run the static checks beside pytest with the arguments given; 0 when all pass."""
    check_python()
    from workbench.bootstrap import launch

    launch.ensure("tests", extras=("dev",))
    launch.require_libraries(window=False)
    launch.ensure_display()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    arguments = sys.argv[1:]
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    told = []
    checks = Thread(target=lambda: told.extend(_checked(*c) for c in CHECKS))
    with _compiled_once():
        checks.start()
        try:
            code = _pytest(arguments) if arguments else _everything()
        finally:
            checks.join()
    return code or int(not _all_passed(told))


@contextmanager
def _compiled_once() -> Iterator:
    """Let every process that a test starts find what the first one has compiled."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["PYTHONPYCACHEPREFIX"] = folder
            yield
    else:
        yield


def _pytest(arguments: list) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments])


def _everything() -> int:
    """Run all tests in two processes; the engine's half gives way to the window's.

    What is timed stands in the window's half; the other one uses what is left. They
    share out what either may run, and so end at the same time. The display comes
    first: while its tests wait, the static checks go on.
    """
    window = ["tests/x11", "tests/workbench"]
    tests = sorted(p for p in Path("tests").iterdir() if _has_tests(p))
    engine = [path.as_posix() for path in tests if path.as_posix() not in window]
    with tempfile.TemporaryDirectory() as claims, tempfile.TemporaryFile() as told:
        both = ["-p", "tests.helpers.claims", "--claims=" + claims]
        both += ["--shared=" + path for path in SHARED]
        command = [sys.executable, "-c", PYTEST, "-p", "no:cacheprovider", *both]
        command += [*engine, *SHARED]
        other = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT)
        try:
            code = _pytest([*both, *window])
            code = other.wait() or code
        finally:
            other.kill()
        told.seek(0)
        print(told.read().decode("utf-8", "replace"), flush=True)
    return code


def _has_tests(path: Path) -> bool:
    return path.is_dir() or path.name.startswith("test_")


def _checked(name: str, command: list) -> tuple:
    """Run one static check; return its name, whether it passed, and what it told."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return name, done.returncode == 0, time.perf_counter() - start, done.stdout


def _all_passed(told: list) -> bool:
    """Print how the static checks went; what one said is shown only when it failed."""
    for name, passed, seconds, said in told:
        print(f"{name:<18}{'ok' if passed else 'FAILED':<8}{seconds:.1f} s", flush=True)
        if not passed:
            print(said, flush=True)
    return len(told) == len(CHECKS) and all(passed for _, passed, _, _ in told)


if __name__ == "__main__":
    sys.exit(main())
