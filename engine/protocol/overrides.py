"""What a command changes about a project before it is frozen in a run."""

from engine.graph.model import Project
from engine.protocol.commands import Train


def overridden(project: Project, command: Train) -> Project:
    """Return a copy of `project` with the command's settings in the document.

    Raises:
        ConfigError: When one of them is out of its range.
    """
    values: dict[str, object] = {}
    if command.device:
        values["device"] = command.device
    if command.threads:
        values["threads"] = command.threads
    if command.steps:
        values["steps"] = command.steps
    if command.seed >= 0:
        values["seed"] = command.seed
    twin = project.copy()
    for name, value in values.items():
        twin.training = twin.training.with_value(name, value)
    return twin
