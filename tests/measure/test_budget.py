import pytest

from engine.measure.budget import Budget


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def simulated(cost_s, step_s, steps):
    """Return samples, share of the time, and the budget after so many steps."""
    clock = Clock()
    budget = Budget(clock=clock)
    samples = 0
    for step in range(steps):
        clock.now += step_s
        if budget.due():
            cost = cost_s(step)
            clock.now += cost
            budget.spent(cost)
            samples += 1
    return samples, budget, clock


@pytest.mark.parametrize("cost_s", [1e-5, 1e-3, 1e-2, 0.1])
@pytest.mark.parametrize("step_s", [1e-4, 1e-2, 0.2])
def test_budget_holds_five_per_cent_and_thirty_hertz(cost_s, step_s):
    samples, budget, clock = simulated(lambda _: cost_s, step_s, 60_000)
    assert budget.overhead <= 0.05
    assert samples / clock.now <= 30.5
    assert samples > 1


def test_budget_uses_what_it_is_given():
    _, budget, _ = simulated(lambda _: 5e-3, 1e-3, 20_000)
    assert budget.overhead > 0.03


def test_budget_adapts_when_measuring_becomes_dear():
    cheap, dear = 1e-4, 2e-2
    _, budget, _ = simulated(lambda s: cheap if s < 20_000 else dear, 1e-3, 60_000)
    assert budget.overhead <= 0.05
    assert budget.cost_s > cheap * 10


def test_budget_does_not_count_pauses():
    clock = Clock()
    budget = Budget(clock=clock)
    clock.now = 1.0
    budget.spent(0.1)
    budget.pause()
    clock.now = 100.0
    assert budget.overhead == pytest.approx(0.103)
    budget.resume()
    clock.now = 101.0
    assert budget.overhead == pytest.approx(0.0515)


def test_after_a_pause_the_next_sample_is_as_far_away_as_before():
    clock = Clock()
    budget = Budget(clock=clock)
    budget.spent(0.1)  # the next one is due in some seconds
    apart = budget.apart_s(budget.cost_s)
    clock.now = 1.0
    budget.pause()
    clock.now = 100.0
    budget.resume()
    assert not budget.due()
    clock.now = 100.0 + apart - 1.0 - 0.01
    assert not budget.due()
    clock.now += 0.02
    assert budget.due()


def test_storing_a_sample_delays_the_next_one():
    clock = Clock()
    budget = Budget(clock=clock)
    budget.spent(1e-3)
    budget.spent(1.0, sampled=False)
    clock.now = 10.0
    assert not budget.due()
    clock.now = 32.0
    assert budget.due()


def test_time_with_a_budget_of_its_own_counts_but_delays_nothing():
    clock = Clock()
    budget = Budget(clock=clock)
    clock.now = 10.0
    budget.also(0.1)
    assert budget.due()
    assert budget.overhead == pytest.approx(0.0103)


def test_what_is_done_in_a_pause_costs_the_training_nothing():
    clock = Clock()
    budget = Budget(clock=clock)
    clock.now = 10.0
    budget.pause()
    budget.also(5.0)
    assert budget.overhead == 0.0
    budget.resume()
    budget.also(0.1)
    assert budget.overhead == pytest.approx(0.0103)


@pytest.mark.parametrize(("seconds", "cost"), [(1e-3, 2e-3), (3e-3, 6e-3), (1, 1.003)])
def test_the_steps_after_something_short_cost_as_much_again(seconds, cost):
    clock = Clock()
    budget = Budget(clock=clock)
    clock.now = 10.0
    budget.also(seconds)
    assert budget.spent_s == seconds
    assert budget.overhead == pytest.approx(cost / 10)


def test_what_is_done_in_each_step_costs_what_it_takes():
    clock = Clock()
    budget = Budget(clock=clock)
    clock.now = 10.0
    budget.also(1e-3, each_step=True)
    assert budget.overhead == pytest.approx(1e-4)
