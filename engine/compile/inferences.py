"""What kinds of nodes put out for given inputs, remembered."""

from collections.abc import Callable, Mapping

from engine.compile.infer import Flow, Inference, infer
from engine.errors import EngineError
from engine.layers.spec import Value

Answer = Inference | EngineError
"""What a node puts out, or why it does not fit its inputs."""
Find = Callable[[str, Mapping[str, Value], tuple[Flow, ...]], Answer]
Key = tuple[str, tuple[tuple[str, Value], ...], tuple[Flow, ...]]
CACHE_SIZE = 20_000


class InferenceCache:
    """Remembers what every kind of node puts out for given inputs.

    Threads: one thread at a time.
    """

    def __init__(self) -> None:
        self._found: dict[Key, Answer] = {}

    def find(
        self, type_id: str, params: Mapping[str, Value], flows: tuple[Flow, ...]
    ) -> Answer:
        """Return what the node puts out, or why it does not fit its inputs."""
        key = (type_id, tuple(params.items()), flows)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= CACHE_SIZE:
                self._found.clear()
            found = self._found[key] = _attempt(type_id, params, flows)
        return found


def _attempt(
    type_id: str, params: Mapping[str, Value], flows: tuple[Flow, ...]
) -> Answer:
    try:
        return infer(type_id, params, flows)
    except EngineError as error:
        return error.with_traceback(None)
