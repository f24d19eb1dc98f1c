"""Why a text is not JSON, in the words of somebody who edits it."""

from json import JSONDecodeError

from engine.i18n import tr

_SHOWN = 20


def sentence(error: JSONDecodeError) -> str:
    """Return what is wrong at the place where reading stopped."""
    rest = error.doc[error.pos :].strip()
    if not error.doc.strip():
        return tr("The file is empty")
    if error.msg.startswith("Unterminated string"):
        return tr("The file ends in the middle of a text")
    if not rest:
        return tr("The file ends too early")
    if error.pos == 0:
        return tr("This is not JSON")
    return _inside(error.msg, rest.splitlines()[0][:_SHOWN])


def _inside(message: str, rest: str) -> str:
    """Return what is wrong before or at `rest`, which is not the end."""
    if "control character" in message:
        return tr("A text is not closed at the end of its line")
    if "escape" in message:
        return tr("A text has a backslash that means nothing: “{rest}”", rest=rest)
    if "Extra data" in message:
        return tr("The project ends before “{rest}”", rest=rest)
    return _missing(message, rest) or tr("“{rest}” is not a value", rest=rest)


def _missing(message: str, rest: str) -> str:
    """Return what should stand before `rest`; nothing when that is not known."""
    if "',' delimiter" in message:
        return tr("A comma is missing before “{rest}”", rest=rest)
    if "':' delimiter" in message:
        return tr("A colon is missing before “{rest}”", rest=rest)
    if "property name" in message or "trailing comma" in message:
        rest = rest.removeprefix(",").strip()  # Python 3.13 stops one earlier
        return tr("A name in quotation marks is missing before “{rest}”", rest=rest)
    return ""
