"""Translation of every string a person sees, in both processes, without Qt.

A catalogue maps the English text to its translation. English needs none: the text
itself is the fallback, so a missing translation is readable rather than an error.
"""

import json
from collections.abc import Mapping
from pathlib import Path

_catalogue: dict[str, str] = {}
_language = "en"


def tr(text: str, /, **fields: object) -> str:
    """Return `text` in the chosen language with its `{fields}` filled in.

    Args:
        text: English text, a literal in the source, with `str.format` fields.
        fields: Values for the fields; never format strings themselves.
    """
    translated = _catalogue.get(text, text)
    return translated.format(**fields) if fields else translated


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
    catalogue = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    install(language, {text: words for text, words in catalogue.items() if words})


def language() -> str:
    """Return the code of the installed language, such as `en` or `ja`."""
    return _language
