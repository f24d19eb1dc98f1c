"""Two wires between the same two layers: a path says which of them it takes."""

from engine.explain.answers.copies import of_document
from engine.explain.answers.desk import HeldStep
from engine.graph.files import serialize
from engine.protocol import tracing
from tests.helpers.projects import project

WIRES = (
    "data.features>first.input first.out>joined.left first.out>joined.right "
    "joined.out>scores.input scores.out>loss.input data.label>loss.target"
)


def test_a_path_names_the_input_where_two_wires_join_two_layers():
    net = project(
        {
            "data": ("data", {"source": "iris"}),
            "first": ("linear", {"out_features": 3}),
            "joined": ("divide", {}),
            "scores": ("linear", {"out_features": 3}),
            "loss": "cross_entropy",
        },
        WIRES,
    )
    step = HeldStep(lambda: of_document(serialize.dumps(net)))
    step.answer(tracing.HoldStep())
    told = step.answer(tracing.ExplainWeight("first", "weight", (0, 0), paths=True))
    step.close()
    ways = {path.nodes for path in told.paths}
    assert ways == {("first", "joined", "scores", "loss")}
    assert {path.ports for path in told.paths} == {("left", "", ""), ("right", "", "")}
