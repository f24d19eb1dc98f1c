"""How a check answers: passed, failed with a finding, or untold and why."""

from collections.abc import Iterable

from engine.graph.problems import Fix
from engine.protocol.bench.preflight import Answered
from engine.protocol.findings import Evidence, Finding


def passed(check: str, title: str, text: str) -> Answered:
    """Return the answer of a check that has found nothing."""
    return Answered(check, title, text, "passed")


def untold(check: str, title: str, text: str) -> Answered:
    """Return the answer of a check that could not be made, with the reason."""
    return Answered(check, title, text, "untold")


def failed(check: str, title: str, findings: Iterable[Finding]) -> Answered:
    """Return the answer of a check that has found something."""
    found = tuple(findings)
    return Answered(check, title, found[0].text, "failed", found)


def finding(
    fault: str,
    words: tuple[str, str, str],
    source: str,
    nodes: Iterable[str] = (),
    evidence: Iterable[Evidence] = (),
    fixes: Iterable[Fix] = (),
) -> Finding:
    """Return what is wrong.

    Args:
        fault: Stable id.
        words: Name, what is so, what to do: a sentence each.
        source: Paper or definition that it follows.
        nodes: Places on the canvas.
        evidence: The numbers.
        fixes: What one click can do.
    """
    title, text, advice = words
    return Finding(
        fault, title, text, advice, source, tuple(nodes), tuple(evidence), tuple(fixes)
    )
