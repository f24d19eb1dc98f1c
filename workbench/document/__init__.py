"""The open document: one project, its undo stack, its file. No painting."""

from workbench.document.commands import EditCommand
from workbench.document.document import Document

__all__ = ["Document", "EditCommand"]
