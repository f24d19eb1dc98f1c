"""Says it when the disk does not take what is to be remembered."""

from engine.i18n import tr
from workbench.app.bars.banner import Banner
from workbench.document.settings import Settings


def keep(settings: Settings, banner: Banner) -> bool:
    """Write the settings now; return whether the disk has taken them.

    Otherwise the banner says so, and they are tried again at the next change.
    """
    if settings.save():
        return True
    words = tr(
        "What is to be remembered can't be written to the disk: it is full, or "
        "refuses. It is kept as long as this window is open."
    )
    banner.say("warning", words)
    return False
