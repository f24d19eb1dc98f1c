"""What everything that acts in the window may use of it, and no more."""

from typing import Protocol

from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.app.bars.banner import Banner
from workbench.app.docks.docks import Docks
from workbench.app.docks.panels import Panels
from workbench.app.docks.rooms import Rooms
from workbench.canvas.view import CanvasView
from workbench.document import Document
from workbench.document.settings import Settings
from workbench.inspector import Inspector
from workbench.session.session import Session


class Desk(Protocol):
    """The window, as its commands see it.

    Attributes:
        document: What is open.
        session: Trains it.
        settings: What is remembered.
        banner: Where something is said, with offers.
        canvas: Shows and edits the document.
        centre: Holds the canvas, and what may stand in its place.
        docks: The panels around it.
        panels: The plots in them.
        inspector: Settings of the selected layers and of the training.
        rooms: How they stand.
    """

    document: Document
    session: Session
    settings: Settings
    banner: Banner
    canvas: CanvasView
    centre: QStackedWidget
    docks: Docks
    panels: Panels
    inspector: Inspector
    rooms: Rooms

    @property
    def widget(self) -> QWidget:
        """In front of which dialogs open; also Qt's owner of what lives as long."""
