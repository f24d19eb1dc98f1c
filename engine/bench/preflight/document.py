"""What the document alone tells: mistakes that fit, and are mistakes all the same."""

from collections.abc import Iterator

from engine.advice.analysis import Analyser
from engine.bench.preflight import report
from engine.bench.preflight.rig import Rig
from engine.data import catalog
from engine.data.intake import problems
from engine.graph.problems import Problem
from engine.i18n import tr
from engine.protocol.bench.preflight import Answered
from engine.protocol.findings import Finding

ID = "document"
TITLE = "Does the network make sense?"


def check(rig: Rig) -> Iterator[Answered]:
    """Look at shapes, ends and the order of layers; tokens that see later ones too."""
    samples = problems.samples_in(catalog.training_part, "")
    analysis = Analyser(samples).analyse(rig.project)
    found = [_finding(rig, p) for p in analysis.problems if p.severity == "warning"]
    title = tr(TITLE)
    if found:
        yield report.failed(ID, title, found)
        return
    text = tr("Nothing is wrong with its shapes, its ends and the order of its layers.")
    yield report.passed(ID, title, text)


def _finding(rig: Rig, problem: Problem) -> Finding:
    """Return a warning as a finding of this check."""
    where = rig.words(problem.node) if problem.node else ""
    got = problem.got and tr("“{node}” has {got}.", node=where, got=problem.got)
    text = got or problem.text
    advice = problem.expected and tr("Expected: {what}.", what=problem.expected)
    return report.finding(
        problem.kind or "unlikely",
        (problem.text, text, advice),
        tr("the check of the document"),
        (problem.node,) if problem.node else (),
        (),
        problem.fixes,
    )
