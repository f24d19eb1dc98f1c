"""Layout and wires: no card on another, wires around cards."""

import random

import pytest
from PySide6.QtCore import QPointF

from engine.graph.model import Edge, Graph, Node
from tests.workbench.canvas import nets
from workbench.canvas.geometry import layout, routing, sizes, ways
from workbench.canvas.geometry.legs import Legs
from workbench.canvas.geometry.ways import Wish

SIZE = (sizes.WIDTH, sizes.HEIGHT)


def _graph(wires, count):
    graph = Graph()
    for index in range(count):
        graph.add_node(Node(f"n{index}", "relu"))
    for source, target in wires:
        graph.connect(Edge.parse(f"n{source}.out", f"n{target}.input"))
    return graph


def _random_graph(seed, count=40):
    rng = random.Random(seed)
    pairs = {(rng.randrange(i), i) for i in range(1, count)}
    pairs |= {tuple(sorted(rng.sample(range(count), 2))) for _ in range(12)}
    return _graph(sorted(pairs), count)


def _overlap(places, sizes):
    boxes = [(*places[i], *sizes[i]) for i in places]
    return [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if a[0] < b[0] + b[2]
        and b[0] < a[0] + a[2]
        and a[1] < b[1] + b[3]
        and b[1] < a[1] + a[3]
    ]


@pytest.mark.parametrize("seed", range(6))
def test_no_card_stands_on_another_whatever_their_sizes(seed):
    graph, rng = _random_graph(seed), random.Random(seed)
    sizes = {i: (rng.choice((150, 200)), rng.choice((60, 120))) for i in graph.nodes}
    places = layout.arrange(graph, sizes)
    assert set(places) == set(graph.nodes)
    assert not _overlap(places, sizes)


def test_a_long_chain_is_broken_into_rows_that_fill_the_window():
    graph = _graph([(i, i + 1) for i in range(15)], 16)
    places = layout.arrange(graph, dict.fromkeys(graph.nodes, SIZE), 1.75)
    width = max(x for x, _ in places.values()) + sizes.WIDTH
    height = max(y for _, y in places.values()) + sizes.HEIGHT
    assert 1.2 < width / height < 2.6
    assert len({y for _, y in places.values()}) in (3, 4)


def test_within_a_row_every_wire_runs_to_the_right():
    graph = _graph([(0, 1), (1, 2), (0, 2)], 3)
    places = layout.arrange(graph, dict.fromkeys(graph.nodes, SIZE), 5.0)
    assert places["n0"][0] < places["n1"][0] < places["n2"][0]


def test_places_are_the_same_every_time():
    graph = _random_graph(3)
    sizes = dict.fromkeys(graph.nodes, SIZE)
    assert layout.arrange(graph, sizes) == layout.arrange(graph, sizes)


def test_an_empty_graph_has_no_places():
    assert layout.arrange(Graph(), {}) == {}


def test_a_new_node_stands_between_its_neighbours_on_free_ground():
    graph = nets.cnn().graph
    places = {i: (200.0 * n, 0.0) for n, i in enumerate(graph.nodes) if i != "relu"}
    spot = layout.beside(graph, "relu", places, sizes.HEIGHT)
    assert not _overlap({**places, "relu": spot}, dict.fromkeys(graph.nodes, SIZE))
    assert places["conv"][0] <= spot[0] <= places["flatten"][0]


def _way(start, end, cards, ends=(0, 1)):
    """Lay one wire between cards; return its corners."""
    boxes = {str(i): card for i, card in enumerate(cards)}
    names = (str(ends[0]), str(ends[1]))
    wish = Wish(start, end, "out", names, cards[ends[0]], cards[ends[1]])
    return ways.lay(Legs(boxes), wish)


def _drawn(corners):
    path = routing.rounded(corners)
    return [path.pointAtPercent(i / 200) for i in range(201)]


def _gap(card, point):
    across = max(card[0] - point.x(), 0, point.x() - card[2])
    down = max(card[1] - point.y(), 0, point.y() - card[3])
    return (across**2 + down**2) ** 0.5


def test_a_wire_goes_around_a_card_in_its_way():
    source, target = (0, 0, 176, 68), (488, 0, 664, 68)
    card = (244, 0, 420, 68)
    points = _drawn(_way((176, 34), (488, 34), [source, target, card]))
    assert min(_gap(card, point) for point in points) >= 8
    assert points[0] == QPointF(176, 34)
    assert points[-1] == QPointF(488, 34)


def test_a_wire_between_level_ports_is_straight():
    cards = [(0, 0, 176, 68), (244, 0, 420, 68)]
    assert _way((176, 34), (244, 34), cards) == [(176, 34), (244, 34)]


def test_a_wire_to_the_next_row_runs_between_the_rows():
    source, target = (732, 0, 908, 68), (0, 116, 176, 184)
    between = [(244 * i, 0, 244 * i + 176, 68) for i in range(3)]
    below = [(244 * i, 116, 244 * i + 176, 184) for i in range(1, 4)]
    cards = [source, target, *between, *below]
    points = _drawn(_way((908, 34), (0, 150), cards))
    assert all(_gap(card, point) >= 8 for card in cards[2:] for point in points)
    flat = [p.y() for p in points if 200 < p.x() < 700]
    assert {round(y) for y in flat} == {92}  # The middle of the gap.


def test_a_wire_arrives_from_the_left_of_its_card():
    source, target = (244, 300, 420, 368), (0, 0, 176, 68)
    corners = _way((420, 334), (0, 34), [source, target])
    assert corners[-2][0] <= -16
    assert corners[-2][1] == 34


def test_wires_of_two_outputs_keep_six_pixels_apart():
    cards = {
        "one": (0, 0, 176, 68),
        "two": (244, 0, 420, 68),
        "three": (0, 116, 176, 184),
        "four": (244, 116, 420, 184),
    }
    legs = Legs(cards)
    laid = [
        ways.lay(legs, Wish(start, end, output, ends, cards[ends[0]], cards[ends[1]]))
        for start, end, output, ends in (
            ((420, 34), (0, 150), "a", ("two", "three")),
            ((420, 54), (244, 170), "b", ("two", "four")),
        )
    ]
    uprights = [{x for x, _ in corners[1:-1]} for corners in laid]
    levels = [{corners[2][1]} for corners in laid]
    assert min(abs(x - other) for x in uprights[0] for other in uprights[1]) >= 6
    assert abs(levels[0].pop() - levels[1].pop()) >= 6


def test_wires_of_one_output_share_a_bundle():
    cards = {
        "one": (732, 0, 908, 68),
        "two": (244, 116, 420, 184),
        "three": (488, 116, 664, 184),
    }
    legs = Legs(cards)
    laid = [
        ways.lay(legs, Wish((908, 34), end, "a", ("one", to), cards["one"], cards[to]))
        for end, to in (((488, 150), "three"), ((244, 150), "two"))
    ]
    assert laid[0][:2] == laid[1][:2]
    assert laid[0][2][1] == laid[1][2][1]


def test_branches_that_meet_again_stay_in_one_row_around_their_middle():
    branches = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]
    chain = [(i, i + 1) for i in range(4, 9)]
    places = layout.arrange(_graph([*branches, *chain], 10), {})
    assert places["n4"][0] > places["n2"][0] > places["n0"][0]
    assert places["n0"][1] == places["n2"][1] == places["n4"][1]
    assert places["n9"][1] > places["n3"][1]  # the chain behind it is what is broken


def test_rows_break_where_the_fewest_outputs_are_cut():
    skips = [(i, i + 4) for i in range(0, 28, 4)]  # groups of four with a way around
    graph = _graph([*[(i, i + 1) for i in range(28)], *skips], 29)
    places = layout.arrange(graph, {})
    heights = [places[f"n{i}"][1] for i in range(29)]
    ends = [i for i in range(28) if heights[i + 1] != heights[i]]
    assert ends
    assert all(end % 4 == 0 for end in ends)
