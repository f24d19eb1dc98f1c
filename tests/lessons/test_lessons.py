"""Lessons: their files, the truths they ask for, and what is said to answers."""

import json
import math

import pytest
import torch

import presets
from engine.cli.main import USER_ERROR, main
from engine.compile.program import compile_project
from engine.errors import ConfigError, DocumentError
from engine.explain.lessons.answers import truths
from engine.graph.files import serialize
from engine.lessons import judging, library, reading
from engine.lessons.lesson import Choice, Deed, Step
from engine.protocol.lessons import Question, Truth
from engine.training.evaluation.feeds import Feeds
from engine.training.machine import rng_state

FILES = sorted(library.FOLDER.glob("*/*.json"))


def asked(preset, *questions):
    return truths(serialize.dumps(presets.load(preset)), questions).answers


def first_step(name):
    """Return a net with its gradients, and its first batch, by plain torch."""
    project = presets.load(name)
    seed, size = (project.training.number(key) for key in ("seed", "batch_size"))
    program = compile_project(project, seed=seed)
    feeds = Feeds(program, size, torch.device("cpu"), seed)
    rng_state.seed(seed)
    batch = feeds.next()
    phase = program.phases[0]
    loss = phase.total(phase.run(batch))
    loss.backward()
    return program, batch, loss.item()


def test_there_are_twelve_in_both_languages():
    names = {path.parent.name: [] for path in FILES}
    for path in FILES:
        names[path.parent.name].append(path.name)
    assert names["en"] == names["ja"]
    assert len(names["en"]) == 12


@pytest.mark.parametrize("name", [p.name for p in FILES if p.parent.name == "en"])
def test_languages_differ_in_words_alone(name):
    english, japanese = (
        reading.read(library.FOLDER / tongue / name) for tongue in ("en", "ja")
    )
    assert english.preset == japanese.preset
    for one, other in zip(english.steps, japanese.steps, strict=True):
        assert one.text != other.text
        for step in (one, other):
            assert all(f"{{{number}}}" in step.text for number in step.numbers)
        same = ("kind", "numbers", "question", "right", "within", "deed")
        assert all(getattr(one, key) == getattr(other, key) for key in same)
        assert [c.id for c in one.choices] == [c.id for c in other.choices]
        assert bool(one.hint) == bool(other.hint)
        assert bool(one.reveal) == bool(other.reveal)


@pytest.mark.parametrize("lesson", [each.id for each in library.all_lessons()])
def test_every_question_has_an_answer_among_the_choices(lesson):
    found = next(each for each in library.all_lessons() if each.id == lesson)
    text = serialize.dumps(presets.load(found.preset))
    for step in found.steps:
        if not step.questions:
            continue
        answers = truths(text, step.questions).answers
        assert all(math.isfinite(each.value) for each in answers)
        if step.kind == "choose" and step.question is not None:
            assert {c.id for c in step.choices} & set(answers[-1].words)
            assert {c.id for c in step.choices} - set(answers[-1].words)


def test_truths_of_a_net_are_those_of_plain_torch():
    program, batch, loss = first_step("xor")
    named = dict(program.modules.named_parameters())
    w, g = named["hidden.weight"].detach(), named["hidden.weight"].grad
    x = batch["data.point"]
    z = x @ w.T + named["hidden.bias"].detach()
    found = asked(
        "xor",
        Question("loss"),
        Question("number", "hidden", "weight:weight", (0, 1)),
        Question("number", "hidden", "slope:weight", (0, 1)),
        Question("number", "hidden", "output", (3, 2)),
        Question("number", "hidden", "input", (3, 1)),
        Question("sign", "hidden", "slope:weight", (1, 1)),
    )
    wanted = [loss, w[0, 1], g[0, 1], z[3, 2], x[3, 1], g[1, 1]]
    assert [t.value for t in found] == pytest.approx(
        [float(x) for x in wanted], rel=1e-5
    )
    assert found[-1].words == ("up" if g[1, 1] > 0 else "down",)


def test_a_nudge_a_share_and_a_step_are_measured():
    program, batch, loss = first_step("xor")
    phase = program.phases[0]
    found = asked(
        "xor",
        Question("loss_after", "hidden", "weight", (0, 1), 0.01),
        Question("product", "hidden", "weight", (0, 1), 2),
        Question("overshoots", words=("0.3", "1", "3", "10")),
        Question("disagrees", "hidden", "weight", (0, 1)),
    )
    named = dict(program.modules.named_parameters())
    w, g = named["hidden.weight"], named["hidden.weight"].grad.clone()
    with torch.no_grad():
        w[0, 1] += 0.01
    assert found[0].value == pytest.approx(phase.total(phase.run(batch)).item())
    with torch.no_grad():
        w[0, 1] -= 0.01
    shares = []
    for n in range(20):
        one = {name: x[n : n + 1] for name, x in batch.items()}
        (slope,) = torch.autograd.grad(phase.total(phase.run(one)), [w])
        shares.append(slope[0, 1].item() / 20)
    assert found[1].value == pytest.approx(shares[2], rel=1e-4)
    against = [str(n) for n, s in enumerate(shares) if s * g[0, 1] < 0]
    assert list(found[3].words) == against
    for factor in (0.3, 1.0, 3.0):
        adam = torch.optim.Adam(phase.parameters, lr=0.03 * factor)
        kept = [p.detach().clone() for p in phase.parameters]
        adam.step()
        after = phase.total(phase.run(batch)).item()
        assert (after > loss) == (factor >= found[2].value)
        with torch.no_grad():
            for p, was in zip(phase.parameters, kept, strict=True):
                p.copy_(was)


def test_probabilities_uses_ratios_and_movers():
    program, batch, _ = first_step("digits-mlp")
    share, ratio = asked(
        "digits-mlp",
        Question("share", "loss", "", (0, 4), -1),
        Question("ratio"),
    )
    named = dict(program.modules.named_parameters())
    norms = [p.grad.norm().item() for p in named.values() if p.dim() > 1]
    assert ratio.value == pytest.approx(norms[0] / norms[-1], rel=1e-4)
    assert -1 < share.value < 0
    (uses,) = asked("mnist-cnn", Question("uses", "conv1", "weight", (0, 0, 2, 2)))
    assert uses.value == 28 * 28
    paths = {n.path for n in compile_project(presets.load("gan-2d"), seed=0).nodes}
    made = next(p for p in sorted(paths) if p.startswith("gen."))
    told = next(p for p in sorted(paths) if p.startswith("d_fake."))
    movers = [
        Question("mover", node, phase=phase)
        for node in (made, told)
        for phase in ("discriminator", "generator")
    ]
    assert [truth.words[0] for truth in asked("gan-2d", *movers)] == [
        "no",
        "yes",
        "yes",
        "no",
    ]
    assert batch


def test_asking_changes_nothing_and_refuses_what_is_not_there():
    before = torch.get_rng_state()
    asked("digits-lstm", Question("loss"))
    assert torch.equal(before, torch.get_rng_state())
    for question in (
        Question("number", "nowhere", "output", (0, 0)),
        Question("number", "hidden", "output", (0, 99)),
        Question("number", "hidden", "slope:nothing", (0, 0)),
        Question("path", "hidden", "weight", (0, 0), 9),
        Question("nothing"),
    ):
        with pytest.raises(ConfigError):
            asked("xor", question)


CHOOSE = next(
    s for s in library.all_lessons()[0].steps if s.kind == "choose" and s.question
)
NUMBER = Step("number", "?", {}, Question("loss"), within=0.02, hint="Hint.")


@pytest.mark.parametrize(
    ("answer", "wrong", "is_right", "words"),
    [
        ("-0.25", 0, True, "−0.25: right"),
        ("−0,252", 0, True, "−0.252: right"),
        ("0.25", 0, False, "0.25 has the wrong sign. Hint."),
        ("-0.9", 0, False, "−0.9 is too far from 0"),
        ("-0.1", 0, False, "−0.1 is too near to 0"),
        ("-0.1", 1, False, "You said −0.1; the network has −0.25."),
        ("nan", 0, False, "“nan” is no number"),
        ("a lot", 0, False, "“a lot” is no number"),
    ],
)
def test_numbers_are_judged_in_words_with_the_learners_own(
    answer, wrong, is_right, words
):
    verdict = judging.judged(NUMBER, answer, Truth(-0.25), wrong)
    assert verdict.is_right == is_right
    assert verdict.words.startswith(words)


def test_choices_are_judged_and_told_at_the_second_mistake():
    truth = Truth(-1.0, ("down",))
    assert judging.judged(CHOOSE, "down", truth, 0).is_right
    first = judging.judged(CHOOSE, "up", truth, 0)
    assert not first.is_right
    assert "It rises" in first.words
    assert "It falls" not in first.words
    assert "It falls" in judging.judged(CHOOSE, "up", truth, 1).words


def test_right_answers_that_are_no_choices_are_not_told():
    said = judging.judged(CHOOSE, "up", Truth(1.0, ("7", "down", "31")), 1).words
    assert "It falls" in said
    assert "7" not in said
    assert "31" not in said


def test_deeds_are_read_from_the_document_and_the_run():
    project = presets.load("overfit")
    seen = judging.Seen(project, 40, {"loss": 2.0}, {"loss": 1.5, "accuracy": 0.4})

    def is_done(**deed):
        return judging.done(Step("do", "", {}, deed=Deed(**deed)), seen).is_right

    assert is_done(name="trained", least=40)
    assert not is_done(name="trained", least=41)
    assert is_done(name="better", key="loss", most=-0.4)
    assert not is_done(name="better", key="loss", most=-0.6)
    assert is_done(name="reached", key="accuracy", least=0.4)
    assert not is_done(name="reached", key="accuracy", least=0.5)
    assert not is_done(name="reached", key="unheard", least=0.5)
    assert is_done(name="has", key="relu", least=2)
    assert not is_done(name="has", key="dropout", least=1)
    assert is_done(name="setting", key="batch_size", most=32)
    assert is_done(name="setting", key="lr", least=0.002)
    assert not is_done(name="setting", key="lr", least=0.003)
    step = Step("do", "", {}, Question("ratio"), deed=Deed("measured", least=0.1))
    assert judging.done(step, seen, Truth(0.2)).is_right
    verdict = judging.done(step, seen, Truth(0.01))
    assert "0.01" in verdict.words
    assert not verdict.is_right


GOOD = json.loads((library.FOLDER / "en" / "01-slope.json").read_text("utf-8"))


def broken(**changes):
    return {**GOOD, **changes}


def step(**changes):
    return broken(steps=[{**GOOD["steps"][2], **changes}])


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ([], "{ … }"),
        (broken(version=2), "version"),
        (broken(titel="x"), "titel"),
        (broken(title=3), "title"),
        (broken(steps=[]), "steps"),
        (broken(minutes="five"), "minutes"),
        (step(kind="guess"), "guess"),
        (step(within=0), "within"),
        (step(ask={"name": "exec"}), "exec"),
        (step(ask={"name": "loss", "cell": [-1]}), "cell"),
        (step(kind="choose", choices={"a": "b"}), "choices"),
        (step(kind="do"), "deed"),
        (step(kind="do", deed={"name": "run"}), "run"),
    ],
)
def test_files_that_are_wrong_are_refused_with_the_place(tmp_path, record, words):
    path = tmp_path / "99-own.json"
    path.write_text(json.dumps(record), "utf-8")
    with pytest.raises(DocumentError) as caught:
        reading.read(path)
    assert "99-own.json" in str(caught.value)
    assert words in str(caught.value)


def test_what_is_no_json_is_refused(tmp_path):
    for content in (b"", b"\xff\xfe", b"{", b"[" * 100_000):
        path = tmp_path / "99-own.json"
        path.write_bytes(content)
        with pytest.raises(DocumentError, match="99-own"):
            reading.read(path)


def test_numbers_are_put_into_the_text():
    found = judging.filled("w is {w}, {x} isn't.", {"w": Truth(-0.25)})
    assert found == "w is −0.25, {x} isn't."


def test_the_terminal_lists_and_plays(capsys, monkeypatch):
    assert main(["lessons", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["lessons"]) == 12
    answers = iter(["1", "2", "0.9", "0.2793", "1", "2", "3"])
    monkeypatch.setattr("sys.stdin", answers)
    assert main(["lessons", "01-slope"]) == 0
    told = capsys.readouterr().out
    assert "0.9 is too far from 0" in told
    assert told.count("ight") >= 5
    monkeypatch.setattr("sys.stdin", iter(["1"]))
    assert main(["lessons", "1"]) == 1
    assert "slope" in capsys.readouterr().out
    assert main(["lessons", "99"]) == USER_ERROR
    assert main(["lessons", "01-slop"]) == USER_ERROR


def test_what_memory_decay_and_dropout_do_is_measured():
    program, batch, _ = first_step("digits-mlp")
    phase = program.phases[0]
    w = dict(program.modules.named_parameters())["scores.weight"]
    adam = torch.optim.AdamW(phase.parameters, lr=0.003, weight_decay=0.05)
    kept = []
    for number in range(3):
        kept.append(w[0, 0].item())
        adam.step() if number < 2 else None
        for p in phase.parameters:
            p.grad.zero_()
    coasts, steady, penalty, decay = asked(
        "digits-mlp",
        Question("coasts", "scores", "weight", (0, 0)),
        Question("steady", "scores", "slope:bias", (0,),
                 0.9, ("0.1",)),
        Question("penalty", number=0.1),
        Question("decay_step", "scores", "weight", (0, 0), 0.5, ("0.1",)),
    )  # fmt: skip
    assert coasts.value == pytest.approx(kept[2] - kept[1], rel=1e-3)
    assert coasts.words == ("moves",)
    program, batch, _ = first_step("digits-mlp")
    named = dict(program.modules.named_parameters())
    assert steady.value == pytest.approx(-named["scores.bias"].grad[0].item(), rel=1e-5)
    squares = sum(p.detach().double().square().sum().item() for p in named.values())
    assert penalty.value == pytest.approx(0.05 * squares, rel=1e-6)
    w00 = named["scores.weight"][0, 0].item()
    assert decay.value == pytest.approx(-0.05 * w00, rel=1e-6)
    kept_, whole = (
        Question("passed_on", "relu1", "", (0,), 0.2, (when,))
        for when in ("training", "evaluation")
    )
    kept_, whole = asked("digits-mlp", kept_, whole)
    assert kept_.value == pytest.approx(whole.value / 0.8)
    assert batch


def test_a_score_is_pulled_both_ways_and_a_task_is_forgotten():
    ours, theirs, sure, count = asked(
        "gan-2d",
        Question("number", "d_fake.score", "upstream", (0, 0), phase="discriminator"),
        Question("number", "d_fake.score", "upstream", (0, 0), phase="generator"),
        Question("chance", "d_fake.score", "", (0, 0), phase="generator"),
        Question("samples", "d_fake.score", phase="generator"),
    )
    assert theirs.value == pytest.approx((sure.value - 1) / count.value, rel=1e-4)
    assert ours.value == pytest.approx(theirs.value + 1 / count.value, rel=0.2)
    tasks = ("task A", "task B")
    learned, after, best, loss = asked(
        "forgetting",
        Question("task_loss", words=tasks[:1]),
        Question("task_loss", words=tasks),
        Question("keeper", words=tasks),
        Question("loss"),
    )
    assert after.words == ("worse",)
    assert learned.value < best.value < after.value
    assert best.words == ("rehearse",)
    assert loss.value == asked("forgetting", Question("loss"))[0].value
    with pytest.raises(ConfigError):
        asked("forgetting", Question("keeper", words=("task A", "task C")))


def test_the_network_has_its_number_in_what_is_said():
    question = Question("coasts")
    choices = (Choice("a", "one"), Choice("b", "two"))
    asks = Step("choose", "?", {}, question, choices=choices, hint="It is {true}.",
                reveal="So {true}.")  # fmt: skip
    truth = Truth(-0.25, ("b",))
    assert judging.judged(asks, "a", truth, 0).words == "“one”: no. It is −0.25."
    assert judging.judged(asks, "b", truth, 0).words == "Right. So −0.25."
