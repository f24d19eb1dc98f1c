"""`preflight`: what can be told of a training before it begins."""

import sys
from argparse import Namespace
from dataclasses import asdict

from engine.bench.preflight.preflight import Preflighting
from engine.cli import projects
from engine.cli.bench.stopping import stoppable
from engine.cli.findings import record_of
from engine.cli.output import complain, write, write_json
from engine.i18n import tr
from engine.protocol.bench.preflight import Answered, Preflight, Trying
from engine.training.parts import threads

FAILED, INTERRUPTED = 1, 130
_MARKS = {"passed": "✓", "failed": "✗", "untold": "–"}


def preflight(options: Namespace) -> int:
    """Make all checks and say what they found; 1 when something is wrong."""
    project = projects.trusted(options.project, allowed=options.allow_paths)
    threads.flush_denormals()
    try:
        work = Preflighting(project)
        with stoppable(work):
            told = _result(work, shown=sys.stderr.isatty() and not options.json)
    finally:
        threads.flush_denormals(on=False)
    if told is None:
        complain(tr("Interrupted"))
        return INTERRUPTED
    if options.json:
        write_json(_record(told))
    else:
        for check in told.checks:
            _tell(check)
        write(tr("Checked in {seconds:.1f} s", seconds=told.seconds))
    return FAILED if told.findings else 0


def _result(work: Preflighting, *, shown: bool) -> Preflight | None:
    for told in work.run():
        if isinstance(told, Preflight):
            return told
        if shown:
            _progress(told)
    return None


def _progress(told: Trying) -> None:
    sys.stderr.write(f"\r\x1b[K{told.share:4.0%} {told.title}")
    sys.stderr.flush()


def _tell(check: Answered) -> None:
    write(f"{_MARKS[check.verdict]} {check.title}")
    write(f"    {check.text}")
    for index, finding in enumerate(check.findings):
        if index:
            write(f"    {finding.text}")
        write(f"    → {finding.advice}")


def _record(told: Preflight) -> dict[str, object]:
    return {
        "ok": not told.findings,
        "seconds": told.seconds,
        "checks": [
            {**asdict(each), "findings": [record_of(f) for f in each.findings]}
            for each in told.checks
        ],
        "rates": [
            {
                "phase": each.phase,
                "present": each.present,
                "proposed": each.proposed,
                "set": each.assignment,
                "rates": each.rates.tolist(),
                "losses": each.losses.tolist(),
            }
            for each in told.ranges
        ],
    }
