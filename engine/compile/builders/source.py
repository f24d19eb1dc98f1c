"""Builders of where values come from; data and noise are fed, not built."""

from collections.abc import Callable

from torch import nn

from engine.compile.build_context import Site
from engine.compile.modules.basic import Constant

Builder = Callable[[Site], nn.Module]


def _constant(site: Site) -> nn.Module:
    return Constant(
        site.ints("shape"), site.number("value"), learned=site.flag("learned")
    )


BUILDERS: dict[str, Builder] = {"constant": _constant}
