"""One number that grows with every visible change of a scene's items."""


class Revision:
    """Counts the changes, so that nobody has to compare thousands of items."""

    def __init__(self) -> None:
        self.value = 0

    def bump(self) -> None:
        """Note a change."""
        self.value += 1
