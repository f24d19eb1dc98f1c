"""Random edits of a document, and that undoing all of them leaves no trace.

What `python -m tests.faults undo` runs.
"""

import gc
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.errors import EngineError
from engine.graph.edits import AddNode, Move, Rename, ReplaceNode, SetExtra, SetParam
from engine.graph.model import ROOT, Edge, Endpoint, Node
from engine.layers import registry
from workbench.canvas.geometry import layout
from workbench.document import (
    Document,
    actions,
    blocks,
    clipboard,
    notes,
    outer_ports,
    splicing,
    wires,
)
from workbench.document.notes import Note

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_NODES, _TYPES = (
    60,
    [spec.id for spec in registry.all_specs() if spec.id != "block"],
)
_LEAK = 1.05
_PAGE_BYTES = 4096


class Machine:
    """One document and a hand that edits it at random.

    Args:
        seed: Of everything that is random.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.document = Document()
        preset = self.chance.choice(["mnist-cnn", "digits-mlp", "xor"])
        self.document.load_preset(preset)
        self.refused = self.made = 0
        self._rules: list[Callable[[], object]] = [
            getattr(self, f"_do_{name}") for name in RULES
        ]

    def step(self) -> None:
        """Make one random edit; a refusal must change nothing."""
        rule = self.chance.choice(self._rules)
        count = self.document.undo_stack.count()
        before = self.document.text() if self.chance.random() < 0.02 else None
        try:
            rule()
            self.made += 1
        except EngineError:
            self.refused += 1
            if before is not None and before != self.document.text():
                raise AssertionError(f"{rule.__name__} was refused half-way") from None
            if self.document.undo_stack.count() != count:
                raise AssertionError(f"{rule.__name__} left a step") from None

    # What is picked ------------------------------------------------------------

    def _scope(self) -> str:
        scopes = [ROOT, ROOT, *self.document.project.blocks]
        return self.chance.choice(scopes)

    def _ids(self, scope: str, most: int = 1) -> list[str]:
        nodes = list(self.document.project.scope(scope).nodes)
        if not nodes:
            raise EngineError("empty")
        return self.chance.sample(nodes, min(len(nodes), self.chance.randint(1, most)))

    def _place(self) -> tuple[float, float]:
        return (float(self.chance.randint(-999, 999)), self.chance.random())

    def _edge(self, scope: str) -> Edge:
        edges = self.document.project.scope(scope).edges
        if not edges:
            raise EngineError("no wires")
        return self.chance.choice(edges)

    def _instance(self) -> tuple[str, str]:
        found = [
            (scope, node.id)
            for name in self.document.project.blocks
            for scope, node in outer_ports.instances(self.document.project, name)
        ]
        if not found:
            raise EngineError("no blocks")
        return self.chance.choice(found)

    def _note(self) -> str:
        found = notes.read(self.document.project)
        if not found:
            raise EngineError("no notes")
        return self.chance.choice(found).id

    # What is done ----------------------------------------------------------------

    def _do_add(self) -> None:
        scope = self._scope()
        if len(self.document.project.scope(scope).nodes) > _MOST_NODES:
            self._remove(scope, 25)
            return
        type_id = self.chance.choice(_TYPES)
        end = None
        if self.chance.random() < 0.5:
            end = self._edge(scope) if self.chance.random() < 0.5 else self._port(scope)
        actions.add_node(self.document, type_id, self._place(), end, scope)

    def _port(self, scope: str) -> Endpoint:
        node = self.document.project.scope(scope).node(self._ids(scope)[0])
        project = self.document.project
        ports = (*wires.outputs_of(project, node), *wires.inputs_of(project, node))
        if not ports:
            raise EngineError("no ports")
        return Endpoint(node.id, self.chance.choice(ports).name)

    def _remove(self, scope: str, most: int) -> None:
        actions.remove(self.document, self._ids(scope, most), scope=scope)

    def _do_remove(self) -> None:
        self._remove(self._scope(), 3)

    def _do_heal(self) -> None:
        scope = self._scope()
        splicing.remove_healing(self.document, self._ids(scope, 2), {}, scope)

    def _do_connect(self) -> None:
        scope = self._scope()
        source, target = self._port(scope), self._port(scope)
        actions.connect(self.document, Edge(source, target), scope)

    def _do_disconnect(self) -> None:
        scope = self._scope()
        actions.disconnect(self.document, [self._edge(scope)], scope)

    def _do_replug(self) -> None:
        scope = self._scope()
        old = self._edge(scope)
        new = Edge(old.source, self._port(scope))
        actions.replug(self.document, old, new, scope)

    def _do_splice(self) -> None:
        scope = self._scope()
        edge, graph = self._edge(scope), self.document.project.scope(scope)
        made = Node(graph.free_id("relu"), "relu")
        self.document.apply([AddNode(made, scope)], "Add")
        splicing.insert(self.document, made.id, edge, self._place(), scope)

    def _do_move(self) -> None:
        scope = self._scope()
        places = {i: self._place() for i in self._ids(scope, 5)}
        actions.move(self.document, places, scope)

    def _do_forget_place(self) -> None:
        scope = self._scope()
        gone = tuple((i, None) for i in self._ids(scope, 3))
        self.document.apply([Move(gone, scope)], "Forget")

    def _do_set_param(self) -> None:
        scope = self._scope()
        node = self.document.project.scope(scope).node(self._ids(scope)[0])
        params = registry.get(node.type).params
        if not params or node.type == "block":
            raise EngineError("no params")
        param = self.chance.choice(params)
        value = self.chance.choice([param.default, 2, 3, 0.5, True, *param.choices])
        actions.set_param(self.document, [node.id], param.name, value, scope)

    def _do_reset_param(self) -> None:
        scope = self._scope()
        node = self.document.project.scope(scope).node(self._ids(scope)[0])
        names = [name for name in node.params if name != "of"]
        if not names:
            raise EngineError("no params")
        edit = SetParam(node.id, self.chance.choice(names), None, scope, reset=True)
        self.document.apply([edit], "Reset")

    def _do_rename(self) -> None:
        scope = self._scope()
        words = self.chance.choice(["", "Erste", "二番目", "x" * 40])
        actions.rename(self.document, self._ids(scope)[0], words, scope)

    def _do_weights(self) -> None:
        scope = self._scope()
        ids = self._ids(scope, 4)
        if self.chance.random() < 0.5:
            value = self.chance.random() < 0.5
            actions.set_trainable(self.document, ids, value=value, scope=scope)
        else:
            factor = self.chance.choice([0.0, 0.5, 1.0, 2.0])
            actions.set_lr_factor(self.document, ids, factor, scope)

    def _do_extra(self) -> None:
        scope = self._scope()
        node = self.document.project.scope(scope).node(self._ids(scope)[0])
        edits = [ReplaceNode(replace(node, extra={"note": self.made}), scope)]
        self.document.apply([*edits, SetExtra("other", [self.made])], "Extra")

    def _do_training(self) -> None:
        old = self.document.project.training
        name = self.chance.choice(["epochs", "batch_size", "seed"])
        params = {**old.params, name: self.chance.randint(1, 99)}
        changed = replace(old, params=params)
        actions.set_training(self.document, changed, "Training")

    def _do_rename_project(self) -> None:
        name = f"Project {self.chance.randint(1, 9)}"
        self.document.apply([Rename(name)], "Rename project")

    def _do_arrange(self) -> None:
        scope = self._scope()
        places = layout.arrange(self.document.project.scope(scope), {})
        actions.move(self.document, places, scope, "Arrange")

    def _do_paste(self) -> None:
        scope, target = self._scope(), self._scope()
        if len(self.document.project.scope(target).nodes) > _MOST_NODES:
            raise EngineError("full")
        text = clipboard.excerpt(self.document, self._ids(scope, 4), scope)
        at = self._place() if self.chance.random() < 0.5 else None
        clipboard.paste(self.document, text, at, target)

    def _do_duplicate(self) -> None:
        scope = self._scope()
        if len(self.document.project.scope(scope).nodes) > _MOST_NODES:
            raise EngineError("full")
        clipboard.duplicate(self.document, self._ids(scope, 3), scope)

    def _do_group(self) -> None:
        if len(self.document.project.blocks) > 12:
            raise EngineError("many blocks")
        scope = self._scope()
        blocks.group(self.document, self._ids(scope, 4), "part", scope)

    def _do_unpack(self) -> None:
        scope, node_id = self._instance()
        blocks.unpack(self.document, [node_id], scope)

    def _do_block(self) -> None:
        scope, node_id = self._instance()
        node = self.document.project.scope(scope).node(node_id)
        name, pick = outer_ports.of(node), self.chance.randrange(4)
        if pick == 0:
            blocks.rename(self.document, name, self.chance.choice(["stem", "head 2"]))
        elif pick == 1 and len(self.document.project.blocks) < 12:
            blocks.copy_independent(self.document, node_id, self._place(), scope)
        elif pick == 2:
            blocks.add_instance(self.document, name, self._place(), self._scope())
        else:
            times = self.chance.randint(1, 3)
            actions.set_params(
                self.document, [node_id], {"repeat": times, "share": "a"}, scope
            )

    def _do_ports(self) -> None:
        names = list(self.document.project.blocks)
        if not names:
            raise EngineError("no blocks")
        scope = self.chance.choice(names)
        block = self.document.project.blocks[scope]
        is_output = self.chance.random() < 0.5
        shown = list(block.outputs if is_output else block.inputs)
        if shown and self.chance.random() < 0.5:
            name = self.chance.choice(shown)
            outer_ports.conceal(self.document, scope, name, is_output=is_output)
            return
        node = block.graph.node(self._ids(scope)[0])
        all_ports = wires.outputs_of if is_output else wires.inputs_of
        ports = all_ports(self.document.project, node)
        if ports:
            end = Endpoint(node.id, self.chance.choice(ports).name)
            outer_ports.expose(self.document, scope, end, is_output=is_output)

    def _do_note(self) -> None:
        pick = self.chance.randrange(4)
        if pick == 0:
            kind = self.chance.choice(["frame", "comment"])
            note = Note("", kind, "words", *self._place(), 90.0, 60.0)
            notes.add(self.document, note)
        elif pick == 1:
            colour = self.chance.choice(notes.COLOURS)
            notes.change(self.document, self._note(), "Colour", colour=colour)
        elif pick == 2:
            notes.move(self.document, [self._note()], self._place(), {})
        else:
            notes.remove(self.document, [self._note()])

    def _do_undo_some(self) -> None:
        stack = self.document.undo_stack
        for _ in range(self.chance.randint(1, 4)):
            stack.undo()
        for _ in range(self.chance.randint(0, 4)):
            stack.redo()


RULES = [name.removeprefix("_do_") for name in vars(Machine) if name.startswith("_do_")]


@dataclass
class Result:
    """Of one seed."""

    seed: int
    made: int
    refused: int
    steps: int
    is_equal: bool
    is_redone: bool
    blocks: float
    memory: float
    seconds: float
    resident_bytes: int

    @property
    def is_good(self) -> bool:
        """Whether nothing is left behind."""
        least = self.blocks <= _LEAK and self.memory <= _LEAK
        return self.is_equal and self.is_redone and least


def run(seed: int, num_edits: int, highest_bytes: int = 0) -> Result:
    """Edit, undo all, redo all, undo all; compare texts and memory.

    Args:
        seed: Of everything that is random.
        num_edits: So many that were not refused.
        highest_bytes: Resident memory after earlier runs. An allocator keeps some of
            what it got, so that only what goes beyond counts.
    """
    start, machine = time.monotonic(), Machine(seed)
    document, stack = machine.document, machine.document.undo_stack
    first, kept = document.text(), _memory()
    while machine.made < num_edits:
        machine.step()
    last, steps, index = document.text(), stack.count(), stack.index()
    stack.setIndex(0)
    is_equal = document.text() == first
    stack.setIndex(index)
    is_redone = document.text() == last
    stack.setIndex(0)
    is_equal = is_equal and document.text() == first
    made, refused = machine.made, machine.refused
    stack.clear()
    now = _memory()
    ratios = (now[0] / kept[0], now[1] / max(kept[1], highest_bytes))
    document.deleteLater()
    QCoreApplication.processEvents()
    seconds = time.monotonic() - start
    return Result(
        seed, made, refused, steps, is_equal, is_redone, *ratios, seconds, now[1]
    )


def _memory() -> tuple[int, int]:
    """Return allocated blocks, and resident bytes where the system tells."""
    gc.collect()
    statm = Path("/proc/self/statm")
    pages = int(statm.read_text().split()[1]) if statm.exists() else 1
    return sys.getallocatedblocks(), pages * _PAGE_BYTES


def check(num_edits: int, times: int, seed: int) -> int:
    """Run so many seeds, print each; 0 when all are good."""
    highest = run(seed + times, num_edits).resident_bytes  # caches fill
    good = 0
    for number in range(seed, seed + times):
        result = run(number, num_edits, highest)
        highest = max(highest, result.resident_bytes)
        if result.memory > _LEAK:  # a leak takes as much again, a higher peak does not
            result = run(number, num_edits, highest)
        good += result.is_good
        word = "equal" if result.is_equal and result.is_redone else "DIFFERENT"
        print(
            f"seed {number}: {result.made} edits ({result.refused} refused), "
            f"{result.steps} steps undone: {word}, memory ×{result.memory:.3f}, "
            f"blocks ×{result.blocks:.3f}, {result.seconds:.0f} s",
            flush=True,
        )
    print(f"{'PASS' if good == times else 'FAIL'} {good}/{times}")
    return 0 if good == times else 1
