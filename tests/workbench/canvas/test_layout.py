"""Layout and wires: no card on another, wires around cards."""

import random

import pytest
from PySide6.QtCore import QPointF, QRectF

from engine.graph.model import Edge, Graph, Node
from tests.workbench.canvas import nets
from workbench.canvas.geometry import layout, routing, sizes

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


def test_a_wire_goes_around_a_card_in_its_way():
    source = QRectF(0, 0, 150, 60)
    card = QRectF(200, 0, 150, 60)
    path = routing.route(QPointF(150, 30), QPointF(400, 30), source, [card])
    points = [path.pointAtPercent(i / 60) for i in range(61)]
    assert not any(card.contains(point) for point in points)
    assert points[0] == QPointF(150, 30)
    assert points[-1] == QPointF(400, 30)


def test_a_wire_to_the_next_row_runs_between_the_rows():
    source, target = QRectF(600, 0, 150, 60), QRectF(0, 110, 150, 60)
    path = routing.route(QPointF(750, 30), QPointF(0, 140), source, [])
    points = [path.pointAtPercent(i / 80) for i in range(1, 80)]
    assert not any(source.contains(p) or target.contains(p) for p in points)
    flat = [p.y() for p in points if 150 < p.x() < 600]
    assert min(flat) > 60
    assert max(flat) < 110


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


def test_a_wire_back_runs_through_the_gap_above_the_row_it_goes_to():
    source = QRectF(600, 90, *SIZE)
    path = routing.route(QPointF(750, 120), QPointF(0, 330), source, [])
    level = path.pointAtPercent(0.5).y()
    assert 300 - sizes.GAP_Y < level < 300  # the row's cards begin at 300
