"""`python3 -m tests`: set up what is missing, then run every check that CI runs.

Any Python 3 must be able to read this file, see workbench/bootstrap/__init__.py.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workbench.bootstrap import check_python

# import-linter has no `python -m`; its script may not be on the path.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
GIVE_WAY = (
    "import os, sys, pytest; getattr(os, 'nice', int)(10); "
    "sys.exit(pytest.main(sys.argv[1:]))"
)
MOVED = ["tests/workbench/app/" + name for name in (
    "compare", "judging", "lessons", "pretrained"
)]  # fmt: skip
"""Of the window, in the other half: both take the same time."""
CHECKS = (
    ("ruff check", ["-m", "ruff", "check"]),
    ("ruff format", ["-m", "ruff", "format", "--check"]),
    ("mypy", ["-m", "mypy"]),
    ("import contracts", ["-c", LINT_IMPORTS]),
)


def main() -> int:
    """Run the checks, then pytest with the arguments given; 0 when all pass."""
    check_python()
    from workbench.bootstrap import launch

    launch.ensure("tests", extras=("dev",))
    launch.require_libraries(window=False)
    launch.ensure_display()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    failed = [name for name, command in CHECKS if not _passes(name, command)]
    if failed:
        print("FAILED before the tests: " + ", ".join(failed), flush=True)
    arguments = sys.argv[1:]
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    code = _pytest(arguments) if arguments else _everything()
    return code or int(bool(failed))


def _pytest(arguments: list) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments])


def _everything() -> int:
    """Run all tests in two processes; the engine's half gives way to the window's.

    What is timed stands in the window's half; the other one uses what is left.
    """
    window = ["tests/workbench", "tests/x11"]
    tests = sorted(p for p in Path("tests").iterdir() if _has_tests(p))
    engine = [path.as_posix() for path in tests if path.as_posix() not in window]
    command = [sys.executable, "-c", GIVE_WAY, "-p", "no:cacheprovider"]
    command += [*engine, *MOVED]
    with tempfile.TemporaryFile() as told:
        other = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT)
        try:
            code = _pytest([*window, *("--ignore=" + path for path in MOVED)])
            code = other.wait() or code
        finally:
            other.kill()
        told.seek(0)
        print(told.read().decode("utf-8", "replace"), flush=True)
    return code


def _has_tests(path: Path) -> bool:
    return path.is_dir() or path.name.startswith("test_")


def _passes(name: str, command: list) -> bool:
    """Run one static check; what it prints is shown only when it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    word = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<18}{word:<8}{seconds:.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
