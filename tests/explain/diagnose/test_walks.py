"""What flows into what, by a search that starts anew at every node."""

import pytest

from engine.layers import registry
from tests.explain.diagnose.made_up import blank

NAMES = ("digits-mlp", "gan-2d", "vae", "seq2seq", "tiny-gpt", "multimodal")


def reached(ways, start):
    """Return what can be reached from a node, without it."""
    found, waiting = set(), list(ways.get(start, ()))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(ways.get(path, ()))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_walks_through_a_network_find_what_a_search_finds(name):
    record = blank(name)
    down, up = {}, {}
    for node in record.nodes:
        for _, source in node.inputs:
            down.setdefault(source.path, []).append(node.path)
            up.setdefault(node.path, []).append(source.path)
    types = {node.path: node.type for node in record.nodes}
    homes = {node.path: node.home for node in record.nodes}
    for path in types:
        below = reached(down, path)
        assert record.node(path).path == path
        assert record.below(path) == below
        ends = {types[p] for p in below}
        losses = {end for end in ends if registry.get(end).category == "loss"}
        assert record.losses_below[path] == losses
        assert (path in record.before_layers) == bool(below & set(record.layers))
        assert record.above(path) == {homes[p] for p in {path, *reached(up, path)}}
