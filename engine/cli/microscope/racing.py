"""`race`: trial and error against backpropagation, on the same net."""

import math
import sys
from argparse import Namespace

from engine.cli import projects
from engine.cli.output import write, write_json
from engine.data.own.resolving import resolved
from engine.errors import ConfigError
from engine.explain.race.race import Lane, Race
from engine.graph import settings_text
from engine.i18n import tr

_NAMES = {
    "random": "random search",
    "evolution": "evolution strategies",
    "differences": "finite differences",
    "backprop": "backpropagation",
}
LEAST = 10
_BAR = 24


def race(options: Namespace) -> int:
    """Let four ways of learning lower the same loss, and say how far each comes."""
    if options.evaluations < LEAST:
        raise ConfigError(
            tr("Too few evaluations"), expected=f"≥ {LEAST}", got=options.evaluations
        )
    if not 0 < options.rate < math.inf:
        raise ConfigError(
            tr("The rate must be above 0"), expected="> 0", got=options.rate
        )
    project = resolved(projects.trusted(options.project, allowed=options.allow_paths))
    settings_text.assign(project, options.values)
    found = Race(project, options.evaluations, options.rate, options.seed)
    lanes = {lane.racer: _shown(lane, found) for lane in found.run()}
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
        sys.stderr.write(f"\r\033[K{tr(_NAMES[lane.racer])} {bar} {lane.loss:.4g}")
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
    best = lanes["backprop"].loss
    for lane in lanes.values():
        reached = next(
            (n for n, loss in lanes["backprop"].curve if loss <= lane.loss), 0
        )
        line = f"  {tr(_NAMES[lane.racer]):<22} {lane.loss:.6g}"
        if lane.racer != "backprop" and lane.loss > best:
            words = tr("backpropagation was there after {n}", n=f"{reached:,}")
            line = f"{line:<38} {words}"
        write(line)
