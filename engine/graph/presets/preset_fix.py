"""What mends a preset that is broken on purpose, or changes it in an instructive way.

A record is `{"set": ["KEY=VALUE", …], "text": …, "target": {…}}`; the words are those
of `engine.graph.settings_text`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import DocumentError, EngineError
from engine.graph import settings_text
from engine.graph.model import Project
from engine.graph.presets.library import Target
from engine.graph.problems import Fix
from engine.i18n import tr


@dataclass(frozen=True)
class PresetFix:
    """Settings that make a preset another one.

    Args:
        words: `KEY=VALUE`, each a setting of training or of a node.
        text: One sentence: what they do.
        target: What the changed preset reaches, or None.
    """

    words: tuple[str, ...]
    text: str
    target: Target | None = None


def read(record: Mapping[str, Any]) -> PresetFix:
    """Return the fix of a preset from its record.

    Raises:
        DocumentError: When the record is not one.
    """
    try:
        target = record.get("target")
        words = tuple(str(word) for word in record["set"])
        text = str(record.get("text", ""))
        return PresetFix(words, text, Target.read(target) if target else None)
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise DocumentError(tr("This is not a cure")) from error


def fault_of(project: Project) -> str:
    """Return the fault that a preset has on purpose, or nothing."""
    record: Any = project.extra.get("preset")
    return str(record.get("fault", "")) if isinstance(record, Mapping) else ""


def fix_of(project: Project) -> Fix | None:
    """Return the fix of a preset; None where it has none, or needs none any more."""
    record: Any = project.extra.get("preset")
    if not isinstance(record, Mapping) or not isinstance(record.get("cure"), Mapping):
        return None
    try:
        known = read(record["cure"])
        changes = settings_text.edits(project, known.words)
    except EngineError:
        return None
    edit = settings_text.Assign(known.words)
    return Fix(tr(known.text), (edit,)) if changes else None
