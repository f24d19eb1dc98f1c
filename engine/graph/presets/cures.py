"""What cures a preset that is broken on purpose, or changes it in an instructive way.

A record is `{"set": ["KEY=VALUE", …], "text": …, "target": {…}}`; the words are those
of `engine.graph.assign`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import DocumentError, EngineError
from engine.graph import assign
from engine.graph.model import Project
from engine.graph.presets.library import Target
from engine.graph.problems import Fix
from engine.i18n import tr


@dataclass(frozen=True)
class Cure:
    """Settings that make a preset another one.

    Args:
        words: `KEY=VALUE`, each a setting of training or of a node.
        text: One sentence: what they do.
        target: What the changed preset reaches, or None.
    """

    words: tuple[str, ...]
    text: str
    target: Target | None = None


def read(record: Mapping[str, Any]) -> Cure:
    """Return a cure from its record.

    Raises:
        DocumentError: When the record is not one.
    """
    try:
        target = record.get("target")
        words = tuple(str(word) for word in record["set"])
        text = str(record.get("text", ""))
        return Cure(words, text, Target.read(target) if target else None)
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise DocumentError(tr("This is not a cure")) from error


def fault_of(project: Project) -> str:
    """Return the fault that a preset has on purpose, or nothing."""
    record: Any = project.extra.get("preset")
    return str(record.get("fault", "")) if isinstance(record, Mapping) else ""


def fix_of(project: Project) -> Fix | None:
    """Return the cure of a preset; None where it has none, or needs none any more."""
    record: Any = project.extra.get("preset")
    if not isinstance(record, Mapping) or not isinstance(record.get("cure"), Mapping):
        return None
    try:
        cure = read(record["cure"])
        changes = assign.edits(project, cure.words)
    except EngineError:
        return None
    return Fix(tr(cure.text), (assign.Assign(cure.words),)) if changes else None
