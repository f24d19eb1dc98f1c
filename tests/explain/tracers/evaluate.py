"""Reads a printed line back and works it out with Python's own math."""

import math
import re

from engine.explain.tracers.writing import figures

_EVERYTHING = 1_000_000_000


def _phi(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


_NAMES = {
    "exp": math.exp,
    "ln": math.log,
    "tanh": math.tanh,
    "cosh": math.cosh,
    "sin": math.sin,
    "cos": math.cos,
    "max": lambda *x: max(x),
    "abs": abs,
    "root": math.sqrt,
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "Phi": lambda x: 0.5 * math.erfc(-x / math.sqrt(2)),
    "phi": _phi,
    "inf": math.inf,
    "nan": math.nan,
}


def evaluated(line):
    """Return what the printed numbers come to, and what is printed as that."""
    text, _, value = figures(line, digits=17, most=_EVERYTHING).rpartition(" = ")
    text = text.replace("−", "-").replace("·", "*").replace("²", "**2")
    for sign, name in (("√", "root"), ("σ", "sigma"), ("Φ", "Phi"), ("φ", "phi")):
        text = text.replace(sign, name)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    assert re.fullmatch(r"[\w\s.,()+\-*/]*", text), text
    return eval(text, {"__builtins__": {}}, _NAMES), float(value.replace("−", "-"))
