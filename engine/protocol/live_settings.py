"""The settings that can be changed while a training goes on: one table for all."""

from engine.i18n import tr

RATES = ("lr", "momentum", "weight_decay")
"""Of an optimizer; for Adam's family momentum is β₁."""
TITLES = {
    "lr": "Learning rate",
    "momentum": "Momentum",
    "weight_decay": "Weight decay",
    "batch_size": "Batch size",
}
"""Name of each of them → words in the log (English; shown through `tr`)."""
NAMES = tuple(TITLES)


def title(name: str) -> str:
    """Return the words for one of them."""
    return tr(TITLES[name])
