"""What one click would do about each fault, word by word, and causes that are told."""

import math
from dataclasses import replace

import numpy as np
import pytest

import presets
from engine.explain.diagnose import fixes
from engine.explain.diagnose.rules import adversaries, nonfinite
from engine.graph.edits import apply_all
from engine.training.loop.causes import Cause
from tests.explain.diagnose.made_up import blank, record_of


def words(offered):
    """Return the words of an offer that sets something; "" without an offer."""
    if not offered:
        return ""
    (fix,) = offered
    (edit,) = fix.edits
    return " ".join(edit.words)


def label(offered):
    return offered[0].label


# Rates.


@pytest.mark.parametrize(
    ("lr", "factor", "told"),
    [("0.02", 0.5, "lr=0.01"), ("0.02", 1 / 3, "lr=0.007"), ("1", 10, "lr=10.0"),
     ("1", 11, "lr=10.0"), ("2", 10, ""), ("0.02", 0.0, "")],
)  # fmt: skip
def test_a_rate_is_offered_in_one_digit_up_to_ten(lr, factor, told):
    record = record_of("too-fast", f"lr={lr}")
    assert words(fixes.rate(record, factor)) == told
    if told:
        assert label(fixes.rate(record, factor)).endswith(f"{float(told[3:]):g}")


def test_a_rate_of_several_phases_is_that_of_the_one_named():
    record = record_of("gan-2d")
    names = [phase.name for phase in record.project.training.phases]
    rates = [p.optimizer.params["lr"] for p in record.project.training.phases]
    assert fixes.rate(record, 0.5) == ()
    for index in (0, 1):
        new = float(f"{rates[index] / 2:.0e}")
        assert words(fixes.rate(record, 0.5, index)) == f"{names[index]}.lr={new}"


def test_rates_far_apart_are_made_usual_and_others_are_left_alone():
    def offers(judge, maker, *more):
        given = (f"discriminator.lr={judge}", f"generator.lr={maker}", *more)
        record = record_of("gan-2d", *given)
        return fixes.balance(record, 0, 1), fixes.slow_maker(record, 0, 1)

    both = "discriminator.lr=0.001 generator.lr=0.0005"
    for rates in ((0.01, 1e-5), (1e-6, 0.01), (0.0003, 0.05), (0.005, 0.001)):
        assert [words(each) for each in offers(*rates)] == [both, both]
    told = "Learning rates: discriminator 0.001, generator 0.0005"
    assert label(offers(0.01, 1e-5)[0]) == told
    assert offers(0.001, 0.0005) == ((), ())
    none, slower = offers(0.001, 0.001)
    assert none == ()
    assert words(slower) == "generator.lr=0.0005"
    assert label(slower) == "Set the learning rate of “generator” to 0.0005"
    assert offers(0.01, 1e-5, "generator.optimizer=sgd") == ((), ())


# Settings.


def test_clipping_is_offered_where_nothing_clips():
    assert words(fixes.clip(record_of("too-fast"))) == "clip_norm=1"
    assert fixes.clip(record_of("too-fast", "clip_norm=5")) == ()


def test_decay_is_offered_where_there_is_none():
    offer = fixes.decay(record_of("too-fast"))
    assert words(offer) == "optimizer=adamw weight_decay=0.1"
    assert fixes.decay(record_of("too-fast", "optimizer=sgd", "weight_decay=0.1")) == ()


def test_a_hundredth_of_the_pull_is_offered():
    both = record_of("too-fast", "optimizer=sgd", "weight_decay=0.3", "l1=0.2")
    assert words(fixes.less_decay(both)) == "weight_decay=3e-03 l1=2e-05"
    one = record_of("too-fast", "optimizer=sgd", "weight_decay=0.3")
    assert words(fixes.less_decay(one)) == "weight_decay=3e-03"
    assert fixes.less_decay(record_of("too-fast", "optimizer=sgd")) == ()


def test_clipping_less_is_offered_at_the_usual_size():
    record = record_of("too-fast", "clip_norm=0.0001")
    assert words(fixes.clip_less(record, 23.4)) == "clip_norm=20.0"
    assert label(fixes.clip_less(record, 23.4)) == "Clip the gradient at norm 20"
    assert words(fixes.clip_less(record, 0.0)) == "clip_norm=1e-06"
    single = record_of("too-fast", "clip_value=0.1")
    assert words(fixes.clip_less(single, 2.0)) == "clip_norm=2.0 clip_value=none"


def test_stopping_early_is_offered_unless_both_halves_are_set():
    assert words(fixes.stop_early(record_of("too-fast"))) == "keep_best=true patience=5"
    half = record_of("too-fast", "keep_best=true")
    assert words(fixes.stop_early(half)) == "keep_best=true patience=5"
    both = record_of("too-fast", "keep_best=true", "patience=3")
    assert fixes.stop_early(both) == ()


def test_all_data_is_offered_where_only_some_is_used():
    assert words(fixes.all_data(record_of("digits-mlp"))) == ""
    some = record_of("digits-mlp", "data.samples=200")
    assert words(fixes.all_data(some)) == "data.samples=none"
    most = record_of("digits-mlp", "data.samples=200", "data.validation=0.5")
    assert words(fixes.all_data(most)) == "data.samples=none data.validation=0.2"
    fair = record_of("digits-mlp", "data.samples=200", "data.validation=0.2")
    assert words(fixes.all_data(fair)) == "data.samples=none"


def test_noise_and_scale_of_the_data_are_offered_by_name():
    noisy = record_of("digits-mlp", "data.label_noise=0.3")
    assert words(fixes.right_labels(noisy)) == "data.label_noise=0"
    assert fixes.right_labels(record_of("digits-mlp")) == ()
    record = record_of("unscaled")
    assert words(fixes.standardise(record, ["data"])) == "data.scaling=standardise"
    assert fixes.standardise(record, ["block.data"]) == ()


def test_a_kl_term_is_weighed_as_a_sum_over_the_numbers_of_a_sample():
    record = record_of("vae")
    (kl,) = [n.path for n in record.nodes if n.type == "kl_gaussian"]
    (bce,) = [n for n in record.nodes if n.place == "reconstruction"]
    count = record.numbers[bce.inputs[0][1].path]
    assert count == 784
    old = record.node(kl).params.get("weight", 1.0)
    share = min(bce.params["weight"] / 784, 0.1 * old)
    assert words(fixes.weigh_kl(record, [kl])) == f"{kl}.weight={share:.0e}"
    heavy = record_of("vae", "reconstruction.weight=784", f"{kl}.weight=0.5")
    assert words(fixes.weigh_kl(heavy, [kl])) == f"{kl}.weight=5e-02"
    light = record_of("vae", "reconstruction.weight=1", f"{kl}.weight=0.5")
    assert words(fixes.weigh_kl(light, [kl])) == f"{kl}.weight=1e-03"
    assert fixes.weigh_kl(record, []) == ()


# Nodes.


def applied(name, offered):
    project = presets.load(name)
    (fix,) = offered
    apply_all(project, fix.edits)
    return project


def test_leaky_relus_take_the_places_of_the_dead_ones():
    record = record_of("dead-relu")
    paths = [n.path for n in record.nodes if n.type == "relu"]
    project = applied("dead-relu", fixes.leaky(record, paths))
    places = {n.path: (n.scope, n.node.id) for n in record.nodes}
    for path in paths:
        scope, node_id = places[path]
        node = project.scope(scope).node(node_id)
        assert (node.type, node.params["negative_slope"]) == ("leaky_relu", 0.2)
    assert fixes.leaky(record, []) == ()


def test_saturating_activations_become_relus_behind_a_norm():
    record = record_of("vanishing")
    offered = fixes.open_up(record)
    assert label(offered) == "Use ReLU with normalisation"
    project = applied("vanishing", offered)
    kinds = [n.type for scope in _graphs(project) for n in scope.nodes.values()]
    assert "sigmoid" not in kinds
    assert "relu" in kinds
    assert "batch_norm1d" in kinds
    for graph in _graphs(project):
        for node in graph.nodes.values():
            if node.type == "relu":
                (edge,) = graph.edges_into(node.id)
                assert graph.node(edge.source.node).type == "batch_norm1d"
    relus = record_of("exploding")
    assert label(fixes.open_up(relus)) == "Normalise between the layers"


def _graphs(project):
    return [project.graph, *(block.graph for block in project.blocks.values())]


def made_cause(kind, value=-1.0, node="relu1", port=0):
    return Cause(node, port, kind, value, 7, "It is so.", "Do that.")


def caused(kind, value=-1.0):
    record = record_of("xor")
    (node,) = [n for n in record.nodes if n.type in {"tanh", "relu", "sigmoid"}][:1]
    return replace(record, cause=made_cause(kind, value, node.path)), node


def test_what_is_not_finite_is_told_with_the_input_that_made_it_so():
    record, node = caused("root", -0.25)
    finding = nonfinite.check(record)
    assert (finding.fault, finding.title) == (
        "not_finite", "A number that is not finite"
    )  # fmt: skip
    assert (finding.text, finding.advice) == ("It is so.", "Do that.")
    assert finding.nodes == (node.place,)
    assert [(e.value, e.comparison, e.limit) for e in finding.evidence] == [
        (-0.25, "≤", 0.0)
    ]
    assert nonfinite.check_overflow(record) is None
    assert nonfinite.check(caused("log", 0.0)[0]).evidence
    assert nonfinite.check(caused("power", 0.5)[0]).evidence == ()
    assert nonfinite.check(caused("data", -3.0)[0]).evidence == ()
    assert nonfinite.check(record_of("xor")) is None
    assert nonfinite.check_overflow(record_of("xor")) is None


def test_too_large_a_number_is_told_with_its_limit():
    record, _ = caused("exp", 95.0)
    finding = nonfinite.check_overflow(record)
    assert (finding.fault, finding.title) == ("overflow", "Too large a number")
    assert [(e.value, e.comparison, e.limit) for e in finding.evidence] == [
        (95.0, "≥", 80.0)
    ]
    assert nonfinite.check(record) is None
    assert nonfinite.check_overflow(caused("exp", 80.0)[0]).evidence
    assert nonfinite.check_overflow(caused("exp", 79.0)[0]).evidence == ()
    assert nonfinite.check_overflow(caused("overflow", 1e12)[0]).evidence == ()


@pytest.mark.parametrize(
    ("kind", "low", "high", "side"),
    [("root", 1e-6, None, "above 0"), ("log", 1e-6, None, "above 0"),
     ("exp", None, 80.0, "below 80")],
)  # fmt: skip
def test_a_clamp_is_put_before_what_is_not_finite(kind, low, high, side):
    record, node = caused(kind)
    offered = fixes.keep_finite(record, record.cause)
    assert label(offered) == f"Keep what goes into “{node.place}” {side}"
    project = applied("xor", offered)
    (edge,) = project.graph.edges_into(node.node.id)
    clamp = project.graph.node(edge.source.node)
    assert clamp.type == "clamp"
    assert clamp.params == {"low": low, "high": high}
    (before,) = project.graph.edges_into(clamp.id)
    (old,) = record.project.graph.edges_into(node.node.id)
    assert before.source == old.source


def test_an_epsilon_is_set_where_it_is_missing_and_data_has_no_cure():
    record, node = caused("eps")
    offered = fixes.keep_finite(record, record.cause)
    assert words(offered) == f"{node.place}.eps=1e-06"
    record, _ = caused("data")
    assert fixes.keep_finite(record, record.cause) == ()


# Adversaries.


def game(judge, maker, *, step=200, total=1000):
    record = record_of("gan-2d", losses=(), step=step, total_steps=total)
    record.add_losses(np.tile([judge, maker], (400, 1)))
    return record


def told(finding):
    return [(e.value, e.comparison, e.limit) for e in finding.evidence]


def least_of():
    record = record_of("gan-2d")
    return adversaries.pair_of(record).least


def test_a_discriminator_that_has_won_is_told_with_both_losses():
    finding = adversaries.check_discriminator(game(least_of() + 0.05, 4.0))
    assert told(finding) == [
        (pytest.approx(0.05), "≤", 0.1), (pytest.approx(4.0), "≥", 3.0)
    ]  # fmt: skip
    assert f"chance of {100 * math.exp(-4):.3g} %" in finding.text
    assert adversaries.check_generator(game(least_of() + 0.05, 4.0)) is None


def test_a_generator_that_has_won_is_told_with_both_losses():
    finding = adversaries.check_generator(game(least_of() + 4.0, 0.05))
    assert told(finding) == [
        (pytest.approx(0.05), "≤", 0.1), (pytest.approx(4.0), "≥", 3.0)
    ]  # fmt: skip
    assert adversaries.check_discriminator(game(least_of() + 4.0, 0.05)) is None


def test_nobody_has_won_before_a_tenth_of_the_run():
    least, won = least_of(), adversaries.check_discriminator
    assert won(game(least + 0.09, 3.01)) is not None
    assert won(game(least + 0.11, 3.01)) is None
    assert won(game(least + 0.09, 2.99)) is None
    assert won(game(least, 4.0, step=99, total=100)) is None
    assert won(game(least, 4.0, step=100, total=100)) is not None
    assert won(game(least, 4.0, step=199, total=2000)) is None
    assert won(game(least, 4.0, step=200, total=2000)) is not None
    fooled = adversaries.check_generator
    assert fooled(game(least + 3.01, 0.09)) is not None
    assert fooled(game(least + 2.99, 0.09)) is None
    assert fooled(game(least + 3.01, 0.11)) is None


def test_layers_are_those_of_the_one_who_has_won():
    record = blank("gan-2d")
    won = adversaries.check_discriminator(game(least_of(), 4.0)).nodes
    fooled = adversaries.check_generator(game(least_of() + 4.0, 0.0)).nodes
    movers = dict(zip(record.layers, record.movers, strict=True))
    assert set(won) == set(record.places(p for p, m in movers.items() if m == 0))
    assert set(fooled) == set(record.places(p for p, m in movers.items() if m == 1))
