"""Random documents of many families; nothing here knows how a step is looked at."""

import torch
from hypothesis import assume
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.graph.model import Project
from engine.graph.settings import Choice, Phase, Training
from tests.explain.recomputed import stages
from tests.explain.recomputed.nets import Net, Wire

INT = torch.int64
FLOAT = torch.float32
STARTS = {
    "dense": (6,),
    "recurrent": (4, 6),
    "attention": (4, 6),
    "signal": (4, 6),
    "conv": (4, 6, 6),
    "volume": (2, 4, 4, 4),
}
FAMILIES = [*STARTS, "tokens", "several"]


def optimizers():
    """Return every optimizer with every one of its settings, on and off."""
    decay = st.sampled_from([0.0, 0.02])
    rate = st.sampled_from([0.01, 0.1])
    eps = st.sampled_from([1e-8, 1e-3])
    betas = {
        "beta1": st.sampled_from([0.0, 0.9]),
        "beta2": st.sampled_from([0.5, 0.99]),
    }
    own = {
        "sgd": {"momentum": st.sampled_from([0.0, 0.9]), "nesterov": st.booleans()},
        "adagrad": {"lr_decay": st.sampled_from([0.0, 0.3]), "eps": eps},
        "rmsprop": {"alpha": st.sampled_from([0.5, 0.99]), "eps": eps,
                    "momentum": st.sampled_from([0.0, 0.8])},
        **{kind: {**betas, "eps": eps} for kind in ("adam", "adamw", "nadam")},
    }  # fmt: skip
    return st.sampled_from(sorted(own)).flatmap(
        lambda kind: st.fixed_dictionaries(
            {"lr": rate, "weight_decay": decay, **own[kind]}
        ).map(lambda params: Choice(kind, params))
    )


SCHEDULES = [
    Choice("constant"),
    Choice("cosine", {"warmup": 2}),
    Choice("one_cycle"),
    Choice("step", {"every": 1, "gamma": 0.5}),
]


@st.composite
def documents(draw, family=None):
    """Draw a project that can be trained."""
    family = family or draw(st.sampled_from(FAMILIES))
    net = Net()
    (labels,) = net.source("data", {"source": "iris"}, [("label", (), INT)])
    wire = _start(draw, net, family)
    for _ in range(draw(st.integers(1, 3))):
        wire = _further(draw, net, wire)
    if len(wire.shape) == 1 or draw(st.booleans()):
        _scores(draw, net, _flat(net, wire), labels)
    if not net.losses or draw(st.booleans()):
        _numbers(draw, net, wire)
    assume(net.movable)
    phases = _phases(draw, net)
    params = {"batch_size": draw(st.integers(2, 5)), "steps": 4, "threads": 1}
    return Project("random", net.graph, net.blocks, Training(params, phases))


def _start(draw, net, family):
    if family == "tokens":
        (data,) = net.source("data", {"source": "dates"}, [("written", (20,), INT)])
        data = net.add("slice", {"stop": 6}, data)
        size = {"num_embeddings": 64, "embedding_dim": 4}
        if draw(st.booleans()):
            return net.add("embedding", {**size, "padding_idx": 2}, data)
        return net.add("tied_embedding", size, data, outputs=True)[0]
    if family == "several":
        return _several(draw, net)
    shape = STARTS[family]
    return _noise(net, shape)


def _noise(net, shape):
    (wire,) = net.source("noise", {"shape": shape}, [("out", shape, FLOAT)])
    return wire


def _several(draw, net):
    """Two sources that meet: as factors, side by side, or one asking the other."""
    return draw(st.sampled_from(MEETINGS))(draw, net)


def _two(net):
    left = net.add("linear", {"out_features": 4}, _noise(net, (3, 4)))
    return left, net.add("linear", {"out_features": 4}, _noise(net, (5, 4)))


def _beside(draw, net):
    left, right = _keep(draw, net, _noise(net, (4,))), _noise(net, (5,))
    how = draw(st.sampled_from(["bilinear", "concat"]))
    return net.add(how, {"out_features": 4} if how == "bilinear" else {}, left, right)


def _memory(draw, net):
    how, params = draw(
        st.sampled_from(
            [
                ("multihead_attention", {}),
                ("multihead_attention", {"dropout": 0.3}),
                ("transformer_decoder_layer", {"dim_feedforward": 5, "causal": True}),
            ]
        )
    )
    return net.add(how, {"num_heads": 2, **params}, *_two(net))


def _product(_draw, net):
    left, right = _two(net)
    return net.add("matmul", {}, left, net.add("transpose", {}, right))


def _grouped(_draw, net):
    left, right = _two(net)
    asked = net.add("linear", {"out_features": 8}, left)
    params = {"num_heads": 4, "num_kv_heads": 2}
    return net.add("grouped_query_attention", params, asked, right, right)


def _plain(draw, net):
    left, right = _two(net)
    params = {"dropout": draw(st.sampled_from([0.0, 0.3]))}
    return net.add("scaled_dot_product_attention", params, left, right, right)


def _drawn(_draw, net):
    left, _ = _two(net)
    mean, spread = (net.add("linear", {"out_features": 4}, left) for _ in "ab")
    return net.add("reparameterise", {}, mean, spread, _noise(net, (3, 4)))


def _handed_over(draw, net):
    """One recurrent layer begins where another has ended."""
    left, right = _two(net)
    kind = draw(st.sampled_from(["rnn", "lstm", "gru"]))
    _, hidden = net.add(kind, {"hidden_size": 4}, right, outputs=True)
    return net.add(kind, {"hidden_size": 4}, left, hidden)


MEETINGS = [_beside, _memory, _product, _grouped, _plain, _drawn, _handed_over]


def _further(draw, net, wire):
    how = draw(st.sampled_from(["keep", "change", "fork", "block", "residual"]))
    if how == "keep":
        return _keep(draw, net, wire)
    if how == "change":
        return _change(draw, net, wire)
    if how == "block":
        return _block(draw, net, wire)
    if how == "residual":
        return net.add("add", {}, _keep(draw, net, _keep(draw, net, wire)), wire)
    merge = draw(st.sampled_from([*stages.MERGES, "concat"]))
    return net.add(merge, {}, _keep(draw, net, wire), _keep(draw, net, wire))


def _keep(draw, net, wire):
    choice = stages.KEEP[stages.kind_of(wire.shape)]
    type_id, params = stages.settings(draw(st.sampled_from(choice)), wire.shape)
    try:
        made = net.add(type_id, params, wire)
    except EngineError:  # such as heads that don't divide what came
        made = net.add("learned_scale", {}, wire)
    return made if made.shape == wire.shape else net.add("learned_scale", {}, wire)


def _change(draw, net, wire):
    choice = stages.CHANGE[stages.kind_of(wire.shape)]
    type_id, params = stages.settings(draw(st.sampled_from(choice)), wire.shape)
    try:
        return net.add(type_id, params, wire)
    except EngineError:
        return wire


def _block(draw, net, wire):
    """A block that keeps the shape: repeated, or twice with the same weights."""
    inner = Net(net.blocks)
    start = end = Wire("", "", wire.shape)
    for _ in range(draw(st.integers(1, 2))):
        end = _keep(draw, inner, end)
    if draw(st.booleans()):
        end = inner.add("add", {}, end, start)
    name = f"b{len(net.blocks)}"
    net.block(name, inner, inner.outside, end)
    repeat = draw(st.integers(1, 3))
    if draw(st.booleans()):
        wire = net.instance(name, wire, share="s", repeat=repeat)
        return net.instance(name, wire, share="s", repeat=repeat)
    return net.instance(name, wire, repeat=repeat)


def _flat(net, wire):
    return wire if len(wire.shape) == 1 else net.add("flatten", {}, wire)


def _scores(draw, net, wire, labels):
    scores = net.add("linear", {"out_features": 3}, wire)
    params = {"label_smoothing": draw(st.sampled_from([0.0, 0.1])),
              "weight": draw(st.sampled_from([1.0, 0.3]))}  # fmt: skip
    if draw(st.booleans()):
        params["class_weights"] = (1.0, 2.0, 0.5)
    if draw(st.integers(0, 3)) == 0:
        net.loss("nll", {}, net.add("log_softmax", {}, scores), labels)
    else:
        net.loss("cross_entropy", params, scores, labels)


def _numbers(draw, net, wire):
    kind = draw(st.sampled_from(["mse", "l1", "huber", "smooth_l1", "log_cosh",
                                 "bce_with_logits", "minimise"]))  # fmt: skip
    if kind == "minimise":
        net.loss(kind, {}, net.add("square", {}, wire))
    elif kind == "bce_with_logits":
        net.loss(kind, {"target": 0.8, "pos_weight": 2.0}, wire)
    else:
        net.loss(kind, {}, wire, _noise(net, wire.shape))


def _phases(draw, net):
    count = draw(st.integers(1, 2))
    return tuple(
        Phase(
            name=f"phase {number}",
            minimise=tuple(draw(st.sets(st.sampled_from(net.losses), min_size=1))),
            update=(),
            optimizer=draw(optimizers()),
            schedule=draw(st.sampled_from(SCHEDULES)),
            params=_limits(draw),
        )
        for number in range(count)
    )


def _limits(draw):
    found = {"times": draw(st.sampled_from([1, 1, 2]))}
    for name, values in (("clip_norm", [None, 0.1]), ("clip_value", [None, 0.01]),
                         ("l1", [0.0, 0.01])):  # fmt: skip
        found[name] = draw(st.sampled_from(values))
    return found
