"""Errors while widgets are shown or hidden are told, and end nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import workbench

_CHAIN = """
import sys
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from workbench.theme import guarded

class Fine(QWidget):
    @guarded
    def showEvent(self, event):
        super().showEvent(event)
        print("shown")

class Wrong(QWidget):
    @guarded
    def showEvent(self, event):
        super().showEvent(event)
        raise ValueError("of the panel")

app = QApplication([])
sys.excepthook = lambda kind, error, trace: print("told:", error, trace is not None)
box = QWidget()
row = QVBoxLayout(box)
for kind in (Fine, Wrong, Fine):
    row.addWidget(kind())
box.show()
app.processEvents()
print("whole")
"""


def test_an_error_in_the_middle_of_others_is_told_and_all_are_shown():
    done = subprocess.run(
        [sys.executable, "-c", _CHAIN],
        capture_output=True, text=True, timeout=60, check=False,
        env={"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    words = done.stdout.split("\n")[:-1]
    assert sorted(words[:-1]) == ["shown", "shown", "told: of the panel True"]
    assert words[-1] == "whole"


def test_every_handler_of_showing_and_hiding_is_guarded():
    bare = []
    for path in sorted(Path(workbench.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            names = {ast.unparse(each) for each in node.decorator_list}
            is_one = node.name in {"showEvent", "hideEvent"}
            if is_one and not names & {"guarded", "theme.guarded"}:
                bare.append(f"{path.name}:{node.lineno}")
    assert not bare
