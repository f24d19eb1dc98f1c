"""The widgets of the room Explain, and who tells whom."""

import math
from collections.abc import Iterator, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from engine.graph.model import Project
from engine.graph.paths import find, place_of
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Value
from engine.protocol.tracing import CellWritten, NodeStep
from workbench.app.desk import Desk
from workbench.canvas.painting.walked import Flow, Mark, Trail
from workbench.explain import pictures, words
from workbench.explain.layer.page import LayerPage
from workbench.explain.layer.places import Index, index_of
from workbench.explain.layer.subject import Subject
from workbench.explain.microscope import Microscope
from workbench.explain.steps_bar import StepsBar
from workbench.explain.walk import PARTS, Part, Walk
from workbench.explain.why.pane import WhyPane
from workbench.theme import text

_WEIGHTS = ("weight", "gradient", "step")
"""Kinds of pieces whose cells are weights."""


class ExplainViews(QObject):
    """Makes the widgets and joins them.

    Args:
        desk: Canvas, document, session.
        parent: Qt's owner.

    Attributes:
        microscope: Where one looks.
        bar: The parts of the step.
        page: The layer.
        pane: Why a weight moves.
    """

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._old = desk, ""
        self._chosen = ("", 0)
        self.microscope = Microscope(desk.session, self)
        self._images = dict(self._strips())
        self.bar, self.page = StepsBar(), LayerPage()
        self.pane = WhyPane(self.title)
        self._join()

    def _join(self) -> None:
        scope, bar, page, pane = self.microscope, self.bar, self.page, self.pane
        scope.moved.connect(self._show_way)
        scope.told.connect(self._show)
        scope.written.connect(self._on_written)
        scope.failed.connect(self._on_failed)
        bar.part_wanted.connect(scope.go_to)
        bar.back_wanted.connect(scope.back)
        bar.next_wanted.connect(scope.next)
        page.side_wanted.connect(scope.show_side)
        page.pointed.connect(self._on_pointed)
        page.chosen.connect(self._on_chosen)
        page.cut_wanted.connect(scope.cut)
        page.samples.picked.connect(scope.pick_sample)
        pane.sample_wanted.connect(scope.pick_sample)
        pane.node_wanted.connect(scope.look_at)
        pane.paths_wanted.connect(scope.look_for_paths)
        pane.trial_wanted.connect(scope.try_weight)
        pane.around_wanted.connect(scope.look_around)
        self._desk.canvas.selection_changed.connect(self._on_selected)

    def title(self, path: str) -> str:
        """Return what the canvas calls the node at a path."""
        return path_title(self._desk.document.project, path)

    # Coming and going ----------------------------------------------------------

    def hold(self, project: Project) -> None:
        """Hold the newest step."""
        self._old = ""
        self.microscope.hold(project)

    def let_go(self) -> None:
        """Show nothing more."""
        self.microscope.let_go()
        self._images.clear()
        canvas = self._desk.canvas
        canvas.walked.trail = None
        canvas.viewport().update()

    def say_old(self, why: str) -> None:
        """Say that what is shown is older than what stands on the canvas."""
        self._old = why
        self._show_trail()

    @property
    def can_go_on(self) -> bool:
        """Whether there is a next stop, or a next phase."""
        walk = self.microscope.walk
        if walk is None:
            return False
        more = walk.held.phase + 1 < len(walk.held.phases)
        return walk.following is not None or more

    # What is shown ---------------------------------------------------------------

    def _show(self) -> None:
        """Show all that is known of what is looked at."""
        scope = self.microscope
        if scope.walk is None:
            self._show_nothing()
            return
        walk = scope.walk
        node = walk.node
        title = self.title(node.path)
        self.page.show_subject(self._subject(walk), title, _kind(node))
        count = walk.held.samples
        self.page.samples.say(scope.sample, count, scope.batch)
        why = scope.why
        is_walked = walk.stop.part == "update"
        weight = self._weight_words()
        self.page.show_update(why, walk.held.optimizer, weight, is_walked=is_walked)
        self.pane.say(why, scope.batch, walk, scope.sample)
        self.pane.say_trial(why, scope.trial)
        self.pane.say_around(scope.around, walk)
        self.pane.subtitle.setText(weight)
        self._keep_cell()
        self._images = dict(self._strips())
        self._show_trail()

    def _show_nothing(self) -> None:
        """Show that no step is held, and why."""
        scope, canvas = self.microscope, self._desk.canvas
        self.page.show_nothing(scope.refused, is_coming=scope.is_asking)
        self.pane.say(None, None, None, 0)
        self.pane.say_trial(None, None)
        self.pane.say_around(None, None)
        self.pane.subtitle.setText("")
        self.bar.say({}, "", can_back=False)
        canvas.walked.trail = None
        canvas.viewport().update()

    def _weight_words(self) -> str:
        """Return how the weight that is explained is called: `Scores W₉,₆₁`."""
        why = self.microscope.why
        if why is None:
            return ""
        name = "W" if why.name == "weight" else f"{why.name} "
        return f"{self.title(why.node)} {name}{words.place(why.cell)}"

    def _strips(self) -> Iterator[tuple[str, QImage]]:
        """Yield the small pictures of what nodes put out, by path."""
        told = self.microscope.strips
        for path, maps in told.strips.items() if told is not None else ():
            yield path, pictures.strip(maps)

    def _show_way(self) -> None:
        """Show where on the way one is."""
        walk = self.microscope.walk
        self.page.show_cell(None)
        if walk is not None:
            facts = {part: _fact(walk, part) for part in PARTS}
            self.bar.say(facts, self._following(walk), can_back=walk.at > 0)
        self._show()

    def _following(self, walk: Walk) -> str:
        after = walk.following
        if after is None:
            held = walk.held
            more = held.phase + 1 < len(held.phases)
            return held.phases[held.phase + 1] if more else ""
        title = self.title(after.path)
        if after.part == walk.stop.part:
            return title
        return f"{words.title(after.part)} · {title}"

    def _subject(self, walk: Walk) -> Subject | None:
        scope, node = self.microscope, walk.node
        if scope.opened is None:
            return None
        readers = [n.path for n in walk.held.nodes if node.path in n.sources]
        return Subject(
            node,
            scope.opened,
            scope.side,
            self._class_names(walk, node),
            self._params(node),
            self.title(node.sources[0]) if node.sources else "",
            self.title(readers[0]) if readers else "",
            self._channel(node),
            self._tokens(),
        )

    def _tokens(self) -> tuple[str, ...]:
        """Return the characters of the sample, where it is a text."""
        batch, sample = self.microscope.batch, self.microscope.sample
        texts = batch.texts if batch is not None else ()
        return tuple(texts[sample]) if 0 <= sample < len(texts) else ()

    def _channel(self, node: NodeStep) -> int:
        """Return the channel out whose kernel is shown: of the weight or map chosen."""
        path, channel = self._chosen
        why = self.microscope.why
        if path == node.path:
            return channel
        is_own = why is not None and why.node == node.path and len(why.cell) > 1
        return why.cell[0] if why is not None and is_own else 0

    def _params(self, node: NodeStep) -> Mapping[str, Value]:
        """Return all settings of a node."""
        known = find(self._desk.document.project, node.path)
        own = known.params if known is not None and known.type == node.type else {}
        return {**registry.get(node.type).defaults(), **own}

    def _class_names(self, walk: Walk, node: NodeStep) -> tuple[str, ...]:
        """Return names of classes, if the node puts out their scores."""
        batch = self.microscope.batch
        ends = {path for loss in walk.held.losses for path in walk.nodes[loss].sources}
        is_scores = node.path in walk.held.losses or node.path in ends
        return batch.classes if batch is not None and is_scores else ()

    def _keep_cell(self) -> None:
        """Ring the weight that is explained, on whatever side it is seen."""
        scope = self.microscope
        why, opened = scope.why, scope.opened
        if why is None or opened is None or why.node != opened.node:
            self.page.body.keep("", None)
            return
        kinds = {"forward": "weight", "backward": "gradient", "update": "step"}
        name = f"{kinds[scope.side]}:{why.name}"
        plates = self.page.body.page.plates
        piece = next((p.piece for p in plates if p.name == name), None)
        index = index_of(piece, why.cell) if piece is not None else None
        is_new = self.page.body.kept != (name, index)
        self.page.body.keep(name, index)
        if index is not None and is_new:
            scope.write(name, why.cell)

    # The canvas --------------------------------------------------------------------

    def _show_trail(self) -> None:
        walk, canvas = self.microscope.walk, self._desk.canvas
        if walk is not None:
            canvas.walked.trail = Trail(
                self._marks(walk),
                tuple(_flows(walk)),
                walk.stop.path,
                walk.stop.part,
                tuple(self._chips(walk)),
            )
            canvas.viewport().update()

    def _marks(self, walk: Walk) -> dict[str, Mark]:
        found = {}
        for part in PARTS:
            for path in walk.reached(part):
                said = words.fact(walk.nodes[path], part)
                found[path] = Mark(part, said, self._images.get(path))
        return found

    def _chips(self, walk: Walk) -> list[str]:
        """Return what is said of the step in the corner of the canvas."""
        held, kind = walk.held, self.microscope.origin.kind
        at = tr("step {step}", step=text.count(held.step))
        chips = [f"{at} · {tr('epoch {epoch}', epoch=f'{held.epoch:.1f}')}"]
        if len(held.phases) > 1:
            chips.append(held.phases[held.phase])
        chips.append(tr("one batch of {n:sample|samples}, held still", n=held.samples))
        said = {
            "run": tr("a copy: the training goes on as it was"),
            "past": tr("after the run's last checkpoint"),
            "document": tr("before any training"),
        }
        chips.append(self._old or said[kind])
        return chips

    def _on_selected(self, ids: list[str], _scope: str, prefix: str) -> None:
        walk = self.microscope.walk
        if walk is None or len(ids) != 1 or self._desk.canvas.walked.trail is None:
            return
        place = f"{prefix}{ids[0]}"
        for path in walk.nodes:
            if place_of(path) == place or place_of(path).startswith(f"{place}."):
                self.microscope.look_at(path)
                return

    # Numbers ------------------------------------------------------------------------

    def _on_pointed(self, name: str, cell: Index | None) -> None:
        if cell is not None:
            self.microscope.write(name, cell)

    def _on_chosen(self, name: str, cell: Index | None) -> None:
        kind, _, weight = name.partition(":")
        if cell is None:
            return
        self.microscope.write(name, cell)
        walk = self.microscope.walk
        if walk is not None and len(cell) > 2:
            self._chosen = (walk.stop.path, cell[0])
            self._show()
        moved = {w.name for w in walk.node.weights} if walk is not None else set()
        if kind in _WEIGHTS and weight in moved:
            self.microscope.explain(weight, cell, whole=True)

    def _on_written(self, found: CellWritten) -> None:
        walk = self.microscope.walk
        if walk is not None and found.node == walk.stop.path:
            self.page.show_cell(found)

    def _on_failed(self, words_: str) -> None:
        self._desk.canvas.say(words_)


def _kind(node: NodeStep) -> str:
    return registry.get(node.type).title


def _fact(walk: Walk, part: Part) -> tuple[str, str]:
    """Return how far a part is, and a fact; see `Chip.say`."""
    held, (done, count) = walk.held, walk.progress(part)
    here = walk.stop.part
    state = "here" if part == here else ("done" if done else "ahead")
    if part == "loss":
        return state, words.number(held.total) if done else ""
    if part == "update":
        numbers = sum(
            math.prod(weight.values.shape)
            for node in held.nodes
            for weight in node.weights
            if not weight.again
        )
        return state, tr("{n:weight|weights}", n=text.count(numbers))
    if state == "here":
        return state, tr("{done} of {n:layer|layers}", done=done, n=count)
    return state, tr("{n:layer|layers}", n=count)


def _flows(walk: Walk) -> list[Flow]:
    """Return what has flowed between the nodes so far, and what is still to come."""
    there = walk.reached("forward") | walk.reached("loss")
    back = walk.reached("backward")
    goes_back = walk.stop.part in {"backward", "update"}
    found = []
    for node in walk.held.nodes:
        for port, source in enumerate(node.sources):
            given = node.given[port] if port < len(node.given) else None
            arrived = node.path in back
            if given is not None and goes_back:
                state = "backward" if arrived else "coming"
                found.append(Flow(source, node.path, state, given.norm))
            else:
                state = "forward" if node.path in there or goes_back else ""
                found.append(Flow(source, node.path, state))
    return found
