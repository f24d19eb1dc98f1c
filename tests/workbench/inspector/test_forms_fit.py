"""Forms are as narrow as their dock: no field is cut off beside a scroll bar."""

import pytest

from engine.graph.options import (
    NODE_PARAMS,
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
)
from engine.layers import registry
from workbench.inspector.form import Form

ROOM = 316 - 14 - 2 * 12
"""Of the dock: without its scroll bar and the edges of the page."""

_TABLES = {
    "nodes": NODE_PARAMS.values(),
    "phases": PHASE_PARAMS.values(),
    "training": TRAINING_PARAMS.values(),
    **{f"optimizer {o.id}": o.params for o in OPTIMIZERS.values()},
    **{f"schedule {s.id}": s.params for s in SCHEDULES.values()},
    **{spec.id: spec.params for spec in registry.all_specs()},
}


@pytest.mark.parametrize("name", _TABLES)
def test_form_fits_into_its_dock(qtbot, dressed, name):
    form = Form(tuple(_TABLES[name]))
    qtbot.addWidget(form)
    form.ensurePolished()
    for row in form.rows.values():
        row.field.ensurePolished()
    assert form.minimumSizeHint().width() <= ROOM
