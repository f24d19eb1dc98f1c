"""The open document: one project, its undo stack, its file. No painting.

Loaded when it is asked for: settings, which stand beside it, are read before the window
appears, the document after.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.document.document import Document

__all__ = ["Document"]


def __getattr__(name: str) -> "type[Document]":
    if name == "Document":
        from workbench.document.document import Document

        return Document
    raise AttributeError(name)
