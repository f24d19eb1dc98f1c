"""What is wrong with a document, as far as it shows without shapes or data.

What keeps it from being built is found by `engine.graph.checks`; here each gets the
fixes that one click can apply, and layers that train in vain are warned of. Shapes
are looked at by `engine.advice.analysis`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from engine.advice.document import (
    block_fixes,
    block_port_fixes,
    phase_fixes,
    setting_fixes,
    wire_fixes,
)
from engine.advice.document.bounded import first, most_problems
from engine.advice.document.guarded import advised
from engine.advice.document.untrained import untrained
from engine.graph.checks import causes
from engine.graph.checks.causes import Cause, Told
from engine.graph.checks.document import recursion, scope_problems, too_large
from engine.graph.checks.goals import no_goal, phase_problems
from engine.graph.model import Project
from engine.graph.problems import Fix, Problem

_FIXES: dict[type, Callable[[Project, Any], Iterable[Fix]]] = {
    causes.Recursion: block_fixes.without_circle,
    causes.NoDefinition: block_fixes.other_block,
    causes.UnknownSetting: setting_fixes.without_setting,
    causes.BadValue: setting_fixes.better_values,
    causes.TooManySamples: setting_fixes.all_samples,
    causes.NoSuchClass: setting_fixes.known_classes,
    causes.TwoWires: wire_fixes.only_one_wire,
    causes.WrongKind: wire_fixes.other_kind,
    causes.NoPort: wire_fixes.other_port,
    causes.NotConnected: wire_fixes.connected,
    causes.LostOutput: block_port_fixes.other_outputs,
    causes.LostInput: block_port_fixes.kept_ends,
    causes.FedTwice: block_port_fixes.only_one_end,
    causes.NotMinimisable: phase_fixes.minimise_instead,
    causes.NotUpdatable: phase_fixes.update_instead,
}


def validate(project: Project) -> list[Problem]:
    """Return every problem of the document, in the order of the graph."""
    if problems := [problem for problem, _ in too_large(project)]:
        return problems
    most = most_problems(project)
    if problems := [*first(_with_fixes(project, recursion(project)), most, "error")]:
        return problems
    nodes = _with_fixes(project, scope_problems(project))
    phases = _with_fixes(project, phase_problems(project))
    return [
        *first(nodes, most, "error"),
        *(problem for problem, _ in no_goal(project)),
        *first(untrained(project), most, "warning"),
        *first(phases, most, "error"),
    ]


def _with_fixes(project: Project, told: Iterable[Told]) -> Iterator[Problem]:
    """Yield problems with their fixes, each looked for when it is asked for."""
    for problem, cause in told:
        yield replace(problem, fixes=_fixes(project, cause)) if cause else problem


def _fixes(project: Project, cause: Cause) -> tuple[Fix, ...]:
    return advised(_FIXES[type(cause)], project, cause)
