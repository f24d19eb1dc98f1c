"""Layers that only move numbers: each is a copy, and takes its δ back with it."""

from engine.explain.tracers.general import LINEAR
from engine.explain.tracers.tracer import Tracer

TRACERS: dict[str, Tracer] = dict.fromkeys(
    (
        "flatten",
        "unflatten",
        "reshape",
        "squeeze",
        "unsqueeze",
        "permute",
        "transpose",
        "slice",
        "select",
        "last_step",
        "flip",
        "roll",
        "repeat",
        "pad1d",
        "pad2d",
        "pad3d",
        "upsample",
        "pixel_shuffle",
        "pixel_unshuffle",
        "channel_shuffle",
        "unfold",
    ),
    LINEAR,
)
