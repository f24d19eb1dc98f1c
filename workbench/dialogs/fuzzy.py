"""Which words fit what was typed, and how well. No widgets."""


def score(needle: str, text: str) -> float | None:
    """Return how far `text` is from `needle`, 0 is best; None when it doesn't fit.

    Beginnings of words come first, then unbroken runs, then the letters in order.
    """
    needle, text = needle.casefold().strip(), text.casefold()
    if not needle:
        return 0.0
    place = text.find(needle)
    if place >= 0:
        starts_word = place == 0 or not text[place - 1].isalnum()
        return (0.0 if starts_word else 1.0) + place / 100
    return _scattered(needle, text)


def begins(needle: str, text: str) -> bool:
    """Return whether `text` has a word, or several, that begin like `needle`."""
    needle, text = needle.casefold().strip(), text.casefold()
    place = text.find(needle)
    while place > 0 and text[place - 1].isalnum() and text.isascii():
        place = text.find(needle, place + 1)
    return place >= 0


def _scattered(needle: str, text: str) -> float | None:
    place, gaps = -1, 0
    for letter in needle:
        if letter.isspace():
            continue
        found = text.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1 if place >= 0 else 0
        place = found
    return 3.0 + gaps / 10
