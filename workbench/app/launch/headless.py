"""No display: train in the terminal, then say where run, weights and picture are.

Training, export and drawing are child processes: this one has no torch, and a
failed picture must not take the trained weights with it.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import EngineError
from engine.folder import account
from engine.i18n import tr
from workbench.bootstrap import system
from workbench.bootstrap.console import SetupError, say
from workbench.options import DEFAULT_PRESET, Options

_SOURCES = Path(__file__).resolve().parents[3]
_SAVE_LIMIT_S = 15
_INTERRUPTED = 130


def run(options: Options) -> int:
    """Do the whole job of the window in the terminal; return the exit code."""
    job = Job.plan(options)
    say(tr("No display here: training {name} in the terminal.", name=job.document))
    can_draw = _prepare_drawing()
    try:
        code = _call(job.train())
        return code or _write(job, can_draw=can_draw)
    except KeyboardInterrupt:
        say(tr("\nStopped. What was trained so far is in {run}", run=job.folder))
        return _INTERRUPTED


@dataclass(frozen=True)
class Job:
    """What to train and where its results go."""

    document: str
    folder: Path
    options: Options

    @classmethod
    def plan(cls, options: Options) -> "Job":
        """Choose document and run folder; creates the parent of the folder."""
        document = options.document or DEFAULT_PRESET
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        name = f"{stamp}-{Path(document).stem}"
        return cls(document, _parent_of_runs() / name, options)

    @property
    def picture(self) -> Path:
        """Where the finished window is drawn."""
        return self.folder / "window.png"

    @property
    def weights(self) -> Path:
        """Where the exported weights go."""
        return self.folder / "weights.safetensors"

    def train(self) -> list[str]:
        """Return the engine's arguments for the training."""
        command = ["engine", "train", self.document, "--out", str(self.folder)]
        if self.options.after_steps:
            command += ["--steps", str(self.options.after_steps)]
        return command

    def export(self) -> list[str]:
        """Return the engine's arguments for the export of the weights."""
        out = ["--format", "safetensors", "--out", str(self.weights)]
        return ["engine", "export", str(self.folder), *out]

    def draw(self) -> list[str]:
        """Return the arguments that draw the window after the run's steps."""
        chosen = self.options
        command = ["workbench", self.document, "--run", str(self.folder)]
        command += ["--after-steps", str(self._steps_made())]
        command += ["--shot", str(self.picture)]
        if chosen.size:
            command += ["--size", "{}x{}".format(*chosen.size)]
        for name in ("theme", "panel", "language"):
            if value := getattr(chosen, name):
                command += [f"--{name}", value]
        return command

    def _steps_made(self) -> int:
        """Return how many steps the run has made, by its own account."""
        try:
            newest = account.newest(account.read(self.folder))
        except EngineError:
            return 0
        return newest.step if newest else 0


def _parent_of_runs() -> Path:
    """Return `./runs`, or the user's data folder where that is not writable."""
    for parent in (Path.cwd() / "runs", _user_data() / "runs"):
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(parent, os.W_OK):
            return parent
    say(tr("Neither ./runs nor your data folder can be written to."))
    sys.exit(2)


def _user_data() -> Path:
    home = Path.home()
    default = home / ".local/share"
    if sys.platform == "darwin":
        default = home / "Library/Application Support"
    variable = "LOCALAPPDATA" if os.name == "nt" else "XDG_DATA_HOME"
    return Path(os.environ.get(variable) or default) / "backprop-workbench"


def _prepare_drawing() -> bool:
    """Return whether a picture can be drawn; without, the rest still works."""
    try:
        system.ensure_libraries(window=False)
    except SetupError as error:
        say(f"{error}\n" + tr("The picture of the window is left out this time."))
        return False
    return True


def _write(job: Job, *, can_draw: bool) -> int:
    """Export and draw, then say where everything is; 1 when a part is missing."""
    exported = _call(job.export())
    if can_draw:
        say(tr("Drawing the finished window …"))
    drawn = _call(job.draw(), quiet=True) if can_draw else 1
    print(tr("\nRun:      {path}", path=job.folder))
    if exported == 0:
        print(tr("Weights:  {path}", path=job.weights))
    if drawn == 0:
        print(tr("Picture:  {path}", path=job.picture))
    return int(exported != 0 or (can_draw and drawn != 0))


def _call(arguments: Sequence[str], *, quiet: bool = False) -> int:
    """Run `python -m` with `arguments` and return its exit code.

    The child writes to this terminal; a `quiet` one only when it fails.
    """
    path = os.pathsep.join(filter(None, (str(_SOURCES), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path},
    ) as child:
        try:
            output, _ = child.communicate()
        except BaseException:
            _end(child)
            raise
    if child.returncode != 0 and quiet:
        sys.stderr.write(output)
    return child.returncode


def _end(child: subprocess.Popen[str]) -> None:
    """Let a child that got the same Ctrl+C save; end it when it does not."""
    steps: tuple[Callable[[], object], ...] = (
        lambda: None,
        child.terminate,
        child.kill,
    )
    for end in steps:
        end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_SAVE_LIMIT_S)
            return
