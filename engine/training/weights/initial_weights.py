"""Where weights start: from files, by name and shape, instead of from the seed.

Three words count, each over the one before: what the project says, what its nodes
and blocks say, and the run whose weights are kept. The nodes' are strict: what does
not fit is an error. The others take what fits and leave the rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.advice.refusal import refuse
from engine.advice.weights.mismatches import need_not_be_there
from engine.compile.flatten import FlatNode
from engine.compile.outline import Outline, outline
from engine.compile.program import Program
from engine.errors import TrainingError
from engine.graph.model import Project
from engine.graph.titles import full_title
from engine.graph.weights import Start
from engine.i18n import tr
from engine.protocol.weights import Fit, TensorFit, WeightsPreview
from engine.training.records.runs import KEPT_FROM, Run
from engine.training.weights import weight_files
from engine.training.weights.weight_files import WeightFile

RECORD = "weights"
"""Field of `run.json`: the files that the run started from."""
Network = Program | Outline


@dataclass(frozen=True)
class _Part:
    """The tensors of one node beside a file.

    Args:
        node: Whose weights they are.
        start: Where they are looked for.
    """

    node: FlatNode
    start: Start

    def fits(self, state: Mapping[str, Tensor], file: WeightFile) -> list[TensorFit]:
        """Return how each tensor of the node fits."""
        home = self.node.home + "."
        optional = need_not_be_there(self.node.type)
        made = []
        for name, tensor in state.items():
            if name.startswith(home):
                short = name.removeprefix(home)
                source = self.start.below(short).prefix or ""
                found = _fit(self.node.home, name, source, tensor, file)
                made.append(replace(found, optional=short in optional))
        return made


def preview(project: Project, path: str, prefix: str = "") -> WeightsPreview:
    """Return how the weights in a file fit a project; changes neither.

    Args:
        project: Only read; must be ready to train.
        path: Of a file or of the folder of a run.
        prefix: Before the names in the file.

    Raises:
        EngineError: When the project has a problem or the file no weights.
    """
    file = weight_files.read(path)
    refuse(project)
    return _whole(outline(project), file, Start(path, prefix))


def start(project: Project, program: Program, run: Run | None) -> list[WeightsPreview]:
    """Put weights in place before the first step, and note their files in the run.

    Args:
        project: What it says counts.
        program: Its compiled form; its weights change.
        run: Knows whose weights are kept; a run that began before must find the
            same files again.

    Raises:
        EngineError: When a file is unreadable, or a node that asked doesn't fit.
    """
    kept = str(run.info.get(KEPT_FROM, "")) if run else ""
    files = _Files()
    made = []
    if project.weights:
        made.append(_take_what_fits(program, files, Start.parse(project.weights)))
    made += _take_strictly(project, program, files)
    if kept:
        made.append(_take_what_fits(program, files, Start(kept), follows=True))
    if run and made:
        _note(run, files)
    return made


def sentence(taken: WeightsPreview) -> str:
    """Return a line for the log."""
    words = tr(
        "Weights from {path}: {matched} matched, {missing} missing, {differs} differ",
        path=taken.path,
        **{fit: taken.count(fit) for fit in ("matched", "missing", "differs")},
    )
    if taken.num_new:
        words = f"{words}, {tr('{n} new', n=taken.num_new)}"
    return f"{words} (SHA-256 {taken.sha256[:12]}…)"


class _Files:
    """Reads each file once."""

    def __init__(self) -> None:
        self.read: dict[str, WeightFile] = {}

    def __getitem__(self, path: str) -> WeightFile:
        if path not in self.read:
            self.read[path] = weight_files.read(path)
        return self.read[path]


def _note(run: Run, files: _Files) -> None:
    record = {path: file.sha256 for path, file in files.read.items()}
    known = run.info.get(RECORD, record)
    for path, digest in record.items():
        if known.get(path) != digest:
            raise TrainingError(
                tr("The weights are others than at the start of the run"),
                where=path,
                expected=f"SHA-256 {str(known.get(path))[:12]}…",
                got=f"{digest[:12]}…",
                fix=tr("Train again in a new run."),
            )
    run.update(**{RECORD: record})


def _take_what_fits(
    program: Program, files: _Files, place: Start, *, follows: bool = False
) -> WeightsPreview:
    """Put the weights in place that fit.

    Args:
        program: Its weights change.
        files: Has the file.
        place: Which one, and where in it.
        follows: Nodes may have gone into a block, or out of one, since.
    """
    file = files[place.path]
    found = _whole(program, file, place.named(""))
    if follows:
        found = _followed(found, file)
    _put(program, file, found.tensors)
    return found


def _take_strictly(
    project: Project, program: Program, files: _Files
) -> Iterator[WeightsPreview]:
    """Put the weights in place that nodes ask for; one value for each file."""
    asking: dict[str, list[_Part]] = {}
    for node in _owners(program):
        if node.start and _has_tensors(program, node):
            asking.setdefault(node.start.path, []).append(_Part(node, node.start))
    for path, parts in asking.items():
        file = files[path]
        state = program.modules.state_dict()
        found = [fit for part in parts for fit in part.fits(state, file)]
        for fit in found:
            if not fit.fits:
                raise _misfit(project, file, fit)
        _put(program, file, found)
        nodes = dict.fromkeys(fit.node.partition(".")[0] for fit in found)
        yield WeightsPreview(path, "", file.sha256, tuple(found), tuple(nodes))


def _whole(program: Network, file: WeightFile, place: Start) -> WeightsPreview:
    """Return how a file fits everything in a program."""
    state = program.modules.state_dict()
    tensors = [
        fit
        for node in _owners(program)
        for fit in _Part(node, place.below(node.home)).fits(state, file)
    ]
    used = {fit.source for fit in tensors if fit.fit != "missing"}
    return WeightsPreview(
        place.path,
        place.prefix or "",
        file.sha256,
        tuple(tensors),
        _complete(tensors),
        tuple(name for name in file.tensors if name not in used),
    )


def _followed(found: WeightsPreview, file: WeightFile) -> WeightsPreview:
    """Return the fits, with lost nodes found again in the block they stood in.

    A node keeps its id when it is grouped or unpacked. It is found where one place
    in the file alone has that id, all its tensors, and no other owner.
    """
    lost: dict[str, list[TensorFit]] = {}
    for tensor in found.tensors:
        lost.setdefault(tensor.node, []).append(tensor)
    lost = {
        home: tensors
        for home, tensors in lost.items()
        if all(tensor.fit == "missing" for tensor in tensors)
    }
    used = {fit.source for fit in found.tensors if fit.fit != "missing"}
    places = {
        home: _elsewhere(home, tensors, file, used) for home, tensors in lost.items()
    }
    claims = [place for homes in places.values() for place in homes]
    moved = {
        home: homes[0]
        for home, homes in places.items()
        if len(homes) == 1 and claims.count(homes[0]) == 1
    }
    tensors = tuple(_at(fit, moved.get(fit.node), file) for fit in found.tensors)
    return replace(found, tensors=tensors)


def _elsewhere(
    home: str, tensors: list[TensorFit], file: WeightFile, used: set[str]
) -> list[str]:
    """Return the places in a file with the same id and tensors, that nobody owns."""
    shorts = {t.name.removeprefix(f"{home}."): t.expected for t in tensors}
    last, first = home.rpartition(".")[2], next(iter(shorts))
    ends = [n for n in file.tensors if n.endswith(f".{first}") and n not in used]
    places = [name.removesuffix(f".{first}") for name in ends]
    return [
        place
        for place in places
        if place.rpartition(".")[2] == last
        and all(
            (other := file.tensors.get(f"{place}.{short}")) is not None
            and tuple(other.shape) == shape
            for short, shape in shorts.items()
        )
    ]


def _at(fit: TensorFit, place: str | None, file: WeightFile) -> TensorFit:
    """Return how a tensor fits what stands at another place of the file."""
    if place is None:
        return fit
    source = f"{place}.{fit.name.removeprefix(f'{fit.node}.')}"
    got = tuple(file.tensors[source].shape)
    return replace(fit, source=source, fit="matched", got=got)


def _complete(tensors: Iterable[TensorFit]) -> tuple[str, ...]:
    """Return the nodes of the main graph of which all weights fit."""
    whole: dict[str, bool] = {}
    some = set()
    for tensor in tensors:
        node = tensor.node.partition(".")[0]
        whole[node] = whole.get(node, True) and tensor.fits
        if tensor.fit == "matched":
            some.add(node)
    return tuple(node for node, fits in whole.items() if fits and node in some)


def _owners(program: Network) -> Iterator[FlatNode]:
    """Yield each node that has weights of its own; of sharing ones who asks."""
    found: dict[str, FlatNode] = {}
    for node in program.nodes:
        if node.home not in program.modules:
            continue
        first = found.setdefault(node.home, node)
        if first.start is None and node.start is not None:
            found[node.home] = node
    yield from found.values()


def _has_tensors(program: Network, node: FlatNode) -> bool:
    return bool(program.modules.at(node.home).state_dict())


def _fit(
    node: str, name: str, source: str, tensor: Tensor, file: WeightFile
) -> TensorFit:
    other = file.tensors.get(source)
    expected = tuple(tensor.shape)
    if other is None:
        return TensorFit(node, name, source, "missing", expected)
    got = tuple(other.shape)
    fit: Fit = "matched" if got == expected and _alike(tensor, other) else "differs"
    return TensorFit(node, name, source, fit, expected, got)


def _alike(tensor: Tensor, other: Tensor) -> bool:
    """Return whether numbers can be copied without losing their meaning."""
    return (
        other.layout == torch.strided
        and not other.is_complex()
        and not other.is_quantized
        and other.is_floating_point() == tensor.is_floating_point()
    )


@torch.no_grad()
def _put(program: Program, file: WeightFile, tensors: Iterable[TensorFit]) -> None:
    state = program.modules.state_dict()
    for fit in tensors:
        if fit.fit == "matched":
            _check_numbers(file, fit)
            state[fit.name].copy_(file.tensors[fit.source])
            _check_finite(file, fit, state[fit.name])


def _check_numbers(file: WeightFile, fit: TensorFit) -> None:
    """Refuse weights that are no numbers: no training comes back from them.

    Raises:
        TrainingError: Names the tensor.
    """
    tensor = file.tensors[fit.source]
    if tensor.is_floating_point() and (count := int(torch.isnan(tensor).sum())):
        raise TrainingError(
            tr("“{name}” holds NaN, which is no number", name=fit.source),
            where=file.path,
            got=tr("{n} of {all}", n=count, all=tensor.numel()),
            fix=tr("Choose another file, or let the weights start anew."),
        )


def _check_finite(file: WeightFile, fit: TensorFit, weights: Tensor) -> None:
    """Refuse weights that are infinite, in the file or once they are in place.

    Raises:
        TrainingError: Names the tensor.
    """
    if weights.is_floating_point() and (count := int(torch.isinf(weights).sum())):
        raise TrainingError(
            tr("“{name}” holds numbers that are infinite here", name=fit.source),
            where=file.path,
            got=tr("{n} of {all}", n=count, all=weights.numel()),
            fix=tr("Choose another file, or let the weights start anew."),
        )


class MisfitError(TrainingError):
    """Weights that a node asked for don't fit it.

    Args:
        node: Its path on the canvas, without the numbers of repeats.
    """

    node = ""


def _words(tensor: Tensor) -> str:
    """Return shape and kind of numbers of a tensor."""
    shape = "×".join(map(str, tensor.shape)) or tr("one number")
    return f"{shape} ({str(tensor.dtype).removeprefix('torch.')})"


def _misfit(project: Project, file: WeightFile, fit: TensorFit) -> MisfitError:
    title = full_title(project, fit.node)
    other = file.tensors.get(fit.source)
    shape = _words(other) if other is not None else tr("nothing")
    needed = "×".join(map(str, fit.expected)) or tr("one number")
    if fit.got == fit.expected:
        needed = f"{needed} ({tr('real numbers')})"
    error = MisfitError(
        tr("“{name}” in {path} does not fit", name=fit.source, path=file.path),
        where=title,
        expected=needed,
        got=shape,
        fix=tr("Choose another file, or let the weights start anew."),
    )
    error.node = ".".join(s for s in fit.node.split(".") if not s.isdigit())
    return error
