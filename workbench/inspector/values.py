"""Values of parameters as text in a field, and back. No widgets."""

import math
import re

from engine.layers.spec import Param, Value

AUTO = "auto"
_SEPARATORS = re.compile(r"[\s,;×x*]+")
_LISTS = {"ints", "floats", "shape", "size"}
_WHOLE = {"int", "ints", "shape", "size"}


def to_text(param: Param, value: Value) -> str:
    """Return the words for `value`; an automatic one is empty."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        mark = ", " if param.kind == "floats" else " × "
        return mark.join(_number_text(item) for item in value)
    return _number_text(value)


def _number_text(value: Value) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def from_text(param: Param, text: str) -> Value:
    """Return the value that `text` means.

    Raises:
        ConfigError: When the parameter does not allow it.
    """
    text = text.strip()
    if param.optional and text.casefold() in {"", AUTO}:
        return None
    if param.kind in _LISTS:
        items = [_number(part, param) for part in _SEPARATORS.split(text) if part]
        single = param.kind == "size" and len(items) == 1
        return param.check(items[0] if single else items)
    if param.kind in {"int", "float"}:
        return param.check(_number(text, param))
    return param.check(text)


def _number(text: str, param: Param) -> object:
    """Return `text` as a number, or unchanged so that the check refuses it."""
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        return text
    whole = param.kind in _WHOLE and number.is_integer()
    return int(number) if whole else number


def stepped(param: Param, value: Value, direction: int) -> Value:
    """Return `value` one notch up (1) or down (-1), inside the limits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return _clamped(param, value + direction)
    if param.log and value > 0:
        return _clamped(param, _rounded(value * 10 ** (direction / 10)))
    return _clamped(param, _rounded(value + direction * _notch(value)))


def _notch(value: float) -> float:
    return 10 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.01


def _rounded(value: float, digits: int = 3) -> float:
    return float(f"{value:.{digits}g}")


def _clamped(param: Param, value: float) -> Value:
    low = -math.inf if param.min is None else param.min
    high = math.inf if param.max is None else param.max
    moved = min(max(value, low), high)
    return moved if param.in_range(moved) else value


def log_limits(param: Param) -> tuple[float, float]:
    """Return the ends of a logarithmic slider."""
    low = param.min if param.min and param.min > 0 else 1e-7
    high = param.max if param.max is not None else 1.0
    return low, min(high, 1.0) if param.name == "lr" else high


def from_slider(param: Param, share: float) -> float:
    """Return the value at `share` (0-1) of a logarithmic slider; 0 may be its start."""
    low, high = log_limits(param)
    if share <= 0 and param.min == 0 and not param.exclusive_min:
        return 0.0
    return _rounded(low * (high / low) ** share, 2)


def to_slider(param: Param, value: Value) -> float:
    """Return where on a logarithmic slider `value` stands, 0-1."""
    low, high = log_limits(param)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= low:
        return 0.0
    return min(1.0, math.log(value / low) / math.log(high / low))
