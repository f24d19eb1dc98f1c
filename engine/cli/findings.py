"""What a diagnosis found, for a terminal and as JSON."""

from dataclasses import asdict

from engine.i18n import tr
from engine.protocol.findings import Finding


def record_of(finding: Finding) -> dict[str, object]:
    """Return a finding as JSON values; of its fixes the words on the buttons."""
    return {
        "fault": finding.fault,
        "title": finding.title,
        "text": finding.text,
        "advice": finding.advice,
        "source": finding.source,
        "step": finding.step,
        "nodes": list(finding.nodes),
        "evidence": [asdict(evidence) for evidence in finding.evidence],
        "fixes": [fix.label for fix in finding.fixes],
    }


def words_of(finding: Finding) -> str:
    """Return a finding as lines: name, sentence, numbers, what to do."""
    numbers = [f"    {each.what}: {each.text}" for each in finding.evidence]
    head = tr("Diagnosis: {title}", title=finding.title)
    source = f"  ({finding.source})"
    lines = [head, f"  {finding.text}", *numbers, f"  {finding.advice}", source]
    return "\n".join(lines)
