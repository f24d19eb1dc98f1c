"""Translation of every string a person sees, in both processes, without Qt.

A catalogue maps the English text to its translation. English needs none: the text
itself is the fallback, so a missing translation is readable rather than an error.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

_catalogue: dict[str, str] = {}
_language = "en"


class _Counting(Formatter):
    """Formats as `str.format`, and writes `{n:node|nodes}` as `1 node`, `2 nodes`."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Return one value as text; the word behind a count is the one that fits it."""
        one, several, many = format_spec.partition("|")
        if not several:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if str(value) == '1' else many}"


_COUNTING = _Counting()


def tr(text: str, /, **fields: object) -> str:
    """Return `text` in the chosen language with its `{fields}` filled in.

    Args:
        text: English text, a literal in the source, with `str.format` fields. A count
            with its noun is `{n:node|nodes}`; languages without a plural say `{n}`.
        fields: Values for the fields; never format strings themselves.
    """
    translated = _catalogue.get(text, text)
    if not fields:
        return translated
    if "|" in translated:  # five times as slow as the format of str
        return _COUNTING.vformat(translated, (), fields)
    return translated.format(**fields)


def install(language: str, catalogue: Mapping[str, str]) -> None:
    """Make `catalogue` the source of translations from now on.

    Threads: call before the first window or request; not synchronised.
    """
    global _language  # noqa: PLW0603 - one language per process, by design
    _catalogue.clear()
    _catalogue.update(catalogue)
    _language = language


def load(language: str, folder: Path) -> None:
    """Install `folder/<language>.json`; a language without a file means English.

    An empty translation is one that nobody has written yet: English too.
    """
    path = folder / f"{language}.json"
    if not path.is_file():
        install("en", {})
        return
    catalogue = json.loads(path.read_text("utf-8"))
    install(language, {text: words for text, words in catalogue.items() if words})


def language() -> str:
    """Return the code of the installed language, such as `en` or `ja`."""
    return _language
