"""Trial and error against backpropagation: each does what its paper says, no more."""

import json

import pytest
import torch

import presets
from engine.cli.main import USER_ERROR, main
from engine.compile.program import compile_project
from engine.errors import ConfigError
from engine.explain.race import racers
from engine.explain.race.objective import Objective, SpentError
from engine.explain.race.race import Race
from engine.training.evaluation.feeds import Feeds
from engine.training.machine import rng_state


class Bowl:
    """Σ a·(w − 1)², whose slope is known, in place of a net."""

    def __init__(self, size=6, budget=10_000):
        self.scale = torch.linspace(0.5, 2.0, size, dtype=torch.float64)
        self.spent, self.budget, self.asked = 0, budget, []

    def weights(self):
        return torch.zeros_like(self.scale)

    def loss(self, weights):
        self._spend(1)
        self.asked.append(weights.clone())
        return float((self.scale * (weights - 1) ** 2).sum())

    def slope(self, weights):
        self._spend(3)
        self.asked.append(weights.clone())
        return 2 * self.scale * (weights - 1)

    def _spend(self, count):
        if self.spent + count > self.budget:
            raise SpentError
        self.spent += count


def raced(racer, bowl, seed=0):
    with pytest.raises(SpentError):
        for _ in racer(bowl, 0.05, torch.Generator().manual_seed(seed)):
            pass
    return bowl


def xor():
    project = presets.load("xor")
    program = compile_project(project, seed=0)
    feeds = Feeds(program, 20, torch.device("cpu"), 0)
    rng_state.seed(0)
    batch = feeds.next()
    program.phases[0].enter()
    state = rng_state.state(torch.device("cpu"))
    return Objective(program.phases[0], batch, state, 100)


def test_loss_and_slope_are_those_of_plain_torch():
    objective = xor()
    phase = objective.phase
    weights = objective.weights() + 0.1
    slope, loss = objective.slope(weights), objective.loss(weights)
    total = phase.total(phase.run(objective.feeds))
    found = torch.autograd.grad(total, phase.parameters)
    assert loss == pytest.approx(total.item())
    assert torch.allclose(slope, torch.cat([g.flatten() for g in found]))
    assert objective.spent == 4
    assert objective.curve == [(3, pytest.approx(loss))]


def test_nobody_gets_more_evaluations_than_the_others():
    found = {lane.racer: lane for lane in Race(presets.load("xor"), 200).run()}
    assert set(found) == set(racers.RACERS)
    assert all(197 < lane.evaluations <= 200 for lane in found.values())
    for lane in found.values():
        losses = [loss for _, loss in lane.curve]
        assert losses == sorted(losses, reverse=True)
        assert lane.loss == losses[-1]
        assert all(0 < spent <= lane.evaluations for spent, _ in lane.curve)


def test_all_begin_with_the_same_loss():
    lanes = {lane.racer: lane for lane in Race(presets.load("spirals"), 50).run()}
    first = {name: lanes[name].curve[0][1] for name in ("random", "differences")}
    assert first["random"] == first["differences"]
    assert lanes["backprop"].curve[0][1] == first["random"]


def test_backpropagation_goes_as_torchs_adam():
    bowl = raced(racers.backpropagation, Bowl(budget=60))
    w = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([w], lr=0.05)
    for asked in bowl.asked:
        assert torch.allclose(asked, w.detach(), atol=1e-12)
        adam.zero_grad()
        (bowl.scale * (w - 1) ** 2).sum().backward()
        adam.step()


def test_finite_differences_find_the_same_way_at_two_evaluations_a_weight():
    slow = raced(racers.differences, Bowl(budget=1 + 12 * 5))
    quick = raced(racers.backpropagation, Bowl(budget=15))
    first = torch.eye(6, dtype=torch.float64)[0]
    middles = [asked - 1e-3 * first for asked in slow.asked[1::12]]
    for here, there in zip(middles, quick.asked, strict=True):
        assert torch.allclose(here, there, atol=1e-6)


def test_random_search_keeps_only_what_is_better():
    bowl = raced(racers.random_search, Bowl(budget=300))
    losses = [float((bowl.scale * (w - 1) ** 2).sum()) for w in bowl.asked]
    best, lowest, size = bowl.asked[0], losses[0], 0.05
    generator = torch.Generator().manual_seed(0)
    for asked, loss in zip(bowl.asked[1:], losses[1:], strict=True):
        noise = torch.randn(6, generator=generator).double()
        assert torch.allclose(asked, best + size * noise)
        better = loss < lowest
        best, lowest = (asked, loss) if better else (best, lowest)
        size = max(size * (1.5 if better else 0.9), 5e-5)
    assert lowest < losses[0] / 10


def test_evolution_guesses_the_slope_out_of_pairs():
    bowl = raced(racers.evolution, Bowl(budget=20 * 60))
    guess = torch.zeros(6, dtype=torch.float64)
    ahead, back = bowl.asked[0:20:2], bowl.asked[1:20:2]
    for a, b in zip(ahead, back, strict=True):
        assert torch.allclose(a, -b)  # around the start, which is 0
        gap = (bowl.scale * ((a - 1) ** 2 - (b - 1) ** 2)).sum()
        guess += gap / (2 * 0.05 * 10) * (a / 0.05)
    moved = (bowl.asked[20] + bowl.asked[21]) / 2
    assert torch.allclose(moved, -0.05 * guess.sign(), atol=1e-6)


def test_with_few_weights_guessing_is_close_with_many_it_is_not():
    def reached(units):
        project = presets.load("xor")
        node = project.graph.nodes["hidden"]
        project.graph.replace_node(
            type(node)(
                "hidden", "linear", params={**node.params, "out_features": units}
            )
        )
        return {lane.racer: lane.loss for lane in Race(project, 1500).run()}

    few, many = reached(4), reached(400)
    assert few["differences"] < 0.1
    assert many["differences"] > 0.5
    assert many["backprop"] < 1e-6


def test_a_project_of_several_phases_is_refused():
    with pytest.raises(ConfigError, match="one phase"):
        list(Race(presets.load("gan-2d"), 100).run())


def test_the_command_tells_all_four(capsys):
    assert main(["race", "xor", "--evaluations", "120", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["weights"] == 17
    assert [lane["racer"] for lane in found["lanes"]] == list(racers.RACERS)
    words = ["race", "xor", "--evaluations", "60", "--set", "hidden.out_features=9"]
    assert main(words) == 0
    assert "37 weights" in capsys.readouterr().out
    assert main(["race", "xor", "--evaluations", "1"]) == USER_ERROR
    assert main(["race", "xor", "--rate", "-1"]) == USER_ERROR


@pytest.mark.parametrize("seed", ["-1", "1" + "0" * 24])
def test_a_seed_beyond_a_trainings_is_refused_in_a_sentence(capsys, seed):
    assert main(["race", "xor", "--evaluations", "20", "--seed", seed]) == 2
    assert "seed" in capsys.readouterr().err
