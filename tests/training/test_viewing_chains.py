"""Views that run presets on: the chain and the text equal what is computed by hand."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from engine.compile.program import compile_project
from engine.data import catalog
from engine.graph.model import Node
from engine.training.evaluation.feeds import Feeds
from engine.training.views.maker import Viewing
from tests.training.projects import project
from tests.training.test_viewing import made, parameters, viewing_of


def noise_found(w, mixture, step):
    speed = 10_000.0 ** (-torch.arange(32) / 31)
    angle = torch.full((len(mixture), 1), float(step)) * speed
    value = torch.cat([angle.sin(), angle.cos(), mixture], 1)
    for name in ("linear1", "linear2", "linear3"):
        value = F.linear(value, w[f"net.{name}.weight"], w[f"net.{name}.bias"])
        value = F.silu(value)
    return F.linear(value, w["net.noise.weight"], w["net.noise.bias"])


def test_chain_of_a_preset_is_the_reverse_process_by_hand():
    changes = {"chain__count": 5, "chain__sampling_steps": 4, "chain__frames": 5}
    program, _, viewing = viewing_of("diffusion-2d", **changes)
    (view,) = made(viewing)
    w = parameters(program)
    left = (1 - torch.linspace(1e-3, 0.2, 100, dtype=torch.float64)).cumprod(0)
    mixture = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    for step, following in ((99, 66), (66, 33), (33, 0), (0, None)):
        found = noise_found(w, mixture, step)
        share = left[step].item()
        sample = (mixture - (1 - share) ** 0.5 * found) / share**0.5
        rest = 1.0 if following is None else left[following].item()
        mixture = rest**0.5 * sample + (1 - rest) ** 0.5 * found
    scaling = catalog.load({"source": "gaussians8", "scaling": "standardise"}).scaling
    expected = scaling["point"].invert(mixture.numpy())
    assert view.arrays["steps"].tolist() == [99, 66, 33, 0, -1]
    np.testing.assert_allclose(view.arrays["points"], expected, rtol=1e-3, atol=1e-3)


def test_text_of_a_preset_follows_its_network():
    changes = {
        "data__context": 12,
        "data__samples": 4000,
        "sample__prompt": "def ",
        "sample__length": 6,
        "sample__top_k": 1,
    }
    program, _, viewing = viewing_of("char-lstm", **changes)
    (view,) = made(viewing)
    modules = program.modules
    modules.eval()
    tokens = view.arrays["tokens"].tolist()
    assert view.words["text"][0].startswith("def ")
    assert len(tokens) == 10
    for length in range(4, 10):
        seen = torch.tensor([tokens[:length]])
        out, _ = modules.at("lstm")(modules.at("embedding")(seen))
        assert modules.at("scores")(out)[0, -1].argmax().item() == tokens[length]


def test_first_text_is_short_and_what_is_asked_for_is_whole():
    changes = {"data__context": 12, "data__samples": 4000, "sample__length": 48}
    _, _, viewing = viewing_of("char-lstm", **changes)
    viewing.watched = True
    list(viewing.make_due(1))
    (first,) = viewing.take()
    start = len(first.words["prompt"][0])
    assert len(first.words["text"][0]) == start + 16
    list(viewing.make(2))
    (whole,) = viewing.take()
    assert len(whole.words["text"][0]) == start + 48
    assert whole.words["text"][0].startswith(first.words["text"][0])


def labelled(params):
    """A net that answers its class embedded, whatever the mixture and the time."""
    nodes = [
        Node("data", "data", {"source": "digits"}),
        Node("noise", "noise", {"shape": (1, 8, 8)}),
        Node("when", "noise", {"distribution": "uniform", "shape": (1,)}),
        Node("spoil", "noise_schedule", {"predict": "sample", "steps": 10}),
        Node("class", "embedding", {"num_embeddings": 10, "embedding_dim": 64}),
        Node("picture", "reshape", {"shape": (1, 8, 8)}),
        Node("nothing", "scale", {"factor": 0.0}),
        Node("hour", "reshape", {"shape": (1, 1, 1)}),
        Node("never", "scale", {"factor": 0.0}),
        Node("net", "add"),
        Node("loss", "mse"),
        Node("chain", "denoising_chain", params),
    ]
    wires = (
        "data.image>spoil.input noise.out>spoil.noise when.out>spoil.time "
        "data.label>class.input class.out>picture.input spoil.noisy>nothing.input "
        "spoil.time>hour.input hour.out>never.input never.out>net.inputs "
        "nothing.out>net.inputs picture.out>net.inputs net.out>loss.input "
        "spoil.target>loss.target spoil.noisy>chain.noisy spoil.time>chain.time "
        "net.out>chain.input"
    )
    return project(nodes, wires, batch_size=32)


def test_each_sample_of_a_chain_is_of_the_class_of_its_own():
    document = labelled({"count": 400, "frames": 2, "sampling_steps": 2})
    program = compile_project(document, seed=0)
    feeds = Feeds(program, 32, torch.device("cpu"), 0)
    (view,) = made(Viewing(program, feeds))
    labels = torch.cat(
        [batch["data.label"] for _, batch in feeds.validation_batches(100)]
    )
    golden = (math.sqrt(5) - 1) / 2
    asked = labels[[int(k * golden % 1 * len(labels)) for k in range(400)]]
    pictures = parameters(program)["class.weight"][asked].reshape(-1, 8, 8).numpy()
    low, high = view.arrays["range"]
    expected = np.rint((pictures - low) / (high - low) * 255)
    assert np.array_equal(view.arrays["samples"][..., 0], expected)
    assert len(set(asked.tolist())) == 10
