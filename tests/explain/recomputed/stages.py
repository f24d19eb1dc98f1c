"""What may stand in a random network: layers by the shape of what they take.

`KEEP` leave the shape as it is, so that they may stand in a block, in a branch or be
repeated; `CHANGE` make another. Settings may hang on the shape.
"""

SMOOTH = ["gelu", "silu", "mish", "sigmoid", "tanh", "softplus", "log_sigmoid",
          "tanhshrink", "softsign", "elu", "selu", "celu"]  # fmt: skip
BENT = ["relu", "leaky_relu", "relu6", "hardtanh", "hardsigmoid", "hardswish",
        "hardshrink", "softshrink", "prelu", "rrelu"]  # fmt: skip
ANYWHERE = [
    *[(kind, {}) for kind in (*SMOOTH, *BENT, "softmax", "normalize")],
    ("dropout", {"p": 0.3}),
    ("alpha_dropout", {"p": 0.3}),
    ("gaussian_noise", {"std": 0.2}),
    ("learned_scale", {}),
    ("identity", {}),
    ("reroute", {}),
]


def _linear(shape):
    return {"out_features": shape[-1]}


def _conv(shape, **more):
    return {"out_channels": shape[0], "kernel_size": 3, "padding": 1, **more}


def _wide(kind):
    return [
        (f"conv{kind}", _conv),
        (f"conv{kind}", lambda s: _conv(s, groups=2, bias=False)),
        (f"conv{kind}", lambda s: _conv(s, dilation=2, padding=2)),
        (f"conv_transpose{kind}", _conv),
        (f"conv_transpose{kind}", lambda s: _conv(s, groups=2)),
        (f"batch_norm{kind}", {}),
        (f"instance_norm{kind}", {}),
        ("group_norm", {"num_groups": 2}),
        (f"max_pool{kind}", {"kernel_size": 3, "stride": 1, "padding": 1}),
        (f"avg_pool{kind}", {"kernel_size": 3, "stride": 1, "padding": 1}),
        (f"dropout{kind}", {"p": 0.3}),
    ]


_ATTENTION = [
    ("multihead_attention", {"num_heads": 2}),
    ("multihead_attention", {"num_heads": 2, "causal": True, "rotary": True}),
    ("multihead_attention", {"num_heads": 2, "dropout": 0.3}),
    ("transformer_encoder_layer", {"num_heads": 2, "dim_feedforward": 5}),
    (
        "transformer_encoder_layer",
        {
            "num_heads": 2,
            "dim_feedforward": 5,
            "norm_first": False,
            "dropout": 0.2,
            "activation": "gelu",
            "causal": True,
        },
    ),
]
_CELLS = [
    (kind, lambda shape, more=more: {"hidden_size": shape[-1], **more})
    for kind in ("rnn", "lstm", "gru")
    for more in ({}, {"num_layers": 2, "dropout": 0.3}, {"bias": False})
]
_BOTH_WAYS = [
    (kind, lambda s: {"hidden_size": s[-1] // 2, "bidirectional": True})
    for kind in ("rnn", "lstm", "gru")
]
KEEP = {
    "vector": [
        *ANYWHERE,
        ("linear", _linear),
        ("linear", lambda s: {"out_features": s[-1], "bias": False}),
        ("lora_linear", lambda s: {"out_features": s[-1], "rank": 2}),
        ("low_rank", lambda s: {"out_features": s[-1], "rank": 2}),
        ("batch_norm1d", {}),
        ("batch_norm1d", {"affine": False}),
        ("layer_norm", {}),
        ("rms_norm", {}),
    ],
    "sequence": [
        *ANYWHERE,
        *_ATTENTION,
        *_CELLS,
        *_BOTH_WAYS,
        ("linear", _linear),
        ("layer_norm", {}),
        ("rms_norm", {}),
        ("position_embedding", {"max_length": 8}),
        ("sinusoidal_position", {}),
        ("rotary_embedding", {}),
        ("flip", {}),
        ("roll", {}),
        *_wide("1d"),
    ],
    "image": [
        *ANYWHERE,
        *_wide("2d"),
        ("conv2d", lambda s: _conv(s, padding_mode="circular")),
        ("conv2d", lambda s: _conv(s, padding_mode="reflect")),
        ("local_response_norm", {"size": 3}),
        ("layer_norm", {"num_dims": 2}),
        ("channel_shuffle", {"groups": 2}),
    ],
    "volume": [*ANYWHERE, *_wide("3d")],
}
_STRIDED = {"out_channels": 2, "kernel_size": 3, "stride": 2}
CHANGE = {
    "vector": [
        ("linear", {"out_features": 6}),
        ("low_rank", {"out_features": 4, "rank": 2}),
        ("glu", {}),
        ("repeat", {}),
    ],
    "sequence": [
        ("last_step", {}),
        ("reduce_mean", {"dims": (1,)}),
        ("reduce_max", {"dims": (1,)}),
        ("lstm", {"hidden_size": 4, "output": "last", "bidirectional": True}),
        ("gru", {"hidden_size": 4, "output": "last", "num_layers": 2, "dropout": 0.4}),
        ("rnn", {"hidden_size": 4, "output": "last", "nonlinearity": "relu"}),
        ("flatten", {}),
        ("transpose", {}),
        ("select", {"index": 1}),
        ("max_pool1d", {"kernel_size": 2}),
        ("conv1d", {"out_channels": 2, "kernel_size": 2, "stride": 2}),
        ("adaptive_avg_pool1d", {"output_size": 3}),
        ("adaptive_max_pool1d", {"output_size": 2}),
    ],
    "image": [
        ("conv2d", _STRIDED),
        ("conv_transpose2d", {**_STRIDED, "output_padding": 1}),
        ("max_pool2d", {"kernel_size": 2}),
        ("avg_pool2d", {"kernel_size": 2}),
        ("lp_pool2d", {"kernel_size": 2}),
        ("adaptive_avg_pool2d", {"output_size": 2}),
        ("adaptive_max_pool2d", {"output_size": 2}),
        ("upsample", {"mode": "bilinear"}),
        ("pixel_unshuffle", {}),
        ("pixel_shuffle", {}),
        ("pad2d", {"mode": "replicate"}),
        ("unfold", {}),
        ("global_avg_pool", {}),
        ("flatten", {}),
    ],
    "volume": [
        ("conv3d", {**_STRIDED, "padding": 1}),
        ("max_pool3d", {"kernel_size": 2}),
        ("avg_pool3d", {"kernel_size": 2}),
        ("adaptive_avg_pool3d", {"output_size": 2}),
        ("adaptive_max_pool3d", {"output_size": 2}),
        ("flatten", {}),
    ],
}
MERGES = ["add", "multiply", "average", "maximum", "minimum", "subtract"]
KINDS = {1: "vector", 2: "sequence", 3: "image", 4: "volume"}


def kind_of(shape):
    """Return which lists fit a sample of a shape."""
    return KINDS[len(shape)]


def settings(stage, shape):
    """Return type and settings of a stage on a shape."""
    type_id, params = stage
    return type_id, params(shape) if callable(params) else params
