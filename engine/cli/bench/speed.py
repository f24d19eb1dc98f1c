"""`bench`: the loop that people write beside ours, in turn, in one process."""

import os
from argparse import Namespace
from dataclasses import asdict

from engine.bench.speed import nets, speed
from engine.bench.speed.speed import Measured
from engine.cli import projects
from engine.cli.output import write, write_json
from engine.i18n import tr


def bench(options: Namespace) -> int:
    """Compare the loops on each network; 1 when a goal is missed."""
    names = options.projects or nets.NAMES
    threads = options.threads or os.cpu_count() or 1
    found: list[Measured] = []
    if not options.json:
        write(_line("", "written", "bare", "watched", "tensorboard", "watching"))
    for name in names:
        made = nets.BUILT.get(name)
        project = (
            made() if made else projects.trusted(name, allowed=options.allow_paths)
        )
        found.append(
            speed.measured(name, project, threads, options.seconds, options.device)
        )
        if not options.json:
            write(_row(found[-1]))
    if options.json:
        records = [{**asdict(each), "goal": each.goal, "met": each.is_met}
                   for each in found]  # fmt: skip
        write_json({"threads": threads, "device": options.device, "networks": records})
    else:
        write(tr("× is steps per second over those of the loop that people write"))
    return 0 if all(each.is_met for each in found) else 1


def _row(each: Measured) -> str:
    cells = [f"{each.step_s[speed.WRITTEN] * 1e3:.3g} ms"]
    for which in (speed.BARE, speed.WATCHED, speed.BOARD):
        quarters = each.ratios.get(which)
        cells.append(f"{quarters[1]:.2f}×" if quarters else "–")
    cells.append(f"{each.watching[1]:.1%}")
    goal = f"  ≥ {each.goal}×" if each.goal else ""
    mark = "ok" if each.is_met else tr("missed")
    return f"{_line(each.name, *cells)}{goal}  {mark}"


def _line(name: str, *cells: str) -> str:
    return f"{name:<14}" + "".join(f"{cell:>13}" for cell in cells)
