"""Builders of recurrent layers."""

from collections.abc import Callable
from functools import partial

from torch import nn

from engine.compile.build_context import Site
from engine.compile.modules.sequences import GRU, LSTM, RNN
from engine.compile.shape_text import Shape, shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]
Recurrent = RNN | LSTM | GRU


def _recurrent(site: Site, kind: type[Recurrent]) -> nn.Module:
    site.need_rank(3, axes="N×T×F")
    layers, hidden = site.whole("num_layers"), site.whole("hidden_size")
    both = site.flag("bidirectional")
    names = [port.name for port in site.ports()]
    if "initial" in names:
        _check_initial(site, hidden * (2 if both else 1))
    if "lengths" in names:
        _check_lengths(site, site.shapes[-1])
    extra = {"nonlinearity": site.text("nonlinearity")} if kind is RNN else {}
    module = kind(
        site.shape[2],
        hidden,
        num_layers=layers,
        bias=site.flag("bias"),
        batch_first=True,
        dropout=site.number("dropout") if layers > 1 else 0.0,
        bidirectional=both,
        **extra,
    )
    module.last = site.text("output") == "last"
    return module


def _check_initial(site: Site, units: int) -> None:
    if site.shapes[1][1:] != (units,):
        raise site.refuse(
            tr("The initial state has the wrong size"),
            expected=f"N×{units}",
            got=shape_text(site.shapes[1]),
        )


def _check_lengths(site: Site, shape: Shape) -> None:
    if shape[1:] not in {(), (1,), site.shape[1:2]}:
        raise site.refuse(
            tr("“lengths” takes one number per sample, or one token per step"),
            expected=tr("N or N×{steps}", steps=site.shape[1]),
            got=shape_text(shape),
        )


BUILDERS: dict[str, Builder] = {
    "rnn": partial(_recurrent, kind=RNN),
    "lstm": partial(_recurrent, kind=LSTM),
    "gru": partial(_recurrent, kind=GRU),
}
