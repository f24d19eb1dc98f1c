"""`race`: trial and error against backpropagation, on the same net."""

import sys
from argparse import Namespace

from engine.cli import projects
from engine.cli.output import write, write_json
from engine.data.own.resolving import resolved
from engine.explain.race import verdict
from engine.explain.race.race import Lane, Race
from engine.explain.race.running import check
from engine.graph import settings_text
from engine.i18n import tr
from engine.protocol.bench.race import RACERS, name_of

_BAR = 24


def race(options: Namespace) -> int:
    """Let four ways of learning lower the same loss, and say how far each comes."""
    check(options.evaluations, options.rate, options.seed)
    project = resolved(projects.trusted(options.project, allowed=options.allow_paths))
    settings_text.assign(project, options.values)
    found = Race(project, options.evaluations, options.rate, options.seed)
    told = {lane.racer: _shown(lane, found) for lane in found.run()}
    lanes = {name: told[name] for name in RACERS}
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if options.json:
        write_json(
            {
                "weights": found.num_weights,
                "evaluations": found.budget,
                "lanes": [
                    {"racer": lane.racer, "loss": lane.loss, "curve": lane.curve}
                    for lane in lanes.values()
                ],
            }
        )
        return 0
    _tell(found, lanes)
    return 0


def _shown(lane: Lane, found: Race) -> Lane:
    """Say on a terminal how far it is."""
    if sys.stderr.isatty():
        full = int(_BAR * lane.evaluations / found.budget)
        bar = "█" * full + "░" * (_BAR - full)
        sys.stderr.write(f"\r\033[K{name_of(lane.racer)} {bar} {lane.loss:.4g}")
        sys.stderr.flush()
    return lane


def _tell(found: Race, lanes: dict[str, Lane]) -> None:
    write(
        tr(
            "{n:weight|weights}, {evaluations} evaluations each; "
            "a backward pass counts as two",
            n=f"{found.num_weights:,}",
            evaluations=f"{found.budget:,}",
        )
    )
    for lane in lanes.values():
        words = verdict.against(lane, lanes["backprop"])
        write(f"  {name_of(lane.racer):<22} {lane.loss:<14.6g} {words}".rstrip())
    head, text = verdict.of(found.num_weights, found.budget, lanes)
    write(f"{head}. {text}")
