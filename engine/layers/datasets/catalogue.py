"""The table of built-in data sets, and the catalogue entry that brings them in.

Nothing here imports numpy or torch; engine.data makes the arrays.
"""

from dataclasses import replace

from engine.errors import ConfigError, did_you_mean
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.datasets.maths import MATHS_SETS
from engine.layers.datasets.spec import (
    OWN,
    DataPort,
    DataSpec,
    num_tokens,
    numbered,
    with_tokens,
)
from engine.layers.datasets.tables import FILE_SETS
from engine.layers.spec import LayerSpec, Param, Params, Port, Ports

__all__ = ["DATA", "DATASETS", "DataPort", "DataSpec", "spec_of"]

DATASETS: dict[str, DataSpec] = {spec.id: spec for spec in FILE_SETS + MATHS_SETS}


def spec_of(params: Params) -> DataSpec:
    """Return the entry of the data set that these params name, or that of own data.

    Raises:
        ConfigError: When there is no such set.
    """
    if own.is_own(params):
        return own.spec_of(params)
    source = str(params.get("source", DATA.defaults()["source"]))
    if source not in DATASETS:
        raise ConfigError(
            tr("There is no data set “{source}”", source=source),
            fix=did_you_mean(source, DATASETS),
        )
    spec = DATASETS[source]
    count = num_tokens(params) if spec.family == "text" else 0
    return with_tokens(spec, numbered(count)) if count else spec


def _outputs(params: Params) -> Ports:
    try:
        ports = spec_of(params).ports(params)
    except ConfigError:
        return ()  # said where the node is looked at
    return tuple(_described(port) for port in ports)


def _described(data_port: DataPort) -> Port:
    shape = "×".join(["N", *map(str, data_port.shape)])
    return replace(data_port.port, doc=f"{shape}: {data_port.port.doc}")


DATA = LayerSpec(
    id="data",
    title="Data",
    category="io",
    help="Samples of a built-in data set or of your own files, split into training and "
    "validation part.",
    source="see the help of the chosen set",
    params=(
        Param(
            "source",
            "choice",
            "mnist",
            "Data set",
            "Which samples; the outputs follow from it.",
            choices=(*DATASETS, OWN),
        ),
        Param(
            "samples",
            "int",
            None,
            "Samples",
            "How many samples to draw or, from a stored set, to keep before the split "
            "(of a series or text: how many values from its start).",
            min=4,
            max=100_000_000,
            optional=True,
            log=True,
        ),
        Param(
            "noise",
            "float",
            None,
            "Noise",
            "Standard deviation of the noise; maths sets only.",
            min=0,
            max=10,
            optional=True,
        ),
        Param(
            "context",
            "int",
            None,
            "Context",
            "Length of a window of a series, of a signal or of a text.",
            min=2,
            max=4096,
            optional=True,
            log=True,
        ),
        Param(
            "scaling",
            "choice",
            None,
            "Scaling",
            "How numbers are scaled, by values fitted on the training part alone: "
            "standardise to mean 0 and deviation 1, or unit to 0..1. Automatic is "
            "unit for images, standardise for tables and series, none for the rest.",
            choices=("none", "standardise", "unit"),
            optional=True,
        ),
        Param(
            "scale_target",
            "bool",
            True,
            "Scale target",
            "Number targets are scaled like the inputs; losses are then in scaled "
            "units.",
        ),
        Param(
            "classes",
            "ints",
            (),
            "Classes",
            "Keep only samples with these class numbers; empty keeps all. The "
            "numbers stay as they are.",
            min=0,
            max=1000,
            unset="all",
        ),
        Param(
            "label_noise",
            "float",
            0.0,
            "Wrong labels",
            "Share of the training part that gets another label, chosen at random.",
            min=0,
            max=1,
        ),
        Param(
            "validation",
            "float",
            0.2,
            "Validation part",
            "Share that the network never trains on; the same share of every class, "
            "and of a series or text its end.",
            min=0.01,
            max=0.9,
        ),
        Param(
            "split_seed",
            "int",
            0,
            "Split seed",
            "Decides which samples validate, and draws the samples of maths sets.",
            min=0,
            max=2**31 - 1,
        ),
        Param(
            "order",
            "choice",
            "shared",
            "Order",
            "Shared: with the first data node of as many samples, the same ones in "
            "every step. Own: other samples than those, in an order of its own.",
            choices=("shared", "own"),
        ),
        Param(
            "tokenizer",
            "text",
            "",
            "Tokens of a model",
            "A language model's file: texts are read in its tokens.",
        ),
        Param(
            "num_tokens",
            "int",
            0,
            "Number of tokens",
            "How many tokens that model has.",
            min=0,
            max=1_000_000,
        ),
        Param(
            "tokens_sha256",
            "text",
            "",
            "Content of the tokens",
            "SHA-256 of the model's tokens; empty lets them change.",
        ),
        *own.PARAMS,
    ),
    inputs=(),
    outputs=(),
    dynamic_outputs=_outputs,
    summary=("source",),
    aliases=("dataset", "input", "source", "samples"),
)
