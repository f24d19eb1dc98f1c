"""Switches that a document carries: what helps, each as plain changes of settings.

They stand in the field `remedies` of the document:
`[{"name": …, "text": …, "set": ["KEY=VALUE", …], "unset": [same]}, …]`. A switch is
on while everything in `set` holds; nothing about it is stored anywhere else.
"""

from dataclasses import dataclass

from engine.errors import EngineError
from engine.graph import settings_text
from engine.graph.edits import Edit
from engine.graph.model import Project

FIELD = "remedies"


@dataclass(frozen=True)
class Switch:
    """One switch.

    Args:
        title: Words at the switch.
        text: What it does, in one sentence.
        set: What turns it on, as for `settings_text.assign`.
        unset: What turns it off.
    """

    title: str
    text: str
    set: tuple[str, ...]
    unset: tuple[str, ...]

    def is_on(self, project: Project) -> bool:
        """Return whether everything that it sets holds."""
        try:
            return not settings_text.edits(project, self.set)
        except EngineError:
            return False

    def switched(self, project: Project, *, on: bool) -> tuple[Edit, ...]:
        """Return the edits that turn it on or off; none where it is so.

        Raises:
            EngineError: When the document has lost what it sets.
        """
        return settings_text.edits(project, self.set if on else self.unset)


def read(project: Project) -> tuple[Switch, ...]:
    """Return the switches of a document; what is no switch is passed over."""
    records = project.extra.get(FIELD)
    found = map(_read, records if isinstance(records, list | tuple) else ())
    return tuple(switch for switch in found if switch is not None)


def _read(record: object) -> Switch | None:
    if not isinstance(record, dict):
        return None
    name, changes = record.get("name"), _words(record.get("set"))
    if not isinstance(name, str) or not name or not changes:
        return None
    text = record.get("text")
    return Switch(
        name,
        text if isinstance(text, str) else "",
        changes,
        _words(record.get("unset")),
    )


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple(item for item in value if isinstance(item, str))
