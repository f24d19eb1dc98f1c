"""How long a run is: epochs or steps, of which one counts and the other follows."""

from collections.abc import Mapping

from engine.graph.settings import Training
from engine.i18n import tr
from engine.layers.spec import Value
from workbench.inspector.fields import TextField
from workbench.inspector.form import Form
from workbench.theme import text
from workbench.theme.style import polish


class Length:
    """Keeps both fields in step.

    Args:
        form: Has the rows `epochs` and `steps`.
    """

    def __init__(self, form: Form) -> None:
        self._form = form
        self._per_epoch = 0
        self._epochs: int | None = None
        self._steps: int | None = None

    def show_training(self, training: Training) -> None:
        """Take over what the document says."""
        self._epochs = training.number("epochs") or None
        self._steps = training.number("steps") or None
        self._show()

    def show_per_epoch(self, steps: int) -> None:
        """Know how many steps an epoch has; 0 where that isn't known."""
        self._per_epoch = steps
        self._show()

    def counted(self, params: Mapping[str, Value], name: str) -> dict[str, Value]:
        """Return settings in which epochs that were typed count: without steps."""
        dropped = "steps" if name == "epochs" else ""
        return {key: value for key, value in params.items() if key != dropped}

    def _show(self) -> None:
        by_steps = self._steps is not None
        for name, is_quiet in (("epochs", by_steps), ("steps", not by_steps)):
            field = self._form.rows[name].field
            if isinstance(field, TextField):
                polish(field.edit, "quiet", value=is_quiet)
                field.edit.show_unit(self._unit(name))
                tip = tr("The steps count; epochs that are typed count instead.")
                field.edit.setToolTip(tip if by_steps else "")

    def _unit(self, name: str) -> str:
        """Return what the number that counts comes to, beside it."""
        per_epoch = self._per_epoch
        if self._steps is not None:
            if name == "steps" and per_epoch:
                return tr("= {n:g} epochs", n=float(f"{self._steps / per_epoch:.3g}"))
            return tr("doesn't count") if name == "epochs" else ""
        if name == "epochs" and per_epoch and self._epochs:
            return tr("= {n:step|steps}", n=text.count(self._epochs * per_epoch))
        return ""
