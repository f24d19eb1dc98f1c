"""Words by which presets are found."""

import presets
from engine.graph.model import Node, Project
from engine.graph.presets.words import words_of


def test_data_and_layers_give_words_each_once():
    project = Project()
    project.graph.add_node(Node("data", "data", {"source": "sunspots"}))
    project.graph.add_node(Node("lstm", "lstm", name="Memory"))
    project.graph.add_node(Node("other", "lstm"))
    words = words_of(project)
    assert {"Sunspots", "time series", "regression", "LSTM", "Memory"} <= set(words)
    assert len(words) == len(set(words))


def test_what_nobody_knows_gives_none():
    project = Project()
    project.graph.add_node(Node("odd", "odd"))
    assert words_of(project) == ()


def test_a_network_that_draws_digits_does_not_classify_them():
    assert "classification" not in presets.info("autoencoder").words
    assert "classification" in presets.info("mnist-cnn").words


def test_layers_in_blocks_count():
    assert "MultiheadAttention" in presets.info("tiny-gpt").words
