"""The steps of a preparation as a document lists them: one changed, one taken away."""

from collections.abc import Sequence

from engine.layers.spec import Params, Value

SCALES = ("none", "standardise", "min_max")
BALANCES = ("class_weights", "oversample")
_Rows = tuple[tuple[Value, ...], ...]


def rows(params: Params) -> _Rows:
    """Return the steps of a data node that can be read."""
    found = params.get("steps") or ()
    every = found if isinstance(found, tuple) else ()
    return tuple(row for row in every if isinstance(row, tuple) and len(row) > 1)


def scale(params: Params, name: str) -> str:
    """Return how a column is scaled; empty where it is as for all."""
    found = [str(row[1]) for row in rows(params) if row[0] == name]
    return next((step for step in reversed(found) if step in SCALES), "")


def fill(params: Params, name: str) -> str:
    """Return what fills the gaps of a column; empty where it is as for all."""
    found = [row for row in rows(params) if row[0] == name and row[1] == "impute"]
    return str(found[-1][2]) if found and len(found[-1]) > 2 else ""


def has_log(params: Params, name: str) -> bool:
    """Return whether a column becomes its logarithm."""
    return any(row[0] == name and row[1] == "log" for row in rows(params))


def with_scale(params: Params, name: str, wanted: str) -> _Rows:
    """Return the steps with another scale of a column; empty is that of all."""
    kept = _without(params, name, SCALES)
    return (*kept, (name, wanted)) if wanted else kept


def with_fill(params: Params, name: str, wanted: str) -> _Rows:
    """Return the steps with another value for gaps; empty is that of all."""
    kept = _without(params, name, ("impute",))
    return (*kept, (name, "impute", wanted)) if wanted else kept


def with_log(params: Params, name: str, *, on: bool) -> _Rows:
    """Return the steps in which a column becomes its logarithm, or does not."""
    kept = _without(params, name, ("log",))
    return (*kept, (name, "log")) if on else kept


def balance(params: Params, name: str) -> str:
    """Return what is done about rare classes of a target; empty for nothing."""
    found = [str(row[1]) for row in rows(params) if row[0] == name]
    return next((step for step in reversed(found) if step in BALANCES), "")


def with_balance(params: Params, name: str, wanted: str) -> _Rows:
    """Return the steps with something else done about rare classes; empty: nothing."""
    kept = _without(params, name, BALANCES)
    return (*kept, (name, wanted)) if wanted else kept


def variation(params: Params, name: str, step: str) -> Value:
    """Return the setting of a variation of an input; 0 where it is not varied so.

    One that has no setting, a flip, is 1.
    """
    found = [row for row in rows(params) if row[:2] == (name, step)]
    if not found:
        return 0
    return found[-1][2] if len(found[-1]) > 2 else 1


def with_variation(params: Params, name: str, step: str, size: Value) -> _Rows:
    """Return the steps with another setting of a variation; 0 takes it away."""
    kept = _without(params, name, (step,))
    if not size:
        return kept
    return (*kept, (name, step) if step == "flip" else (name, step, size))


def without(params: Params, index: int) -> _Rows:
    """Return the steps without one of them."""
    found = params.get("steps") or ()
    every = found if isinstance(found, tuple) else ()
    return tuple(
        row for n, row in enumerate(every) if n != index and isinstance(row, tuple)
    )


def _without(params: Params, name: str, steps: Sequence[str]) -> _Rows:
    return tuple(r for r in rows(params) if not (r[0] == name and r[1] in steps))
