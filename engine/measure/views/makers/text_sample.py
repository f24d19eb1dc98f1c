"""Text that a language model writes.

Arrays: `tokens` (all, the prompt's first). Words: `text`, `prompt`.

Axes: T places, C tokens of the vocabulary.
"""

import numpy as np
import torch
from torch import Tensor

from engine.i18n import tr
from engine.measure.views.subject import Answer, Drawing, Subject
from engine.pretrained import vocabulary
from engine.pretrained.bpe import joined


def draw(subject: Subject) -> Drawing:
    """Return the prompt and what the network makes of it.

    Raises:
        ValueError: When the scores don't follow from the tokens.
    """
    if subject.answer is None:
        msg = tr("the scores do not depend on the tokens")
        raise ValueError(msg)
    names = subject.classes
    start = torch.tensor(_prompted(subject) or [0])
    top_k = subject.params.get("top_k")
    generator = torch.Generator().manual_seed(int(subject.number("seed")))
    tokens = write(
        subject.answer,
        start.to(subject.inputs["tokens"]),
        int(subject.number("length", 160)),
        window=subject.inputs["tokens"].shape[1],
        draw_one=Drawer(
            subject.number("temperature", 1.0),
            top_k if isinstance(top_k, int) else None,
            generator,
        ),
    )
    said = [names[n] if n < len(names) else f"<{n}>" for n in tokens.tolist()]
    text = (joined(said[: len(start)]), joined(said))
    return {"tokens": tokens.cpu().numpy().astype(np.int64)}, {
        "prompt": text[:1],
        "text": text[1:],
    }


def _prompted(subject: Subject) -> list[int]:
    """Return the tokens of the prompt: a model's own, or those of its letters."""
    prompt = str(subject.params.get("prompt") or "")
    pairs = vocabulary.chosen(subject.origins.get("tokens", {}))
    if pairs is not None:
        found: list[int] = pairs.encode(prompt, special=True).tolist()
        return found
    numbers = {name: number for number, name in enumerate(subject.classes) if name}
    return [numbers[letter] for letter in prompt if letter in numbers]


_COLDEST = 1e-6
"""Temperature below which the best token is certain, and scores would overflow."""


class Drawer:
    """Draws the next token from scores.

    Args:
        temperature: Scores are divided by it.
        top_k: Only so many of the best are possible; None means all.
        generator: Source of random numbers, on the CPU.
    """

    def __init__(
        self, temperature: float, top_k: int | None, generator: torch.Generator
    ) -> None:
        self._temperature, self._top_k = max(temperature, _COLDEST), top_k
        self._generator = generator

    def shares(self, scores_C: Tensor) -> Tensor:
        """Return the probability of every token.

        Shape:
            C → C
        """
        scores_C = scores_C.detach().double().cpu() / self._temperature
        if self._top_k is not None and self._top_k < len(scores_C):
            least = scores_C.topk(self._top_k).values[-1]
            scores_C = scores_C.masked_fill(scores_C < least, -torch.inf)
        return scores_C.softmax(0)

    def __call__(self, scores_C: Tensor) -> int:
        """Return the number of one token."""
        shares_C = self.shares(scores_C)
        return int(torch.multinomial(shares_C, 1, generator=self._generator))


def write(
    answer: Answer, start_T: Tensor, length: int, *, window: int, draw_one: Drawer
) -> Tensor:
    """Return the start and `length` tokens after it.

    Args:
        answer: From tokens 1×T to scores 1×T×C.
        start_T: At least one token.
        length: How many to write.
        window: Most tokens that the network reads at once.
        draw_one: Chooses.

    Shape:
        T → T + length
    """
    tokens = start_T
    for _ in range(length):
        seen = tokens[-window:].unsqueeze(0)
        place = seen.shape[1] - 1
        if place < window - 1:
            seen = torch.nn.functional.pad(seen, (0, window - 1 - place))
        chosen = draw_one(answer(seen)[0, place])
        tokens = torch.cat([tokens, tokens.new_tensor([chosen])])
    return tokens
