"""What a training allocates, seen from outside it.

`python -m tests.helpers.memory allocated|process PRESET FOLDER` prints bytes:

allocated  the most that torch's allocator gave out at one moment, by its profiler
process    by how much the process grew at most; another training came before, so
           that libraries and workers are there already
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

import presets
from engine.graph.model import Project
from engine.protocol.messages import Forecast
from engine.training.loop.launch import launch
from tests.forecast_figures import shortened

STEPS = 24


def train(project: Project, folder: Path) -> None:
    """Train a little of each span, as the window does."""
    trainer, _ = launch(folder, project)
    trainer.viewing.watched = True
    trainer.recorder.checkpoint_every_s = float("inf")
    copies: object = None
    for _ in trainer.steps():
        # the writer of a checkpoint would free its copies where no profiler looks
        being_saved = trainer.step % 5 == 2
        copies = (copies or trainer.snapshot()) if being_saved else None


def short(preset: str) -> Project:
    """Return a preset with few steps, and evaluations among them."""
    project = presets.load(preset)
    steps = project.training.number("steps") or 100 * STEPS
    known = Forecast(0, "", 1, 0, 0, 0, steps, steps // 2, 0)
    return shortened(project, STEPS / steps, known)


def allocated(project: Project, folder: Path) -> int:
    """Return the most bytes that were allocated at once."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        train(project, folder)
    path = folder / "trace.json"
    watched.export_chrome_trace(str(path))
    events = json.loads(path.read_text("utf-8"))["traceEvents"]
    return max(event["args"]["Total Allocated"] for event in events
               if event["name"] == "[memory]")  # fmt: skip


def process(project: Project, folder: Path) -> int:
    """Return by how many bytes the process grew at most."""
    train(short("xor"), folder)
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forgets the peak so far
    train(project, folder)
    return _status("VmHWM") - before


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return 1024 * int(line.split()[1])
    raise LookupError(name)


if __name__ == "__main__":
    torch.set_num_threads(1)
    measures = {"allocated": allocated, "process": process}
    with tempfile.TemporaryDirectory(dir=sys.argv[3]) as folder:
        print(measures[sys.argv[1]](short(sys.argv[2]), Path(folder)))
