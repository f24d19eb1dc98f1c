"""What is loaded by what, seen from a fresh interpreter."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.helpers.sources import ROOT

_REPORT = """
import importlib, pkgutil, sys
def load(name):
    module = importlib.import_module(name)
    for info in pkgutil.walk_packages(getattr(module, "__path__", ()), name + "."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
for name in {names!r}:
    load(name)
print(*sorted({watched!r} & set(sys.modules)))
"""
QT = {"PySide6", "shiboken6", "pyqtgraph"}
HEAVY = {"pandas", "scipy", "sklearn", "onnx", "matplotlib"}


def loaded(names, watched):
    """Return which of `watched` a fresh Python has after importing `names`."""
    code = _REPORT.format(names=tuple(names), watched=set(watched))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def exists(name):
    """Return whether `name` is a package with code in it."""
    spec = find_spec(name)
    return spec is not None and spec.origin is not None


@pytest.mark.parametrize(
    "name",
    ["engine.i18n", "engine.errors", "engine.files", "engine.graph", "engine.layers"],
)
def test_document_and_catalogue_load_without_torch_numpy_and_qt(name):
    assert loaded([name], {"torch", "numpy", *QT, *HEAVY}) == set()


def test_protocol_loads_without_torch_and_qt():
    assert loaded(["engine.protocol"], {"torch", *QT, *HEAVY}) == set()


def test_presets_load_without_torch_and_qt():
    assert loaded(["presets"], {"torch", *QT, *HEAVY}) == set()


def test_workbench_loads_without_torch():
    assert loaded(["workbench"], {"torch", *HEAVY}) == set()


@pytest.mark.skipif(not exists("engine.host"), reason="the host is not built yet")
def test_engine_loads_without_qt():
    assert loaded(["engine"], QT) == set()


@pytest.mark.skipif(not exists("workbench.app.launch.main"), reason="no window yet")
def test_window_module_loads_without_plots():
    """pyqtgraph costs more than the whole first paint."""
    code = "import sys, workbench.app.launch.main; print('pyqtgraph' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["False"], done.stderr
