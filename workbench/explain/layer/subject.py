"""What a layer's page is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.layers.spec import Value
from engine.protocol.tracing import BATCH, MomentOpened, NodeStep, Piece

Pieces = Mapping[str, Piece]


@dataclass(frozen=True)
class Subject:
    """What a page is about.

    Args:
        node: In the held step.
        opened: Its tensors.
        side: `forward`, `backward` or `update`.
        names: Of classes, where the node puts out scores of them.
        params: Settings of the node, complete.
        from_: Words for where its inputs come from.
        to: Words for where its outputs go.
        channel: Of a convolution, whose kernel is shown.
        tokens: Words of its places, where the sample is a text.
    """

    node: NodeStep
    opened: MomentOpened
    side: str
    names: tuple[str, ...] = ()
    params: Mapping[str, Value] = field(default_factory=dict)
    from_: str = ""
    to: str = ""
    channel: int = 0
    tokens: tuple[str, ...] = ()

    @property
    def pieces(self) -> Pieces:
        """Its tensors by name."""
        return {piece.name: piece for piece in self.opened.pieces}

    @property
    def is_mean(self) -> bool:
        """Whether values are means over the batch."""
        return self.opened.sample == BATCH
