"""How much memory tensors take at the fullest moment, seen operation by operation."""

import weakref
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

_RECURRENT, _GATES = "aten.mkldnn_rnn_layer.default", 4
"""An LSTM on the CPU keeps the gates of all time steps until its output is done."""


class Footprint(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the tensors that operations make while this is open, until they are gone.

    What an operation needs only inside itself is not seen, but for the gates of
    recurrent layers, which may be most of all that there is.

    Args:
        device: Tensors elsewhere are not counted.

    Attributes:
        live_bytes: What is there now, by what was seen.
        peak_bytes: The most that was there at one moment.

    Threads: what it sees is done by the thread that has opened it.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._device = device.type
        self._sizes: dict[int, int] = {}
        self.live_bytes = self.peak_bytes = 0

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the operation returns
        """Do the operation and look at what it has made."""
        made = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, Tensor) and leaf.device.type == self._device:
                self._see(leaf.untyped_storage())
        if str(func) == _RECURRENT:
            self.hold(_GATES * made[0].nbytes)
        return made

    def _see(self, storage: torch.UntypedStorage) -> None:
        key = id(storage)
        if key in self._sizes:
            return
        self._sizes[key] = storage.nbytes()
        self.live_bytes += self._sizes[key]
        self.peak_bytes = max(self.peak_bytes, self.live_bytes)
        weakref.finalize(storage, self._forget, key).atexit = False

    def live_sizes(self) -> Counter[int]:
        """Return of how many bytes what is there now is, and how often."""
        return Counter(self._sizes.values())

    def _forget(self, key: int) -> None:
        self.live_bytes -= self._sizes.pop(key)

    def hold(self, num_bytes: int) -> None:
        """Count what is there for a moment beside all that is live now."""
        self.peak_bytes = max(self.peak_bytes, self.live_bytes + num_bytes)
