"""`python -m tests.screenshots [NAME …]`: draw the pictures of assets/screenshots anew.

Every picture is the real application: opened, trained and used as a person would, in a
process of its own. Without names all are drawn; `--list` names them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

import presets
from engine.graph.files import serialize
from engine.graph.model import Edge, Project
from tests import canvas_figures
from tests.helpers import data_scenes, run_scenes
from tests.helpers.colours import reduced
from tests.helpers.projects import project
from workbench.app.launch import shot
from workbench.app.window import MainWindow
from workbench.canvas.edits import blocks
from workbench.canvas.geometry import layout
from workbench.explain.walk import Part
from workbench.options import Options

FOLDER = Path(__file__).parents[1] / "assets" / "screenshots"
_SCREEN = Path(__file__).parent / "helpers" / "screen.json"
_THEMES = ("dark", "light")
_LONGEST_S = 120.0
"""Time that the engine gets for one answer."""


@dataclass(frozen=True)
class Scene:
    """One screen.

    Args:
        document: A preset, or what makes a document.
        steps: Trained before the picture.
        before: What a person does before the picture; the window that it returns
            is drawn alone.
        themes: One picture each.
        panel: Brought to the front.
        language: Of the window.
    """

    document: str | Callable[[], Project]
    steps: int = 0
    before: Callable[[MainWindow], object] | None = None
    themes: tuple[str, ...] = _THEMES
    panel: str | None = None
    language: str = "en"


def _branches() -> Project:
    """Return three branches of different kernels that meet again."""
    made = project(
        {
            "data": ("data", {"source": "mnist"}),
            "one": ("conv2d", {"out_channels": 8, "kernel_size": 1}),
            "three": ("conv2d", {"out_channels": 16, "padding": 1}),
            "five": ("conv2d", {"out_channels": 8, "kernel_size": 5, "padding": 2}),
            "relu1": "relu", "relu3": "relu", "relu5": "relu",
            "concat": "concat",
            "pool": "max_pool2d",
            "norm": "batch_norm2d",
            "flatten": "flatten",
            "scores": ("linear", {"out_features": 10}),
            "loss": "cross_entropy", "accuracy": "accuracy",
        },
        "data.image>one.input data.image>three.input data.image>five.input "
        "one.out>relu1.input three.out>relu3.input five.out>relu5.input "
        "relu1.out>concat.inputs relu3.out>concat.inputs relu5.out>concat.inputs "
        "concat.out>norm.input norm.out>pool.input pool.out>flatten.input "
        "flatten.out>scores.input scores.out>loss.input data.label>loss.target "
        "scores.out>accuracy.input data.label>accuracy.target",
    )  # fmt: skip
    made.name = "Three branches"
    made.layout[""] = layout.arrange(made.graph, {})
    return made


def _broken() -> Project:
    """Return the default preset with mistakes that people make."""
    made = presets.load(presets.DEFAULT)
    graph = made.graph
    (into,), (out,) = graph.edges_into("flatten"), graph.edges_out_of("flatten")
    graph.disconnect(into)
    graph.disconnect(out)
    graph.remove_node("flatten")
    graph.connect(Edge(into.source, out.target))
    (labels,) = [e for e in graph.edges_into("loss") if e.target.port == "target"]
    graph.disconnect(labels)
    graph.replace_node(graph.node("conv2").with_param("groups", 3))
    return made


def _arranged(window: MainWindow) -> None:
    window.canvas.arrange()
    shot.pause(1.0)
    window.canvas.fit()


def _open_block(window: MainWindow) -> None:
    window.canvas.select(["layers"])
    blocks.toggle_open(window.canvas)
    shot.pause(0.5)
    _arranged(window)
    window.canvas.select(["layers"])


def _dropped_wire(window: MainWindow) -> None:
    """Drag a wire from a port and let go of it on empty ground."""
    _arranged(window)
    view = window.canvas
    port = view.scene.nodes["concat"].port_place("out", is_output=True)
    start = view.mapFromScene(port)
    ground, end = view.viewport(), start + QPoint(70, 110)
    QTest.mousePress(ground, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(ground, (start + end) / 2)
    QTest.mouseMove(ground, end)
    QTest.mouseRelease(ground, Qt.MouseButton.LeftButton, pos=end)
    shot.pause(0.3)


def _problems(window: MainWindow) -> None:
    window.docks.raise_("problems")


def _explained(part: Part, node: str, sample: int) -> Callable[[MainWindow], object]:
    """Return what holds a step still and goes to a stop of it."""

    def go(window: MainWindow) -> None:
        window.rooms.enter("explain")
        explaining = window.controllers.explaining
        assert explaining.views is not None
        scope = explaining.views.microscope
        _until(lambda: scope.opened is not None and scope.batch is not None)
        scope.pick_sample(sample)
        scope.go_to(part)
        scope.look_at(node)
        _until(lambda: scope.opened is not None and scope.why is not None)
        _until(lambda: scope.why is not None and scope.why.node == node)
        shot.pause(1.0)

    return go


def _way(name: str, node: str) -> Callable[[MainWindow], object]:
    """Return what shows another way to see why a weight of a node moves."""

    def go(window: MainWindow) -> None:
        _explained("backward", node, 0)(window)
        views = window.controllers.explaining.views
        assert views is not None
        views.pane.show_way(name)
        scope = views.microscope
        _until(lambda: scope.around is not None and scope.around.is_whole)
        shot.pause(0.5)

    return go


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _LONGEST_S
    while not holds() and time.monotonic() < end:
        shot.pause(0.1)


SCENES = {
    "training": Scene("mnist-cnn", steps=400),
    "start": Scene("", panel="start"),
    "empty": Scene(Project),
    "phases": Scene("gan-2d", steps=1500, themes=("light",)),
    "diagnosis": Scene("vanishing", steps=690, before=run_scenes.fault_told),
    "japanese": Scene("mnist-cnn", steps=400, themes=("light",), language="ja"),
    "branches": Scene(_branches, before=_arranged),
    "block-open": Scene("tiny-gpt", before=_open_block),
    "quick-add": Scene(_branches, before=_dropped_wire),
    "problem": Scene(_broken, before=_problems),
    "data-table": Scene(
        Project, before=data_scenes.opened(data_scenes.houses, "size"), themes=("dark",)
    ),
    "data-preparation": Scene(
        Project,
        before=data_scenes.opened(data_scenes.houses, "age", mends=3),
        themes=("light",),
    ),
    "data-images": Scene(
        Project, before=data_scenes.opened(data_scenes.digits), themes=("light",)
    ),
    "data-signals": Scene(
        Project, before=data_scenes.opened(data_scenes.sounds), themes=("dark",)
    ),
    "data-text": Scene(
        Project, before=data_scenes.opened(data_scenes.story), themes=("light",)
    ),
    "lesson": Scene("xor", before=run_scenes.lesson, themes=("light",)),
    "runs": Scene("digits-mlp", before=run_scenes.runs, themes=("light",)),
    "compare": Scene("digits-mlp", before=run_scenes.compare, themes=("dark",)),
    "timeline": Scene("spirals", before=run_scenes.timeline, themes=("dark",)),
    "try-it": Scene("mnist-cnn", before=run_scenes.try_it, themes=("dark",)),
    "report": Scene("mnist-cnn", before=run_scenes.report, themes=("light",)),
    "wrong-labels": Scene(Project, before=run_scenes.labels, themes=("light",)),
    "preflight": Scene("too-fast", before=run_scenes.preflight, themes=("dark",)),
    "sweep": Scene("digits-mlp", before=run_scenes.sweep, themes=("dark",)),
    "inside": Scene("mnist-cnn", before=run_scenes.inside, themes=("dark",)),
    "race": Scene("xor", before=run_scenes.race, themes=("light",)),
    "pretrained": Scene(Project, before=run_scenes.pretrained, themes=("dark",)),
    "explain": Scene("mnist-cnn", 63, _explained("backward", "scores", 48)),
    "explain-window": Scene(
        "mnist-cnn", 63, _explained("forward", "conv2", 3), themes=("dark",)
    ),
    "explain-japanese": Scene(
        "mnist-cnn", 63, _explained("update", "linear1", 3), ("light",), language="ja"
    ),
    "explain-around": Scene("spirals", 300, _way("around", "linear2")),
    "overview": Scene(lambda: canvas_figures.graph(1000)),
}

_STEPS = {
    "char-lstm": 300, "tiny-gpt": 300, "fine-tune-gpt": 300, "seq2seq": 400,
    "forgetting": 450, "transfer": 900, "gan-2d": 2000, "diffusion-2d": 1500,
    "vanishing": 300, "exploding": 5,
}  # fmt: skip
"""Steps after which a preset shows what it is about; 600 for the others."""
SCENES |= {
    f"preset-{info.id}": Scene(
        info.id, steps=_STEPS.get(info.id, 600), themes=_THEMES[index % 2 :][:1]
    )
    for index, info in enumerate(presets.all_presets())
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCENES))
    parser.add_argument("--list", action="store_true", help="name them")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("--size", default="1440x900", metavar="WxH")
    parser.add_argument("--theme", choices=_THEMES, help="this one only, in here")
    parser.add_argument("--language", choices=("en", "ja"), help="instead of its own")
    options = parser.parse_args()
    if options.list:
        print("\n".join(SCENES))
        return 0
    if unknown := set(options.names) - set(SCENES):
        parser.error(f"no picture {', '.join(unknown)}; there are {', '.join(SCENES)}")
    if options.theme:
        return _draw(options.names[0], options.theme, options)
    return max(
        _in_own_process(name, theme, options)
        for name in options.names or SCENES
        for theme in SCENES[name].themes
    )


def _in_own_process(name: str, theme: str, options: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "tests.screenshots", name, "--theme", theme]
    place = ["--out", str(options.out), "--size", options.size]
    place += ["--language", options.language] if options.language else []
    return subprocess.run([*command, *place], check=False).returncode


def _draw(name: str, theme: str, options: argparse.Namespace) -> int:
    scene = SCENES[name]
    width, height = options.size.split("x")
    os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={_SCREEN}")
    picture = options.out / f"{name}-{theme}.png"
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
        os.environ |= dict.fromkeys(
            ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"), folder
        )
        document = scene.document
        if not isinstance(document, str):
            path = Path(folder) / f"{name}.bpw"
            serialize.save(document(), path)
            document = str(path)
        wanted = Options(
            document=document or None,
            shot=picture,
            after_steps=scene.steps,
            theme=theme,
            size=(int(width), int(height)),
            panel=scene.panel,
            language=options.language or scene.language,
        )
        failed = shot.draw(wanted, scene.before)
    return failed or int(not _shrunk(picture))


def _shrunk(path: Path) -> bool:
    """Write a picture anew in 256 colours; return whether it could."""
    return reduced(QImage(str(path)), 6).save(str(path), "PNG", 0)


if __name__ == "__main__":
    sys.exit(main())
