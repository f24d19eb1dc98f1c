"""Builders of what generates, adapts and translates."""

from collections.abc import Callable

from torch import nn

from engine.compile.build_context import Site
from engine.compile.modules.basic import Function
from engine.compile.modules.generative import (
    GradientReversal,
    LoRALinear,
    LowRank,
    NoiseSchedule,
    TokenShift,
    reparameterise,
    turned,
)
from engine.compile.shape_text import shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]


def _lora(site: Site) -> nn.Module:
    site.need_dims(2)
    return LoRALinear(
        site.shape[-1],
        site.whole("out_features"),
        site.whole("rank"),
        site.number("alpha"),
        bias=site.flag("bias"),
    )


def _low_rank(site: Site) -> nn.Module:
    site.need_dims(2)
    return LowRank(
        site.shape[-1],
        site.whole("out_features"),
        site.whole("rank"),
        site.number("alpha"),
    )


def _rotary(site: Site) -> nn.Module:
    site.need_dims(3)
    if site.shape[-1] % 2:
        raise site.refuse(
            tr("The features must be even"),
            expected=tr("an even last dimension"),
            got=shape_text(site.shape),
        )
    return Function(turned, base=site.number("base"))


def _token_shift(site: Site) -> nn.Module:
    site.need_dims(2)
    return TokenShift(site.whole("start"))


def _reparameterise(site: Site) -> nn.Module:
    site.need_equal(0, 1)
    site.need_equal(0, 2)
    return Function(reparameterise)


def _noise_schedule(site: Site) -> nn.Module:
    site.need_dims(2)
    site.need_equal(0, 1)
    if site.shapes[2][1:] != (1,):
        raise site.refuse(
            tr("“{port}” takes one number per sample", port="time"),
            expected="N×1",
            got=shape_text(site.shapes[2]),
        )
    return NoiseSchedule(
        site.whole("steps"), site.text("schedule"), site.text("predict")
    )


BUILDERS: dict[str, Builder] = {
    "lora_linear": _lora,
    "low_rank": _low_rank,
    "gradient_reversal": lambda site: GradientReversal(site.number("factor")),
    "rotary_embedding": _rotary,
    "token_shift": _token_shift,
    "reparameterise": _reparameterise,
    "noise_schedule": _noise_schedule,
}
