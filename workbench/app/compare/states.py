"""How a run ended, in a word."""

from engine.i18n import tr
from engine.protocol.past_runs import RunSummary


def state_words(run: RunSummary, *, trains: bool = False) -> tuple[str, str]:
    """Return how a run ended and the token of its colour; nothing when all is well.

    Args:
        run: What its folder says.
        trains: It goes on in this window: nothing has ended it.
    """
    if trains:
        return tr("training now"), "accent"
    if run.is_interrupted:
        return tr("interrupted"), "warn"
    return {
        "early": (tr("stopped early"), "fg2"),
        "stopped": (tr("stopped"), "fg2"),
        "diverged": (tr("diverged"), "err"),
        "failed": (tr("failed"), "err"),
        "unread": (tr("too large for the list: open it"), "fg2"),
    }.get(run.state, ("", "fg2"))
