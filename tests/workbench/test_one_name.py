"""A layer of any preset has one name: on its card, in charts, lists and messages."""

import pytest

import presets
from engine.compile.flatten import Flattener
from engine.graph.compare.score import SHARES
from engine.graph.titles import path_title
from engine.protocol.baselines import TOTAL
from engine.training.loop.events import scores
from workbench.canvas.cards import faces
from workbench.canvas.cards.card import Known
from workbench.inspector.training import phase_choices
from workbench.session.names import names_of


def card_titles(project, scope, prefix):
    """Yield path and what the card there says, inside of blocks too."""
    for node in project.scope(scope).nodes.values():
        known = Known(path=prefix + node.id, scope=scope)
        yield prefix + node.id, faces.build(project, node, known).title
        block = str(node.params.get("of", ""))
        if block in project.blocks:
            yield from card_titles(project, block, f"{prefix}{node.id}.")


@pytest.mark.parametrize("preset", presets.all_ids())
def test_one_name_for_one_layer(qapp, preset):
    project = presets.load(preset)
    names, cards = names_of(project), dict(card_titles(project, "", ""))
    for path in cards:
        steps = path.split(".")
        around = [".".join(steps[:n]) for n in range(1, len(steps) + 1)]
        words = " · ".join(cards[place] for place in around)
        assert names.layer(path) == path_title(project, path) == words
    for node in Flattener(project).flat():
        assert names.layer(node.path) == node.title
        assert node.title.split(" · ")[-1] == cards[node.place]
    for names_by_id in (names.metrics, names.losses):
        for node_id, words in names_by_id.items():
            assert cards[node_id] == words
            line = scores({node_id: 0.5, TOTAL: 0.25}, {}, project)
            shared = "50.0 %" if names.kinds.get(node_id) in SHARES else "0.5"
            assert line == f"{words} {shared}, loss 0.25" or node_id == TOTAL
    for choice in phase_choices.losses(project):
        assert choice.words == names.layer(choice.path)
