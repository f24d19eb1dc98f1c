"""The catalogue is complete, consistent and can be searched."""

import re

import pytest
from torch import nn

from engine.errors import UnknownLayerError
from engine.layers import registry
from engine.layers.spec import LayerSpec

SPECS = registry.all_specs()


def test_catalogue_has_more_than_eighty_entries_with_unique_ids():
    ids = [spec.id for spec in SPECS]
    assert len(ids) >= 80
    assert len(set(ids)) == len(ids)
    assert len({spec.title for spec in SPECS}) == len(SPECS)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_entry_is_described(spec: LayerSpec):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.id)
    assert spec.help.endswith(".")
    assert spec.category in registry.CATEGORIES
    assert spec.source or spec.id == "block"
    names = [param.name for param in spec.params]
    assert len(set(names)) == len(names)
    assert set(spec.summary) <= set(names)
    assert len(spec.summary) <= 2
    for port in spec.inputs[:-1]:
        assert not port.variadic


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_entry_defaults_pass_their_own_checks(spec: LayerSpec):
    for param in spec.params:
        assert param.check(param.default) == param.default
        assert param.label


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_entry_with_formula_or_obvious_meaning(spec: LayerSpec):
    has_none = spec.category in {"view", "io"}
    assert spec.formula or has_none


def test_get_of_a_typo_suggests_the_right_name():
    with pytest.raises(UnknownLayerError, match="conv2d"):
        registry.get("cov2d")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("linear", "linear"),
        ("Conv2d", "conv2d"),
        ("cov2", "conv2d"),
        ("relu", "relu"),
        ("fully connected", "linear"),
        ("dense", "linear"),
        ("bn", "batch_norm1d"),
        ("maxpool2", "max_pool2d"),
        ("softmax", "softmax"),
        ("mean squared", "mse"),
        ("skip", "identity"),
        ("lora", "lora_linear"),
        ("lor", "lora_linear"),
        ("adapter", "low_rank"),
    ],
)
def test_search_finds_first(text, first):
    assert registry.search(text)[0].id == first


def test_search_of_nothing_returns_all_in_palette_order():
    assert registry.search("  ") == list(SPECS)


def test_search_of_nonsense_returns_nothing():
    assert registry.search("qqzzxx") == []


def test_layer_names_follow_torch():
    for spec in SPECS:
        if spec.source.startswith("torch.nn.") and "functional" not in spec.source:
            name = spec.source.split(";")[0].removeprefix("torch.nn.")
            assert hasattr(nn, name), spec.source
