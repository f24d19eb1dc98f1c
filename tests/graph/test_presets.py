import json

import pytest

import presets
from engine.advice.analysis import Analyser
from engine.errors import DocumentError
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.presets import library as reading

IDS = [info.id for info in presets.all_presets()]


@pytest.fixture(scope="module")
def shapes() -> Analyser:
    return Analyser()


def test_the_default_comes_first_and_none_is_missing():
    assert IDS[0] == presets.DEFAULT
    assert set(IDS) >= {
        *("xor", "spirals", "sine", "diabetes", "breast-cancer", "digits-mlp"),
    }  # fmt: skip


@pytest.mark.parametrize("name", IDS)
def test_a_preset_can_be_trained(name, shapes):
    analysis = shapes.analyse(presets.load(name))
    assert analysis.trainable, analysis.problems
    assert analysis.parameters > 0


@pytest.mark.parametrize("name", IDS)
def test_a_preset_is_written_as_a_user_would_save_it(name):
    text = presets.path(name).read_text("utf-8")
    assert serialize.dumps(presets.load(name)) == text


@pytest.mark.parametrize("name", IDS)
def test_nodes_of_a_preset_stand_side_by_side(name):
    project = presets.load(name)
    places = [project.position("", node_id) for node_id in project.graph.nodes]
    assert None not in places
    for index, (x, y) in enumerate(places):
        for other_x, other_y in places[:index]:
            assert abs(x - other_x) >= 170 or abs(y - other_y) >= 80


@pytest.mark.parametrize("info", presets.all_presets(), ids=IDS)
def test_a_preset_says_what_to_watch_and_names_a_value_that_exists(info):
    assert info.watch.count(". ") == 1
    assert info.watch.endswith(".")
    assert 0 < info.minutes <= 20
    nodes = presets.load(info.id).graph.nodes
    assert info.target.metric.partition(".")[0] in {"loss", *nodes}
    value = info.target.value
    assert any(
        words in info.target.text for words in (f"{value:g}", f"{100 * value:g} %")
    )


@pytest.mark.parametrize(
    ("comparison", "met"),
    [
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        (">", [False, False, True]),
        (">=", [False, True, True]),
    ],
)
def test_a_target_compares_and_never_takes_nan(comparison, met):
    target = presets.Target("loss", comparison, 1.0, "")
    assert [target.met(value) for value in (0.5, 1.0, 1.5)] == met
    assert not target.met(float("nan"))
    assert target.worst([1.0, 2.0]) == (2.0 if "<" in comparison else 1.0)


def test_an_unknown_preset_is_refused_with_a_suggestion():
    with pytest.raises(DocumentError, match="Did you mean “spirals”"):
        presets.load("spiral")


def test_loading_gives_a_fresh_copy():
    first = presets.load("xor")
    first.name = "changed"
    assert presets.load("xor").name == "XOR"


@pytest.mark.parametrize(
    "record",
    [
        {},
        [],
        {"title": "t", "watch": "w", "minutes": "long", "target": {}},
        {
            "title": "t",
            "watch": "w",
            "minutes": 1,
            "target": {"metric": "m", "comparison": "~", "value": 1, "text": ""},
        },
    ],
)
def test_incomplete_words_are_refused(record):
    with pytest.raises(DocumentError, match="not a preset"):
        reading.info(Project(extra={"preset": json.loads(json.dumps(record))}), "p")
