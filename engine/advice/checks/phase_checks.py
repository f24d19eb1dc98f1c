"""What each phase does, and mistakes of phases: losses and weights left to nobody."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.compile.flatten import FlatNode
from engine.compile.phase_reach import Reach
from engine.graph.edits import ReplaceNode, SetParam, SetTraining
from engine.graph.model import ROOT, Node, Project
from engine.graph.problems import ALL_PHASES, Fix, Problem
from engine.graph.settings import Phase
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol.messages import PhaseInfo

MAX_FIXES = 3


class PhaseCheck:
    """Looks at the phases of a document without mistakes elsewhere.

    Args:
        project: Only read.
        nodes: Its flat nodes in topological order.
        weights: Home of a node → how many weights it has.
    """

    def __init__(
        self, project: Project, nodes: list[FlatNode], weights: Mapping[str, int]
    ) -> None:
        self._project, self._phases = project, project.training.phases
        self._reach = Reach(project, nodes)
        self._weighted = [n for n in nodes if weights.get(n.home, 0)]
        homes = {node.home for node in self._weighted}
        self._losses = [self._reach.losses(phase) for phase in self._phases]
        self._moved = [
            {n.home for n in self._gets(phase)} & homes for phase in self._phases
        ]

    def _gets(self, phase: Phase) -> list[FlatNode]:
        """Return the nodes that a phase gives a gradient to, if they have weights."""
        return self._reach.moved(phase, moving=True)

    def infos(self) -> tuple[PhaseInfo, ...]:
        """Return what every phase does."""
        return tuple(map(self._info, self._losses, self._moved))

    def _info(self, losses: Iterable[str], moved: set[str]) -> PhaseInfo:
        mine = [node for node in self._weighted if node.home in moved]
        places = dict.fromkeys(node.place for node in mine)
        return PhaseInfo(self._places(losses), tuple(places), tuple(sorted(moved)))

    def _places(self, losses: Iterable[str]) -> tuple[str, ...]:
        found = (self._reach.by_path[path].place for path in losses)
        return tuple(dict.fromkeys(found))

    def problems(self) -> Iterator[Problem]:
        """Yield the mistakes."""
        yield from self._idle_phases()
        yield from self._lost_losses()
        yield from self._lost_weights()

    def _idle_phases(self) -> Iterator[Problem]:
        for phase, moved in zip(self._phases, self._moved, strict=True):
            if moved:
                continue
            text = tr("There are no weights to train")
            if len(self._phases) > 1:
                text = tr("The phase “{phase}” has no weights to train").replace(
                    "{phase}", phase.name
                )
            yield Problem(
                "",
                text,
                expected=tr("weights that its losses depend on"),
                got=", ".join(phase.update) or tr("none"),
                fixes=tuple(self._rest(phase)),
                phase=phase.name,
                kind="idle",
            )

    def _rest(self, idle: Phase) -> Iterator[Fix]:
        """Offer to update all that the losses need, or let gradients through to it.

        Of several phases the idle one can also be removed.
        """
        for node in self._stops(idle):
            title = path_title(self._project, node.place)
            let = SetParam(node.node.id, "enabled", value=False, scope=node.scope)
            yield Fix(tr("Let gradients through {title}", title=title), (let,))
        index = self._phases.index(idle)
        able = replace(idle, update=())
        if idle.update and any(n in self._weighted for n in self._gets(able)):
            edit = SetTraining(self._project.training.with_phase(index, able))
            yield Fix(tr("Update all weights that its losses need"), (edit,))
        if len(self._phases) > 1:
            others = tuple(p for p in self._phases if p is not idle)
            training = replace(self._project.training, phases=others)
            yield Fix(tr("Remove the phase"), (SetTraining(training),))

    def _stops(self, phase: Phase) -> list[FlatNode]:
        """Return what keeps the gradients of a phase from all weights."""
        reached = self._reach.needed(self._reach.losses(phase), moving=True)
        found = [node for node in self._reach.nodes if node.path in reached]
        return [n for n in found if n.type == "stop_gradient" and n.params["enabled"]]

    def _lost_losses(self) -> Iterator[Problem]:
        found = set().union(*self._losses)
        for path in self._reach.ends("loss"):
            if path in found:
                continue
            node = self._reach.by_path[path]
            label = tr("Minimise it in “{phase}”")
            yield Problem(
                node.place,
                tr(
                    "No phase minimises {title}",
                    title=path_title(self._project, node.place),
                ),
                expected=tr("a phase that minimises it"),
                got=tr("none"),
                fixes=self._additions(label, "minimise", node.place, self._phases),
                severity="warning",
                phase=ALL_PHASES,
            )

    def _lost_weights(self) -> Iterator[Problem]:
        moved = set().union(*self._moved)
        needed = self._reach.needed(self._reach.ends("loss"))
        lost = [
            node
            for node in self._weighted
            if node.path in needed
            and node.home not in moved
            and not self._reach.is_frozen(node)
        ]
        for place, nodes in self._gathered(lost):
            title = self._title(place)
            yield Problem(
                place,
                tr("No phase updates the weights of {title}", title=title),
                expected=tr("a phase that updates them, or frozen weights"),
                got=tr("none"),
                fixes=self._adoptions(place, nodes),
                severity="warning",
                phase=ALL_PHASES,
            )

    def _gathered(self, lost: list[FlatNode]) -> Iterator[tuple[str, list[FlatNode]]]:
        """Yield places with their lost nodes: a block where all inside are lost."""
        homes = {node.home for node in lost}
        told: set[str] = set()
        for node in lost:
            if node.home in told:
                continue
            steps = node.place.split(".")
            tops = [".".join(steps[: depth + 1]) for depth in range(len(steps))]
            place = next(top for top in tops if self._is_lost(top, homes))
            mine = [n for n in lost if _is_in(n, place)]
            if told.isdisjoint(n.home for n in mine):
                yield place, mine
            told.update(n.home for n in mine)

    def _is_lost(self, place: str, homes: set[str]) -> bool:
        inside = [node for node in self._weighted if _is_in(node, place)]
        is_leaf = any(node.place == place for node in inside)
        return is_leaf or all(node.home in homes for node in inside)

    def _title(self, place: str) -> str:
        return path_title(self._project, place)

    def _adoptions(self, place: str, nodes: list[FlatNode]) -> tuple[Fix, ...]:
        """Offer the phases whose losses depend on the nodes, and freezing."""
        homes = {node.home for node in nodes}
        able = [
            phase
            for phase in self._phases
            if homes & {n.home for n in self._reach.moved(replace(phase, update=()))}
        ]
        label = tr("Update it in “{phase}”")
        fixes = self._additions(label, "update", place, able)
        scope, node = nodes[0].scope, nodes[0].node
        if "." not in place:
            scope, node = ROOT, self._project.graph.node(place)
        elif nodes[0].place != place:
            return fixes
        return (*fixes, _freeze(node, scope))

    def _additions(
        self, label: str, field: str, place: str, phases: Iterable[Phase]
    ) -> tuple[Fix, ...]:
        """Offer phases one more thing to minimise or to update."""
        fixes: list[Fix] = []
        for index, phase in enumerate(self._phases):
            if phase in phases and len(fixes) < MAX_FIXES:
                if field == "update":
                    new = replace(phase, update=(*phase.update, place))
                else:
                    new = replace(phase, minimise=(*phase.minimise, place))
                edit = SetTraining(self._project.training.with_phase(index, new))
                fixes.append(Fix(label.replace("{phase}", phase.name), (edit,)))
        return tuple(fixes)


def _is_in(node: FlatNode, place: str) -> bool:
    return node.place == place or node.place.startswith(place + ".")


def _freeze(node: Node, scope: str) -> Fix:
    return Fix(tr("Freeze it"), (ReplaceNode(replace(node, trainable=False), scope),))
