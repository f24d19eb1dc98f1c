"""What flows into what, by a search that starts anew at every node."""

import cProfile
import pstats

import pytest

from engine.explain.diagnose.watch import attach
from engine.layers import registry
from engine.training.loop.trainer import Trainer
from tests.explain.diagnose.made_up import blank
from tests.scale_figures import chain

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


@pytest.mark.parametrize("name", NAMES)
def test_places_of_nodes_and_wires_are_those_of_the_document(name):
    record = blank(name)
    first = {}
    for node in record.nodes:
        first.setdefault((node.scope, node.node.id), node.path)
    for (scope, node_id), path in first.items():
        assert record.rank(scope, node_id) == record.ranks.get(path, 0)
    assert record.rank("", "no such node") == 0
    for scope in {node.scope for node in record.nodes}:
        for number, edge in enumerate(record.project.scope(scope).edges):
            assert record.wire_number(scope, edge) == number
    losses = [n.path for n in record.nodes if registry.get(n.type).category == "loss"]
    assert record.all_losses == set(losses)


def judging(layers):
    """Return the calls of a judgement that finds something in so many layers."""
    trainer = Trainer(chain(layers, 8), threads=1, seed=0)
    attach(trainer, trainer.project)
    for _ in trainer.steps():
        if trainer.step >= 6:
            break
    profile = cProfile.Profile()
    findings = profile.runcall(trainer.drain).findings
    trainer.close("stopped")
    assert findings
    assert len(findings[0].advice)
    return pstats.Stats(profile).total_calls


def test_a_judgement_grows_with_the_layers_and_no_faster():
    few, many = judging(75), judging(300)
    assert many < 4.6 * few
