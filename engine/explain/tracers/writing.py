"""Lines of a computation as text: the formula, and the formula with its numbers.

Three significant digits, “−” as minus, sums of at most five terms, the largest first;
what is left out is added up and said.
"""

import re
from collections.abc import Sequence

from torch import Tensor

from engine.explain.tracers.tracer import Line, Number, Terms
from engine.i18n import tr

DIGITS, MOST = 3, 5
_SLOT = re.compile(r"\{([^{}]+)\}")


def number(value: float, digits: int = DIGITS) -> str:
    """Return a number with so many significant digits."""
    text = f"{value:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    if e:
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def formula(line: Line) -> str:
    """Return a line with symbols: `z = Σ w·x + b`."""

    def symbol(slot: re.Match[str]) -> str:
        found = line.numbers[slot[1]]
        if isinstance(found, Terms):
            left, right = found.symbols
            return f"Σ {left}·{right}" if right else f"Σ {left}"
        return f"{slot[1]}, …" if isinstance(found, Tensor) else slot[1]

    return f"{line.name} = {_SLOT.sub(symbol, line.rule)}"


def figures(line: Line, digits: int = DIGITS, most: int = MOST) -> str:
    """Return the right side of a line with its numbers, and what comes out.

    Args:
        line: See there.
        digits: Significant ones of each number.
        most: Terms of a sum that are written one by one.
    """
    text = _SLOT.sub(
        lambda slot: _written(line.numbers[slot[1]], digits, most), line.rule
    )
    for twice, once in (("+ −", "− "), ("− −", "+ ")):
        text = text.replace(twice, once)
    return f"{text} = {number(line.value, digits)}"


def _written(found: Number, digits: int, most: int) -> str:
    if isinstance(found, Terms):
        return _sum(found, digits, most)
    if isinstance(found, Tensor):
        values = found.double().flatten()
        shown = [number(v, digits) for v in values[:most].tolist()]
        if len(values) > most:
            shown.append(tr("… {n} more", n=f"{len(values) - most:,}"))
        return ", ".join(shown)
    text = number(found, digits)
    return f"({text})" if found < 0 else text


def _sum(terms: Terms, digits: int, most: int) -> str:
    """Return the largest terms and what all others come to."""
    products = terms.products.double().flatten()
    order = products.abs().argsort(descending=True, stable=True)
    shown, others = order[:most].tolist(), order[most:]
    words = [_term(terms, place, digits) for place in shown]
    if len(others):
        rest = number(float(products[others].sum()), digits)
        words.append(tr("… ({n} more = {rest})", n=f"{len(others):,}", rest=rest))
    return _joined(words) or "0"


def _term(terms: Terms, place: int, digits: int) -> str:
    left = float(terms.left.flatten()[place])
    if terms.right is None:
        return number(left, digits)
    right = float(terms.right.flatten()[place])
    sign = "−" if (left < 0) != (right < 0) else ""
    return f"{sign}{number(abs(left), digits)}·{number(abs(right), digits)}"


def _joined(words: Sequence[str]) -> str:
    text = ""
    for word in words:
        if not text:
            text = word
        elif word.startswith("−"):
            text += f" − {word[1:]}"
        else:
            text += f" + {word}"
    return text
