"""Checks of the document alone; they load without torch."""
