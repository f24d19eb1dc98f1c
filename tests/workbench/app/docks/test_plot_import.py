"""What makes types of Qt is loaded on the window's thread, and in small pieces."""

import subprocess
import sys

CODE = """
import sys, threading, time
from workbench.app.docks import plot_import
plot_import.load_plain()
print(any(name.partition(".")[0] in ("PySide6", "pyqtgraph") for name in sys.modules))
pieces, spent = plot_import.load_qt(), []
while True:
    start = time.process_time()
    if next(pieces, pieces) is pieces:
        break
    spent.append(time.process_time() - start)
print("workbench.plots.panels.loss" in sys.modules, len(spent) > 3)
print(len([each for each in spent if each > 0.05]))
"""


def test_only_what_is_not_of_qt_is_loaded_on_another_thread():
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
    )
    plain, loaded, long = done.stdout.splitlines()
    assert plain == "False"
    assert loaded == "True True"
    assert int(long) <= 3  # two modules of Qt and pyqtgraph, on a slow machine
