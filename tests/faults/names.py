"""Names that are HTML: no view and no tooltip shows a picture out of a name."""

import argparse
import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.workbench.app.helpers import discard

HELP = "names that are HTML draw no pixel in any view or tooltip"

RED = (254, 1, 2)
PICTURES = (
    '<img src="red.png" width=200><b>x</b>',
    '<qt><img src="red.png" width=200></qt>',
    "<img src=red.png>",
    '<table bgcolor="#fe0102" width=300><tr><td>x</td></tr></table>',
    '<font color="#fe0102">█████</font>',
    '<p style="background:#fe0102">x</p>&lt;b&gt;&#x41;',
)
_MARKS = ("<img", "<table b", "<font c", '<p style="b')
"""What no tooltip has, other than out of a name."""
_PRESETS = ("gan-2d", "tiny-gpt", "digits-mlp", "vae", "dead-relu", "forgetting")


def run(options: argparse.Namespace, folder: Path) -> int:
    """Open projects whose every name is HTML; look at all that is shown."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = str(folder / "home")
    good = 0
    with contextlib.chdir(folder), opened(folder) as window:
        for number in range(options.n):
            preset = _PRESETS[number % len(_PRESETS)]
            name = PICTURES[number // len(_PRESETS) % len(PICTURES)]
            faults = list(_faults(window, preset, name))
            good += not faults
            for fault in faults[:5]:
                print(f"{preset}: {fault}", flush=True)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


@contextlib.contextmanager
def opened(folder: Path) -> Iterator:
    """Yield a window without an engine, its pictures ready in the current folder."""
    from PySide6.QtGui import QColor, QImage  # Qt

    from workbench import theme
    from workbench.app.launch.main import application
    from workbench.app.window import MainWindow
    from workbench.document.settings import Settings
    from workbench.session.session import Session

    app = application()
    theme.apply(app, "dark")
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor(*RED))
    picture.save(str(folder / "red.png"))
    window = MainWindow(Session(_NoEngine, folder / "runs"), Settings())
    window.recovery.path = folder / "recovery.bpw"
    window.show()
    settle(0.3)
    window.panels.load()
    settle(0.3)
    yield window
    window.asks_nothing = True
    window.close()
    settle(0.2)
    discard(window)


class _NoEngine:
    """Takes commands and never answers."""

    def send(self, _command: object) -> int:
        return 1

    def drain(self) -> list:
        return []

    def close(self, _timeout_s: float) -> None:
        pass


def settle(seconds: float) -> None:
    """Let the window work for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def hostile(preset: str, name: str) -> bytes:
    """Return a preset whose every name is another one."""
    import presets

    record = json.loads(presets.path(preset).read_bytes())
    record["name"] = name
    graphs = [record["graph"], *record.get("blocks", {}).values()]
    for graph in graphs:
        for number, node in enumerate(graph["nodes"]):
            node["name"] = name if number % 2 else f"{name}{number}"
            if node["type"] in {"linear", "conv2d"}:
                node["weights"] = name
    for number, phase in enumerate(record["training"].setdefault("phases", [{}])):
        phase["name"] = f"{name}{number}"
        phase.setdefault("update", []).append(name)
    size = {"x": 0, "y": 0, "width": 200, "height": 90}
    record["notes"] = [
        {"id": kind, "kind": kind, "text": name, **size}
        for kind in ("frame", "comment")
    ]
    record["remedies"] = [{"name": name, "text": name, "set": ["lr=0.1"]}]
    record["weights"] = name
    return json.dumps(record).encode()


def _faults(window, preset: str, name: str) -> Iterator[str]:
    path = Path(f"{name.replace('/', '')[:100]}.bpw").resolve()
    path.write_bytes(hostile(preset, name))
    window.controllers.files.open_path(path)
    window.banner.say("error", name, [(name, lambda: None)])
    _tell_problems(window, name)
    for show in _states(window):
        show()
        settle(0.02)
        yield from _words(window)
        yield from _pixels(window)


def _states(window) -> Iterator:
    """Yield what brings another view to the front."""
    from workbench.canvas.edits import blocks as block_tools

    canvas, nodes = window.canvas, window.document.project.graph.nodes
    yield lambda: None
    for dock in window.docks.names():
        yield lambda dock=dock: window.docks.raise_(dock)
    for node_id in list(nodes)[:12]:
        yield lambda node_id=node_id: canvas.focus_node(node_id)
    yield canvas.scene.clearSelection
    yield window.inspector.focus_training
    blocks = [n.id for n in nodes.values() if n.type == "block"]
    for node_id in blocks[:1]:
        yield lambda node_id=node_id: block_tools.enter(canvas, node_id)


def _tell_problems(window, name: str) -> None:
    from engine.graph.problems import Fix, Problem
    from engine.protocol.messages import Analysis

    node = next(iter(window.document.project.graph.nodes))
    fixes = (Fix(name, ()),)
    told = [
        Problem(node, name, name, name, name, fixes),
        Problem("", name, name, name, fixes=fixes, phase=name),
    ]
    window.reporting._on_analysis(Analysis(0, {}, tuple(told), 0))


def _words(window) -> Iterator[str]:
    from tests.faults._shown import canvas_tips, tooltips

    for where, words in {*tooltips(window), *canvas_tips(window.canvas)}:
        if any(mark in words for mark in _MARKS):
            yield f"{where}: {words[:200]!r}"


def _pixels(window) -> Iterator[str]:
    found = red_pixels(window.grab().toImage())
    if found:
        yield f"{found} red pixels in the window"


def red_pixels(image) -> int:
    """Return how many pixels of the picture are in an image."""
    import numpy as np
    from PySide6.QtGui import QImage

    image = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height = image.width(), image.height()
    rows = np.frombuffer(image.constBits(), np.uint8)
    rows = rows.reshape(height, image.bytesPerLine())[:, : 3 * width]
    return int((rows.reshape(height, width, 3) == RED).all(axis=2).sum())
