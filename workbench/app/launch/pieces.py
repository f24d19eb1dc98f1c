"""Loads the parts of the window in pieces, so that its frame stays awake meanwhile.

All on the window's thread: see workbench/app/docks/plot_import.py for why.
"""

from collections.abc import Iterator


def load() -> Iterator[None]:
    """Load what the window is made of; yields between pieces of some 30 ms."""
    import engine.graph.files.reading

    yield
    import workbench.document.document

    yield
    import workbench.session.session

    yield
    import workbench.canvas.scene.scene

    yield
    import workbench.canvas.view

    yield
    import workbench.inspector

    yield
    import workbench.app.controllers

    yield
    import workbench.app.reporting

    yield
    import workbench.app.commands.menu_bar
    import workbench.app.commands.submenus
