"""What the commands of the window act on."""

from dataclasses import dataclass, field
from typing import Any

from workbench.app.controllers import Controllers
from workbench.app.desk import Desk
from workbench.commands.registry import Bound


@dataclass(frozen=True)
class Reach:
    """The window, for the rows of its table.

    Args:
        desk: Its parts.
        made: What acts on them.
        commands: All rows of all tables, for what lists them.
    """

    desk: Desk
    made: Controllers
    commands: list[Bound[Any]] = field(default_factory=list)
