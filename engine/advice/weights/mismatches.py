"""Weights from a file that don't fit their layer (any more), told before training."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch

from engine.advice.weights.headers import Entry, Header, header_of
from engine.advice.weights.sources import let_start_anew, place_of
from engine.compile.build import build
from engine.compile.builders.table import BUILDERS
from engine.compile.flatten import FlatNode
from engine.compile.infer import Flow
from engine.graph.model import Project
from engine.graph.problems import Problem
from engine.graph.scopes import scoped_nodes
from engine.i18n import tr
from engine.layers.spec import Value

_OPTIONAL = {"lora_linear": {"down", "up"}, "low_rank": {"down", "up"}}
_COUNTERS = {"num_batches_tracked"}
_MAX_SHOWN = 3
Mismatch = tuple[str, Entry, Entry | None]
"""Name, what the document needs, and what is in the file."""


def need_not_be_there(type_id: str) -> set[str]:
    """Return the tensors of a node that training may begin without."""
    return _OPTIONAL.get(type_id, set()) | _COUNTERS


def mismatch_problems(
    project: Project,
    flows: Mapping[str, tuple[Flow, ...]],
    nodes: Mapping[str, FlatNode],
    folder: str,
) -> Iterator[Problem]:
    """Yield the layers that a file's weights don't fit; reads headers only.

    Args:
        project: Only read.
        flows: What flows into each flat node that is sound, by path.
        nodes: These flat nodes, by path.
        folder: Of the document's file, that relative paths count from.
    """
    told = set()
    for node in _owners(nodes):
        wrong = _mismatches(node, flows[node.path], folder)
        if wrong and node.place not in told:
            told.add(node.place)
            yield _problem(project, node, wrong)


def _owners(nodes: Mapping[str, FlatNode]) -> Iterator[FlatNode]:
    """Yield the nodes that ask for weights; of sharing ones the first that does."""
    homes: set[str] = set()
    for node in nodes.values():
        if node.start and node.type in BUILDERS and node.home not in homes:
            homes.add(node.home)
            yield node


def _mismatches(node: FlatNode, flows: tuple[Flow, ...], folder: str) -> list[Mismatch]:
    assert node.start is not None
    place = place_of(node.start, folder)
    header = header_of(place) if place else None
    if header is None:
        return []
    wanted = _wanted(node.type, tuple(node.params.items()), flows)
    return list(_compared(node, wanted, header))


def _compared(
    node: FlatNode, wanted: tuple[tuple[str, Entry], ...], header: Header
) -> Iterator[Mismatch]:
    assert node.start is not None
    for name, expected in wanted:
        found = header.get(node.start.below(name).prefix or name)
        may_lack = found is None and name in need_not_be_there(node.type)
        if not _alike(found, expected) and not may_lack:
            yield name, expected, found


def _alike(found: Entry | None, expected: Entry) -> bool:
    return found is not None and found[:2] == expected[:2]


@lru_cache(maxsize=512)
def _wanted(
    type_id: str, params: tuple[tuple[str, Value], ...], flows: tuple[Flow, ...]
) -> tuple[tuple[str, Entry], ...]:
    """Return names and shapes of a node's weights, found on torch's meta device."""
    shapes = tuple(flow.shape for flow in flows)
    dtypes = tuple(flow.dtype for flow in flows)
    with torch.device("meta"):
        state = build(type_id, dict(params), shapes, dtypes).state_dict()
    return tuple(
        (name, Entry(tuple(tensor.shape), tensor.is_floating_point()))
        for name, tensor in state.items()
    )


def _problem(project: Project, node: FlatNode, wrong: list[Mismatch]) -> Problem:
    assert node.start is not None
    file = Path(node.start.path).name
    holders = {path: (scope, node) for path, scope, node in scoped_nodes(project)}
    steps = node.place.split(".")
    around = [".".join(steps[:depth]) for depth in range(len(steps), 0, -1)]
    scope, holder = next(holders[path] for path in around if holders[path][1].weights)
    return Problem(
        node.place,
        tr("The weights in “{file}” don't fit this layer", file=file),
        expected=_listed(wrong, 1),
        got=_listed(wrong, 2),
        fixes=(let_start_anew(project, scope, holder),),
    )


def _listed(wrong: list[Mismatch], side: Literal[1, 2]) -> str:
    words = [f"{each[0]} {_words(each, each[side])}" for each in wrong[:_MAX_SHOWN]]
    rest = len(wrong) - _MAX_SHOWN
    return ", ".join(words) + (tr(" and {n} more", n=rest) if rest > 0 else "")


def _words(mismatch: Mismatch, entry: Entry | None) -> str:
    """Return a shape in words; the kind of number where that alone differs."""
    if entry is None:
        return tr("nothing")
    shape = "×".join(map(str, entry.shape)) or tr("one number")
    _, wanted, found = mismatch
    if found is None or wanted.shape != found.shape:
        return shape
    return f"{shape} ({_kind(entry)})"


def _kind(entry: Entry) -> str:
    """Return what numbers a tensor holds, with the name that the file gives them."""
    words = tr("real numbers") if entry.is_float else tr("whole numbers")
    if entry.kind.startswith("C"):
        words = tr("complex numbers")
    elif entry.kind == "BOOL":
        words = tr("truth values")
    return f"{words}, {entry.kind}" if entry.kind else words
