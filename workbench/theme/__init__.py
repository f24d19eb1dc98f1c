"""One set of tokens, fonts and icons for the whole window."""

from workbench.theme.style import apply, signals
from workbench.theme.tokens import DARK, LIGHT, Tokens, current

__all__ = ["DARK", "LIGHT", "Tokens", "apply", "current", "signals"]
