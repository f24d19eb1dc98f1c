"""Which samples every end of a program is judged on: all of the data that it needs.

An end is a loss, a metric or a view. Where a project has data sets of different sizes,
each end sees the whole validation part of its own and no sample twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import fx

from engine.compile.modules.losses import Labelled
from engine.compile.program import PhaseProgram
from engine.training.evaluation import subprograms
from engine.training.evaluation.feeds import Extent, Feeds
from engine.training.evaluation.sources import Batch
from engine.training.evaluation.subprograms import Subprogram


@dataclass(frozen=True)
class EvaluationGroup:
    """Ends that are judged on equally many samples.

    Args:
        ends: Their paths.
        extent: Of the data that they need.
        subprogram: Computes them.
    """

    ends: tuple[str, ...]
    extent: Extent
    subprogram: Subprogram

    def run(self, batch: Batch) -> Mapping[str, Any]:
        """Return the results of the ends by path; of a loss of labels, its inputs."""
        results: Mapping[str, Any] = self.subprogram.run(batch)
        return results


def evaluation_groups(
    program: PhaseProgram, feeds: Feeds, ends: Iterable[str]
) -> tuple[EvaluationGroup, ...]:
    """Return the ends by the size of their data; one group with a single data set.

    Args:
        program: That they belong to.
        feeds: Bring the data.
        ends: Paths of losses, metrics or views.
    """
    found = subprograms.results(program)
    whole = {end: _told(program, made) for end, made in found.items()}
    groups: dict[Extent, list[str]] = {}
    for end in ends:
        extent = feeds.extent(subprograms.feeds_of(program, whole[end]))
        groups.setdefault(extent, []).append(end)
    made = []
    for extent, group in groups.items():
        subprogram = subprograms.cut(program, {end: whole[end] for end in group})
        assert subprogram is not None
        made.append(EvaluationGroup(tuple(group), extent, subprogram))
    return tuple(made)


def _told(program: PhaseProgram, made: Any) -> Any:  # noqa: ANN401 - nodes of a graph
    """Return the inputs of a loss of labels: its mean needs the whole. Else `made`."""
    if not isinstance(made, fx.Node):
        return made
    loss = program.graph_module.get_submodule(str(made.target))
    return made.args if isinstance(loss, Labelled) else made
