"""Layers inside of blocks that no loss depends on, and those that feed only such.

What stands in the main graph is told of by `document.untrained`, as far as wires
show it; here blocks are taken apart. A block that is not read at all is told of as one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.advice.document.untrained import (
    ENDS,
    FED_BY_DATA,
    WEIGHTLESS,
    in_order,
)
from engine.compile.flatten import FlatNode
from engine.compile.phase_reach import Reach
from engine.graph.blocks.outer import pruned
from engine.graph.edits import Edit, removal
from engine.graph.model import ROOT, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.problems import Fix, Problem
from engine.graph.titles import path_title, title
from engine.graph.walks import descendants
from engine.i18n import tr

_Inner = tuple[str, str]
"""Scope and id of a node of the document."""


class Unread:
    """Looks for what trains in vain, in a document whose wires are in order.

    Args:
        project: Only read.
        nodes: Its flat nodes in topological order.
        weights: Home of a node → how many weights it has, as far as that is known.
    """

    def __init__(
        self,
        project: Project,
        nodes: Sequence[FlatNode],
        weights: Mapping[str, int],
    ) -> None:
        self._project, self._nodes, self._weights = project, nodes, weights
        reach = Reach(project, nodes)
        self._losses = reach.ends("loss")
        trained = reach.needed(self._losses)
        seen = reach.needed([path for kind in ENDS for path in reach.ends(kind)])
        shown = {path for path in seen if reach.category[path] in WEIGHTLESS}
        homes = {node.home for node in nodes if node.path in trained}
        kept = trained | shown
        idle = [n for n in nodes if n.path not in kept]
        idle = [n for n in idle if reach.category[n.path] not in ENDS | FED_BY_DATA]
        self._lent = [n for n in idle if n.home in homes and n.path not in seen]
        self._idle = [n for n in idle if n.home not in homes]
        resting = {node.path for node in idle}
        self._busy: set[str] = set()
        self._needed: set[_Inner] = set()
        for node in nodes:
            if node.path not in resting and reach.category[node.path] != "io":
                self._busy.update(_around(node.place))
                self._needed.update(self._chain(node.place))

    def problems(self, told: Collection[str]) -> Iterator[Problem]:
        """Yield a warning for each layer or block, once wherever it is used.

        Args:
            told: Paths of nodes that are told of already.
        """
        if not self._losses:
            return
        done: set[_Inner] = set()
        for node in self._told_alone(self._idle):
            found = self._place(node)
            if node.place in self._busy and not self._weights.get(node.home, 0):
                continue  # Another repeat needs it, and there is nothing to train.
            inner = self._chain(found)[-1]
            if found not in told and inner not in done:
                done.add(inner)
                yield self._idle_problem(found, inner, self._text(inner, node))
        yield from self._lent_problems(told, done)

    def _told_alone(self, idle: Sequence[FlatNode]) -> list[FlatNode]:
        """Return nodes, of those that share weights the ones in blocks that are read.

        Of an instance that nothing reads it is said as a whole, if at all.
        """
        alone = {node.home for node in idle if self._place(node) == node.place}
        return [
            node
            for node in idle
            if node.home not in alone or self._place(node) == node.place
        ]

    def _text(self, inner: _Inner, flat: FlatNode) -> str:
        graph = self._project.scope(inner[0])
        words = title(graph, graph.node(inner[1]))
        if flat.place not in self._busy:
            return tr("No loss depends on {title}: training passes it by", title=words)
        return tr(
            "No loss depends on {title} in {n} of {all} repeats: training passes it by "
            "there",
            title=words,
            n=sum(node.place == flat.place for node in self._idle),
            all=sum(node.place == flat.place for node in self._nodes),
        )

    def _place(self, node: FlatNode) -> str:
        """Return the outermost block around a node in which nothing is read."""
        around = _around(node.place)
        return next((place for place in around if place not in self._busy), around[-1])

    def _idle_problem(self, place: str, inner: _Inner, text: str) -> Problem:
        scope, node_id = inner
        node = self._project.scope(scope).node(node_id)
        return Problem(
            place,
            text,
            expected=tr("a path to a loss"),
            got=tr("none"),
            fixes=self._removals(scope, node),
            severity="warning",
            kind="untrained",
        )

    def _lent_problems(
        self, told: Collection[str], done: set[_Inner]
    ) -> Iterator[Problem]:
        """Tell of instances that nothing reads, whose weights others train."""
        for flat in self._lent:
            place = self._place(flat)
            scope, node_id = self._chain(place)[-1]
            node = self._project.scope(scope).node(node_id)
            is_whole = node.type == BLOCK and place not in self._busy
            if not is_whole or place in told or (scope, node_id) in done:
                continue
            done.add((scope, node_id))
            yield Problem(
                place,
                tr(
                    "Nothing depends on {title} here",
                    title=path_title(self._project, place),
                ),
                expected=tr("a path to a loss, a metric or a view"),
                got=tr("none; its weights are trained elsewhere"),
                fixes=self._removals(scope, node),
                severity="warning",
                kind="unread",
            )

    def _chain(self, place: str) -> list[_Inner]:
        """Return scope and id of every step of a path."""
        chain, scope = [], ROOT
        for step in place.split("."):
            chain.append((scope, step))
            scope = str(self._project.scope(scope).node(step).params.get("of", ""))
        return chain

    def _removals(self, scope: str, node: Node) -> tuple[Fix, ...]:
        """Return the fix that removes a layer and what only it feeds, if unseen."""
        graph = self._project.scope(scope)
        behind = in_order(graph, descendants(graph, [node.id]))
        if any((scope, node_id) in self._needed for node_id in behind):
            return ()
        words = tr("Remove “{title}”", title=title(graph, node))
        if len(behind) > 1:
            n = len(behind) - 1
            words = tr(
                "Remove “{title}” and {n} behind it", title=title(graph, node), n=n
            )
        edits: list[Edit] = pruned(self._project, scope, set(behind))
        trial = self._project.copy()
        for edit in edits:
            edit.apply(trial)
        return (Fix(words, (*edits, *removal(trial, behind, scope))),)


def _around(place: str) -> list[str]:
    """Return the paths from the outermost block to a node."""
    steps = place.split(".")
    return [".".join(steps[: depth + 1]) for depth in range(len(steps))]
