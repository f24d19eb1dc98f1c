"""The warm process: libraries loaded once, then a fork for every run of tests.

`python warm.py TREE` reads one request a line, `{"tests": [...], "seconds": 60,
"marks": "file or empty"}`, and answers each with one line. It loads no code of the
tree itself, so that every fork sees the tree as it then is. A run that outlasts its
time is ended with all that it started, and counts as a hang.

Only where there is `os.fork` (Linux, macOS).
"""

import contextlib
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from pathlib import Path

LIBRARIES = (
    "pytest", "_pytest.assertion.rewrite", "hypothesis", "pytestqt.plugin",
    "_hypothesis_pytestplugin", "numpy", "numpy.testing", "safetensors.numpy",
    "torch", "torch.fx", "torch.func", "torch._dynamo", "PySide6.QtCore",
    "PySide6.QtGui", "PySide6.QtWidgets", "PySide6.QtTest", "pyqtgraph",
)  # fmt: skip
_MOST_BYTES = 12 << 30
_CONFIG = [
    "-x", "-q", "-p", "no:cacheprovider", "--no-header",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
]  # fmt: skip


def main() -> int:
    tree = Path(sys.argv[1]).resolve()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.chdir(tree)
    own = str(Path(__file__).parent)
    sys.path[:] = [str(tree), *(p for p in sys.path if p not in (own, ""))]
    os.environ["PYTHONPATH"] = str(tree)
    for name in LIBRARIES if "--bare" not in sys.argv else LIBRARIES[:2]:
        importlib.import_module(name)
    answers.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
    return 0


def _answer(request: dict) -> dict:
    """Run tests in a fork and return how it ended."""
    begin = time.monotonic()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setsid()
        try:
            _run(request, writer)
        except BaseException:  # noqa: BLE001 - a fork must not go on in here
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(0)
    os.close(writer)
    told = _read(reader, begin + request["seconds"])
    os.close(reader)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    answer = json.loads(told) if told.endswith(b"\n") else {}
    if not answer:
        late = time.monotonic() - begin >= request["seconds"]
        answer = {"failed": "hang" if late else f"crash ({status})"}
    return answer | {"took": time.monotonic() - begin}


def _read(reader: int, limit: float) -> bytes:
    """Read what a fork tells until it ends, or its time has passed."""
    told = b""
    while True:
        left = limit - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return b""
        part = os.read(reader, 1 << 16)
        told += part
        if not part or told.endswith(b"\n"):
            return told


def _run(request: dict, writer: int) -> int:
    """Run the tests in this fork; tell the parent how they went."""
    import pytest

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    silent = os.open(os.devnull, os.O_RDWR)
    how = os.O_CREAT | os.O_TRUNC | os.O_WRONLY
    log = os.open(request.get("log") or os.devnull, how, 0o600)
    for stream, to in ((0, silent), (1, log), (2, log)):
        os.dup2(to, stream)
    recorder = _Recorder(request["tests"])
    if request.get("marks"):
        sys.path.append(str(Path(__file__).parent))
        import marks

        recorder.seen = marks.install(Path.cwd(), request["marks"])
    files = list(dict.fromkeys(test.partition("::")[0] for test in request["tests"]))
    code = 1
    try:
        keep_going = _CONFIG[1:] if request.get("marks") else _CONFIG
        code = int(pytest.main([*keep_going, *files], plugins=[recorder]))
    finally:
        answer = {"failed": recorder.failed, "code": code, "ran": recorder.ran}
        if request.get("marks"):
            answer["tests"] = recorder.tests
        os.write(writer, json.dumps(answer).encode() + b"\n")
    return 0


class _Recorder:
    """A pytest plugin: keeps only the tests asked for, notes the first failure.

    With marks it also notes, for every test that passes, its time and the marks of
    the code that it passed through.
    """

    def __init__(self, wanted: list[str]) -> None:
        self.failed, self.ran = "", 0
        self.tests: dict[str, list] = {}
        self.seen: set[int] | None = None
        self._order = {test: i for i, test in enumerate(wanted)}
        self._whole = {test for test in wanted if "::" not in test}
        self._times: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list) -> None:
        if self._whole:
            return
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order),
            key=lambda item: self._order[item.nodeid],
        )

    def pytest_collectreport(self, report) -> None:
        if report.failed and not self.failed:
            self.failed = f"{report.nodeid} (does not load)"

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.seen is not None:
            self.seen.clear()

    def pytest_runtest_logreport(self, report) -> None:
        name = report.nodeid
        self._times[name] = self._times.get(name, 0.0) + report.duration
        if report.failed:
            self.failed = self.failed or name
            self._times[name] = -1e9
        elif report.when == "teardown" and self._times[name] >= 0:
            self.ran += 1
            if self.seen is not None:
                self.tests[name] = [round(self._times[name], 3), sorted(self.seen)]


if __name__ == "__main__":
    sys.exit(main())
