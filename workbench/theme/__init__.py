"""One set of tokens, fonts and icons for the whole window."""

from workbench.theme.guarded import guarded
from workbench.theme.style import apply, dress, prepare, signals
from workbench.theme.tokens import DARK, LIGHT, Tokens, current

__all__ = [
    "DARK",
    "LIGHT",
    "Tokens",
    "apply",
    "current",
    "dress",
    "guarded",
    "prepare",
    "signals",
]
