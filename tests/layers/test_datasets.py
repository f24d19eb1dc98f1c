"""The table of data sets: words, ports and shapes, without loading anything."""

import re
import subprocess
import sys

import pytest

from engine.errors import ConfigError
from engine.layers.datasets.catalogue import DATA, DATASETS, spec_of

EVERY_SET = pytest.mark.parametrize("spec", DATASETS.values(), ids=lambda spec: spec.id)


def test_table_has_every_promised_set():
    assert set(DATASETS) == {
        *("mnist", "digits", "iris", "wine", "breast_cancer", "diabetes"),
        *("sunspots", "co2", "python_help"),
        *("xor", "spirals", "moons", "circles", "blobs", "sine", "waveforms"),
        *("gaussians8", "swiss_roll", "dates", "mnist_words", "python_source"),
    }


def test_table_loads_without_numpy_and_torch():
    code = (
        "import sys, engine.layers.datasets.catalogue;"
        "sys.exit('numpy' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@EVERY_SET
def test_entry_says_what_it_is(spec):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.id)
    for text in (spec.title, spec.help, spec.source, spec.licence):
        assert text.strip()
    assert spec.help.endswith(".")
    assert "predict" in spec.help or spec.task == "density"


@EVERY_SET
def test_ports_fit_the_task(spec):
    ports = spec.ports(DATA.defaults())
    names = [port.port.name for port in ports]
    assert len(set(names)) == len(names)
    assert [port.is_target for port in ports].count(True) == (spec.task != "density")
    assert ("label" in names) == (spec.task == "classification")
    for port in ports:
        assert all(size > 0 for size in port.shape)
        assert bool(port.classes) == (port.port.kind == "int")


def shape_of(params, name):
    ports = {port.port.name: port for port in spec_of(params).ports(params)}
    return ports[name].shape, ports[name].port.kind


@pytest.mark.parametrize(
    ("params", "port", "expected"),
    [
        ({"source": "mnist"}, "image", ((1, 28, 28), "float")),
        ({"source": "digits"}, "image", ((1, 8, 8), "float")),
        ({"source": "digits"}, "label", ((), "int")),
        ({"source": "breast_cancer"}, "features", ((30,), "float")),
        ({"source": "diabetes"}, "target", ((1,), "float")),
        ({"source": "xor"}, "point", ((2,), "float")),
        ({"source": "sine"}, "y", ((1,), "float")),
        ({"source": "waveforms"}, "signal", ((1, 64), "float")),
        ({"source": "waveforms", "context": 100}, "signal", ((1, 100), "float")),
        ({"source": "co2", "context": None}, "window", ((24, 1), "float")),
        ({"source": "sunspots", "context": 11}, "window", ((11, 1), "float")),
        ({"source": "python_help", "context": 64}, "next", ((64,), "int")),
    ],
)
def test_shapes_are_known_without_loading(params, port, expected):
    assert shape_of(params, port) == expected


def test_unknown_set_suggests_the_right_one():
    with pytest.raises(ConfigError, match="Did you mean “mnist”"):
        spec_of({"source": "minst"})


def test_context_leaves_sets_without_one_alone():
    params = {"source": "mnist", "context": 7}
    assert shape_of(params, "image") == ((1, 28, 28), "float")


def test_outputs_follow_the_chosen_set():
    names = {
        source: [port.name for port in DATA.output_ports({"source": source})]
        for source in ("mnist", "diabetes", "sine", "gaussians8", "python_help")
    }
    assert names == {
        "mnist": ["image", "label"],
        "diabetes": ["features", "target"],
        "sine": ["x", "y"],
        "gaussians8": ["point"],
        "python_help": ["tokens", "next"],
    }


def test_outputs_say_their_shape():
    (port, _) = DATA.output_ports({"source": "mnist"})
    assert port.doc == "N×1×28×28: grey levels"


def test_outputs_of_an_unknown_set_are_none():
    assert DATA.output_ports({"source": "nothing"}) == ()


def test_default_params_are_allowed():
    for param in DATA.params:
        assert param.check(param.default) == param.default


@pytest.mark.parametrize(
    ("source", "classes"),
    [
        ("iris", ("setosa", "versicolor", "virginica")),
        ("breast_cancer", ("malignant", "benign")),
        ("digits", tuple("0123456789")),
        ("waveforms", ("sine", "square", "saw", "chirp")),
    ],
)
def test_labels_have_their_real_names(source, classes):
    (port,) = (port for port in DATASETS[source].layout if port.port.name == "label")
    assert port.classes == classes


def test_tables_name_every_column():
    for spec in DATASETS.values():
        if spec.family == "tabular":
            features = spec.layout[0]
            assert len(set(features.columns)) == features.shape[0]
