"""How the weights in a file fit a document, as plain values."""

from dataclasses import dataclass
from typing import Literal

Shape = tuple[int, ...]
Fit = Literal["matched", "missing", "differs"]


@dataclass(frozen=True)
class TensorFit:
    """One tensor of the document beside the one in the file.

    Args:
        node: Path of the node that its weights are named after.
        name: `<node path>.<torch name>`.
        source: The name in the file that is taken for it.
        fit: `matched`, `missing` in the file, or its shape (or kind) `differs`.
        expected: Shape in the document.
        got: Shape in the file, None when it is missing.
        optional: Training may begin without it.
    """

    node: str
    name: str
    source: str
    fit: Fit
    expected: Shape
    got: Shape | None = None
    optional: bool = False

    @property
    def is_new(self) -> bool:
        """Whether it starts at its own value, as a file need not have it."""
        return self.fit == "missing" and self.optional

    @property
    def fits(self) -> bool:
        """Whether its node may start from the file as far as this one goes."""
        return self.fit == "matched" or self.is_new


@dataclass(frozen=True)
class WeightsPreview:
    """Answer to `PreviewWeights`; also what a run notes of its start.

    Args:
        path: Of the file or the folder of the run.
        prefix: Before the names in the file.
        sha256: Of the file, or of the run's checkpoint.
        tensors: All of the document, in its order.
        nodes: Nodes of the main graph (layers and whole blocks) that fit completely.
        unused: Names in the file that nothing takes.
    """

    path: str
    prefix: str
    sha256: str
    tensors: tuple[TensorFit, ...]
    nodes: tuple[str, ...]
    unused: tuple[str, ...] = ()

    @property
    def num_new(self) -> int:
        """How many tensors start at their own value, as a file need not have them."""
        return sum(tensor.is_new for tensor in self.tensors)

    @property
    def is_whole(self) -> bool:
        """Whether everything in the document starts from the file, or need not."""
        return bool(self.nodes) and all(tensor.fits for tensor in self.tensors)

    def count(self, fit: Fit) -> int:
        """Return how many tensors fit like this; new ones are not missing."""
        return sum(t.fit == fit and not t.is_new for t in self.tensors)
