"""Makes what is watched inside a network, while somebody watches it.

Off costs nothing. What is on has turns within a budget of its own, so that a dear look
never keeps the cheap ones waiting, and leaves no trace in the training.
"""

import time
from collections.abc import Callable, Iterable, Iterator

from engine.errors import EngineError
from engine.i18n import tr
from engine.measure.views.budget import ViewBudget
from engine.measure.views.turns import Turns
from engine.protocol.messages import LayerSample, View
from engine.protocol.tracing import inside as kinds
from engine.training.inside.looks import LOOKS
from engine.training.inside.rig import Rig
from engine.training.machine.interrupt import InterruptedStepError
from engine.training.machine.scarcity import is_scarce
from engine.training.parts.assembly import Assembly


class Inside:
    """Makes views of the whole network.

    Args:
        parts: Of the training.
        enabled: False makes nothing, ever.
        clock: Seconds; another one in tests.

    Attributes:
        spent_s: Seconds for all looks so far.
        watched: What is made by itself, when it is due.
        log: Lines about looks that failed; the owner empties it.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        parts: Assembly,
        *,
        enabled: bool,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._rig = Rig(parts)
        self._enabled, self._clock = enabled, clock
        self._budget = ViewBudget(clock)
        self._turns = Turns(self._budget, (), clock)
        self._made: dict[str, View] = {}
        self._made_at: dict[str, int] = {}
        self._failed: set[str] = set()
        self.watched: tuple[str, ...] = ()
        self.spent_s = 0.0
        self.log: list[str] = []

    def watch(self, wanted: Iterable[str]) -> None:
        """Make these from now on, and nothing else; unknown ones are passed over."""
        known = [k for k in wanted if k in LOOKS and k not in self._failed]
        self.watched = tuple(known) if self._enabled else ()
        self._turns = Turns(self._budget, self.watched, self._clock)

    def measured(self, sample: LayerSample) -> None:
        """Take in what the monitor has measured anyway."""
        wait = "gradient" in self.watched
        phases = self._rig.parts.phases
        cut = [phase.clipped.share(wait=wait) for phase in phases]
        self._rig.norms.add(sample, cut)

    def due(self, step: int) -> bool:
        """Return whether something is watched and it is its turn."""
        return bool(self.watched) and any(self._due(step))

    def _due(self, step: int) -> Iterator[str]:
        return (k for k in self._turns.due() if self._made_at.get(k) != step)

    @property
    def has_news(self) -> bool:
        """Whether `take` has something to tell."""
        return bool(self._made)

    @property
    def waiting(self) -> tuple[View, ...]:
        """What `take` will return."""
        return tuple(self._made.values())

    def take(self) -> tuple[View, ...]:
        """Return what was made since the last call, the newest of each kind."""
        made = self.waiting
        self._made = {}
        return made

    def make(self, step: int, *, due: bool) -> Iterator[None]:
        """Look; yields between pieces.

        Args:
            step: Steps made; what shows it already is not made again.
            due: Only those whose turn it is.
        """
        chosen = [*self._due(step)] if due else [*self.watched]
        for kind in chosen:
            if self._made_at.get(kind) != step:
                yield from self._make_one(kind, step)

    def _make_one(self, kind: str, step: int) -> Iterator[None]:
        self._made_at[kind] = step
        cost, start = 0.0, self._clock()
        try:
            for found in LOOKS[kind](self._rig, step):
                cost += self._clock() - start
                if found is None:
                    yield
                else:
                    arrays, words = found
                    words = {**words, "cost": (f"{cost:.6f}",)}
                    node = kinds.node_of(kind)
                    self._made[kind] = View(node, kind, step, arrays, words)
                start = self._clock()
        except InterruptedStepError:
            raise
        except Exception as error:  # noqa: BLE001 - a look never ends a training
            self._leave(kind, step, error)
        self.spent_s += cost
        self._turns.spent(kind, cost)
        self._budget.spent(cost)

    def _leave(self, kind: str, step: int, error: Exception) -> None:
        """Watch this no more, and say why, where it is looked at as well."""
        self._failed.add(kind)
        self.watch(self.watched)
        reason = tr("this network can't be looked at in this way")
        if isinstance(error, EngineError):
            reason = str(error)
        elif is_scarce(error):
            reason = tr("there is too little memory for it")
        words = tr(
            "“{what}” can't be watched: {reason}",
            what=kinds.title(kind),
            reason=reason,
        )
        self.log.append(words)
        node = kinds.node_of(kind)
        self._made[kind] = View(node, kind, step, {}, {kinds.FAILED: (words,)})
