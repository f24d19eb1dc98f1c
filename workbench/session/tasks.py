"""What TaskMatrix nodes show: a metric of each task, from evaluation to evaluation.

The `View` of such a node has the arrays `steps` E, `values` T×E (NaN where a metric
is missing), `masked` T (whether only the task's own classes can be the answer),
`begins` P (first step of each phase), and the words `tasks` T, `classes` T (which can
be the answer, empty for all) and `phases` P.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.graph.model import Node, Project
from engine.graph.titles import title
from engine.protocol.messages import View

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats
    from engine.protocol.messages import Evaluation

KIND = "task_matrix"


@dataclass(frozen=True)
class Task:
    """One row.

    Args:
        metric: Id of the metric node.
        name: Its words.
        classes: Numbers of the classes that can be the answer; empty is all.
    """

    metric: str
    name: str
    classes: tuple[int, ...] = ()


@dataclass(frozen=True)
class TaskMatrix:
    """One TaskMatrix node.

    Args:
        node: Its id.
        tasks: Its rows, in the order of the wires.
        phases: First step and name of each phase, one task after the other; empty
            where all phases go on at the same time.
    """

    node: str
    tasks: tuple[Task, ...]
    phases: tuple[tuple[int, str], ...] = ()

    def view(self, evaluations: "Sequence[Evaluation]") -> View:
        """Return what the node shows after these evaluations, at least one."""
        import numpy as np  # not before the first paint

        values = [
            [e.values.get(task.metric, math.nan) for e in evaluations]
            for task in self.tasks
        ]
        arrays = {
            "steps": np.array([e.step for e in evaluations]),
            "values": np.array(values, float).reshape(len(self.tasks), -1),
            "masked": np.array([bool(task.classes) for task in self.tasks]),
            "begins": np.array([first for first, _ in self.phases], int),
        }
        words = {
            "tasks": tuple(task.name for task in self.tasks),
            "classes": tuple(", ".join(map(str, t.classes)) for t in self.tasks),
            "phases": tuple(name for _, name in self.phases),
        }
        return View(self.node, KIND, evaluations[-1].step, arrays, words)


def matrices_of(project: Project) -> tuple[TaskMatrix, ...]:
    """Return the task matrices of a project."""
    phases = tuple(_phases(project))
    return tuple(
        TaskMatrix(node.id, tuple(_tasks(project, node)), phases)
        for node in project.graph.nodes.values()
        if node.type == KIND
    )


def _tasks(project: Project, node: Node) -> Iterator[Task]:
    for edge in project.graph.edges_into(node.id):
        metric = project.graph.node(edge.source.node)
        found = metric.params.get("classes")
        classes = found if isinstance(found, tuple | list) else ()
        whole = tuple(number for number in classes if isinstance(number, int))
        yield Task(metric.id, title(project.graph, metric), whole)


def _phases(project: Project) -> Iterator[tuple[int, str]]:
    """Yield where each phase begins, if they follow each other."""
    begins = []
    for phase in project.training.phases:
        first = phase.value("first")
        begins.append((first if isinstance(first, int) else 1, phase.name))
    if len({first for first, _ in begins}) > 1:
        yield from sorted(begins, key=lambda pair: pair[0])


def forgotten(values_TE: "Floats") -> "Floats":
    """Return how much of each task is lost: its maximum over time minus its last.

    Source: Chaudhry et al. 2018, Riemannian Walk for Incremental Learning
    """
    import numpy as np  # not before the first paint

    if not values_TE.size:
        return np.zeros(len(values_TE))
    best: Floats = np.fmax.reduce(values_TE, axis=1)
    lost: Floats = best - values_TE[:, -1]
    return lost
