"""`python3 -m tests`: set up what is missing, then run every check that CI runs.

Any Python 3 must be able to read this file, see workbench/bootstrap/__init__.py.
"""

import os
import subprocess
import sys
import time

from workbench.bootstrap import check_python

# import-linter has no `python -m`; its script may not be on the path.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
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
    code = subprocess.call([sys.executable, "-m", "pytest", *arguments])
    return code or int(bool(failed))


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
