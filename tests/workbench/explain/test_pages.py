"""Every layer of some presets has a page on every side, in both themes."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

import presets
from engine.explain.answers.copies import of_document
from engine.explain.answers.desk import HeldStep
from engine.graph.files.serialize import dumps
from engine.protocol import tracing
from engine.protocol.tracing import BATCH
from workbench.explain.layer import layouts
from workbench.explain.layer.formulas import formula_of
from workbench.explain.layer.places import place_of
from workbench.explain.layer.subject import Subject

PRESETS = (
    "xor", "sine", "spirals", "vae", "digits-lstm", "multimodal", "diffusion-2d",
    "sunspots", "gan-2d", "seq2seq", "mnist-resnet",
)  # fmt: skip
AREA = QRectF(16, 4, 620, 380)


@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_is_drawn_and_written_out(qapp, name):
    held = HeldStep(lambda: of_document(dumps(presets.load(name))))
    step = held.answer(tracing.HoldStep("x"))
    image = QImage(652, 400, QImage.Format.Format_RGB32)
    seen = set()
    for node in step.nodes:
        if node.type in seen:
            continue
        seen.add(node.type)
        for sample in (0, BATCH):
            opened = held.answer(tracing.OpenMoment(node.path, sample))
            for side in ("forward", "backward", "update"):
                subject = Subject(node, opened, side)
                page = layouts.page_of(subject, AREA)
                assert page.plates or side == "update" or not node.upstreams[0]
                assert all(formula_of(node, side))
                with QPainter(image) as painter:
                    for plate in page.plates:
                        plate.paint(painter)
                        assert plate.rect.bottom() < AREA.bottom() + 1, node.type
                        _write(held, node, plate, sample)
    held.close()


def _write(held, node, plate, sample):
    """Have the middle cell of a plate written out."""
    index = plate.index_at(plate.rect.center())
    if index is None:
        return
    assert plate.rect.adjusted(-9, -9, 9, 9).contains(plate.rect_of(index).center())
    cell = place_of(plate.piece, index)
    told = held.answer(tracing.WriteCell(node.path, plate.name, cell, sample))
    if all(size == 1 for size in plate.piece.block):
        assert told.value == pytest.approx(plate.piece.values[index], nan_ok=True)
