"""What this is, its version and its licence."""

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.dialogs.report import versions


def product_version() -> str:
    """Return the installed version, or `dev` in a checkout that is not installed."""
    try:
        return version("backprop-workbench")
    except PackageNotFoundError:
        return "dev"


_WIDTH_PX = 440


class AboutDialog(Dialog):
    """Name, version, what runs underneath, licence.

    Args:
        engine: Words for the engine, such as `torch 2.13`; empty before it started.
        parent: The window.
    """

    def __init__(self, engine: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("About Backprop Workbench"), parent)
        self.resize(_WIDTH_PX, 0)
        self.add_text("Backprop Workbench", "title")
        self.add_text(tr("Build, train, watch and understand neural networks."))
        known = ", ".join(part for part in (versions(), engine) if part)
        self.add_text(f"{product_version()} · {known}", "secondary")
        works = tr("Works offline. No account, no telemetry. MIT licence.")
        self.add_text(works, "secondary")
        self.add_button(tr("Close"), accent=True).clicked.connect(self.accept)
