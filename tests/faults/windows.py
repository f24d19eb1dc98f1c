"""Two windows on one file, which other programs change too.

Nothing is ever overwritten that nobody was asked about; both sides' work is offered;
and what a killed window leaves is its own.
"""

import argparse
import random
import time
from pathlib import Path

from engine.graph.files import serialize
from tests.faults._rhythms import digest_of
from tests.faults._tampering import OTHERS, Tamperer
from tests.faults.crash import SIZE, chain
from tests.helpers.desk import Desk
from tests.helpers.display import Nowhere

HELP = "two windows on one file that others change too: nothing is overwritten unasked"
STEPS, SOON_S, KEPT_S = 14, 8.0, 2.3
BOTH = {"Reload", "Keep mine", "Save as…"}


def run(options: argparse.Namespace, folder: Path) -> int:
    """Play `--n` sequences and print what was overwritten."""
    good = 0
    for seed in range(options.seed, options.seed + options.n):
        wrong = played(seed, folder / str(seed))
        good += not wrong
        if wrong:
            print(f"seed {seed}: {wrong}", flush=True)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return int(good != options.n)


def played(seed: int, home: Path, steps: int = STEPS, kept_s: float = KEPT_S) -> str:
    """Play one sequence; return what was wrong.

    Args:
        seed: Of all that is random.
        home: The folder of the user.
        steps: How many things are done before one window is killed.
        kept_s: After so long a window's copy must hold all its work; where other
            programs have the machine, more than is promised.
    """
    game = Game(random.Random(seed), home, kept_s)
    try:
        game.play(steps)
    except (AssertionError, OSError) as error:
        return f"{', '.join(game.done[-8:])}: {error}"
    finally:
        game.close()
    return ""


class Side:
    """One of the windows.

    Args:
        desk: The window.
        name: For what is told.
        known: The hash of what it has read, written or was told to keep.
    """

    def __init__(self, desk: Desk, name: str, known: str) -> None:
        self.desk, self.name, self.known = desk, name, known

    def digest(self) -> str:
        """Return the hash of its document."""
        return str(self.desk.ask("hands.digest()"))


class Game:
    """A user with windows, and another program.

    Args:
        chance: Of all that is done.
        home: The folder of the user.
        kept_s: After so long a window's copy must hold its work.
    """

    def __init__(
        self, chance: random.Random, home: Path, kept_s: float = KEPT_S
    ) -> None:
        home.mkdir(parents=True)
        self._chance, self._home, self._kept_s = chance, home, kept_s
        self.done: list[str] = []
        self._number, self._desks = 0, []
        self.file = home / "net.bpw"
        self.file.write_text(chain(3), "utf-8")
        self.other = Tamperer(self.file, chain(3), chance)
        word = self.other.word()
        self.sides = [Side(self._open(), name, word) for name in "AB"]

    def _open(self, *arguments: str) -> Desk:
        words = arguments or (str(self.file),)
        self._desks.append(Desk(Nowhere(), self._home, *words, *SIZE))
        return self._desks[-1]

    def close(self) -> None:
        """End the windows."""
        for desk in self._desks:
            if desk.process.poll() is None:
                desk.process.kill()
            desk.close()

    def play(self, steps: int) -> None:
        """Do so many things, then kill one of the windows."""
        assert "Another window" in self.sides[1].desk.ask("banner()")
        moves = [self.edit, self.save, self.tamper, self.take, self.meddle, self.copy]
        for _ in range(steps):
            move = self._chance.choices(moves, [4, 4, 5, 3, 1, 1])[0]
            move(self._chance.choice(self.sides))
        self.crash(self._chance.choice(self.sides))
        for desk in self._desks:
            assert "Traceback" not in desk.errors_so_far(), desk.errors_so_far()[-1500:]

    # What is done --------------------------------------------------------------

    def edit(self, side: Side) -> None:
        """Make one step."""
        self._number += 1
        self.done.append(f"{side.name} edits")
        side.desk.ask(f"hands.edit({self._number})")

    def save(self, side: Side) -> None:
        """Save; a question must come where the disk is not what the window knows."""
        self.done.append(f"{side.name} saves")
        mine, word = side.digest(), self.other.word()
        is_locked = self.other.is_locked()
        side.desk.ask("hands.later('save')")
        if word and word != side.known and not self._agreed(side):
            return
        if is_locked and not self._agreed(side):
            return
        if self.file.is_dir():
            side.desk.wait("'Save as…' in hands.offers()", SOON_S)
            assert self.file.is_dir(), "a folder was replaced"
            return
        self._see_saved(side, mine)

    def _see_saved(self, side: Side, mine: str) -> None:
        """Wait until the file holds a window's work and nothing is asked."""
        limit = time.monotonic() + SOON_S
        while self.other.word() != mine and time.monotonic() < limit:
            time.sleep(0.02)
        assert self.other.word() == mine, "it is not what was saved"
        side.desk.wait(f"window.document.known == {mine!r}", SOON_S)
        side.desk.wait("front() == ''", SOON_S)
        side.known = mine

    def _agreed(self, side: Side) -> bool:
        """Answer the question whether to overwrite; the disk may change meanwhile."""
        side.desk.wait("hands.asks()", SOON_S)
        before = self.other.word()
        assert before != side.digest() or self.other.is_locked(), "written, then asked"
        answer = self._chance.choice(["Overwrite", "Overwrite", "Cancel"])
        is_late = self._chance.random() < 0.3 and not self.other.is_locked()
        if is_late:
            self.done.append("another program writes while it asks")
            self.other.do("write")
            before, answer = self.other.word(), "Overwrite"
        self.done.append(answer)
        side.desk.ask(f"hands.answer({answer!r})")
        if answer == "Cancel":
            side.desk.wait("front() == ''", SOON_S)
            assert self.other.word() == before, "cancelled, and overwritten"
            return False
        return self._agreed(side) if is_late else True

    def tamper(self, _side: Side) -> None:
        """Let another program do something; both windows must tell of it."""
        what = self._chance.choice(OTHERS)
        self.done.append(what)
        self.other.do(what)
        for side in self.sides:
            self._is_told(side)

    def _is_told(self, side: Side) -> None:
        """See that a window offers both sides' work where they differ."""
        word = self.other.word()
        if not word:
            told = "'moved or deleted' in banner() or hands.offers() == ['Save as…']"
            side.desk.wait(told, SOON_S)
        elif word != side.known:
            both = f"set({sorted(BOTH)!r}) <= set(hands.offers())"
            side.desk.wait(both, SOON_S)
        else:
            side.desk.wait("'Another program' not in banner()", SOON_S)

    def take(self, side: Side) -> None:
        """Take one of the sides that the banner offers."""
        if not set(side.desk.ask("hands.offers()")) >= BOTH or not self.other.word():
            return
        mine, word = side.digest(), self.other.word()
        choice = self._chance.choice(["Reload", "Keep mine", "Keep mine, too late"])
        self.done.append(f"{side.name} {choice}")
        if choice == "Reload":
            self._reload(side, mine, word)
            return
        side.desk.wait(
            f"window.controllers.changed_on_disk.on_disk.told() == {word!r}", SOON_S
        )
        if choice != "Keep mine":
            self.other.do("write")
        side.desk.ask("hands.offer('Keep mine')")
        side.desk.wait(f"window.document.known == {word!r}", SOON_S)
        side.known = word
        self._settle(side)

    def _reload(self, side: Side, mine: str, word: str) -> None:
        side.desk.ask("hands.offer('Reload')")
        if self.other.is_whole():
            side.desk.wait(f"window.document.known == {word!r}", SOON_S)
            text = serialize.dumps(serialize.load(self.file))
            (self._home / "expected").write_text(text, "utf-8")
            assert side.digest() == digest_of(self._home / "expected"), "not reloaded"
            side.known = word
        else:
            side.desk.wait("'net.bpw' in banner()", SOON_S)
            assert side.digest() == mine, "a broken file took the place of the work"
            self._is_told(side)

    def _settle(self, _side: Side) -> None:
        for side in self.sides:
            self._is_told(side)

    def meddle(self, side: Side) -> None:
        """Let another program write in the middle of our save."""
        if self.other.word() != side.known or self.other.is_locked():
            return
        self.edit(side)
        when = self._chance.choice(["before", "after"])
        self.done.append(f"another program writes just {when} {side.name} has saved")
        text, mine = self.other.fresh(), side.digest()
        side.desk.ask(f"hands.meddle({when!r}, {str(self.file)!r}, {text!r})")
        side.desk.ask("hands.later('save')")
        if when == "before":
            side.desk.wait("hands.asks()", SOON_S)
            side.desk.ask("hands.answer('Cancel')")
            side.desk.wait("front() == ''", SOON_S)
        else:
            side.desk.wait(f"window.document.known == {mine!r}", SOON_S)
            side.known = mine
        assert self.file.read_text("utf-8") == text, "what others wrote is gone"
        self._settle(side)

    def copy(self, side: Side) -> None:
        """Save under another name, typed without its suffix, over a file or none."""
        self.done.append(f"{side.name} saves as")
        before, mine = self.other.word(), side.digest()
        target = self._home / f"copy-{self._number}-{side.name}.bpw"
        taken = self._chance.random() < 0.5 and not target.exists()
        if taken:
            target.write_text("precious", "utf-8")
        taken = target.exists()
        side.desk.ask("hands.later('save_as')")
        side.desk.wait("front() == 'QFileDialog'", SOON_S)
        side.desk.ask(f"hands.choose({str(target.with_suffix(''))!r})")
        if taken:
            side.desk.wait("hands.asks()", SOON_S)
            side.desk.ask("hands.answer('Replace')")
        side.desk.wait(f"str(window.document.path) == {str(target)!r}", SOON_S)
        assert digest_of(target) == mine, "the copy is another"
        assert self.other.word() == before, "the file was written too"
        self._back(side)

    def _back(self, side: Side) -> None:
        """Open the shared file again."""
        if not self.other.is_whole():
            self.other.mend()
        side.desk.ask(f"window.controllers.files.reload(Path({str(self.file)!r}))")
        side.known = self.other.word()
        self._settle(side)

    # The end -------------------------------------------------------------------

    def crash(self, side: Side) -> None:
        """Kill one window: its work is offered, that of the other is not."""
        for one in self.sides:
            self.edit(one)
        for one in self.sides:
            one.desk.wait("hands.kept() == hands.digest()", self._kept_s)
        mine, rest = side.digest(), next(s for s in self.sides if s is not side)
        theirs = rest.digest()
        side.desk.kill()
        self.done.append(f"{side.name} is killed")
        third = Side(self._open("xor"), "C", side.known)
        assert "Restore" in third.desk.ask("hands.offers()"), "nothing is offered"
        assert "more" not in third.desk.ask("banner()"), "more than its work is offered"
        third.desk.ask("hands.offer('Restore')")
        third.desk.wait("window.document.is_modified", SOON_S)
        assert third.digest() == mine, "it is not what the window held"
        path = third.desk.ask("str(window.document.path)")
        assert path == str(self.file), f"its file is {path}"
        assert rest.desk.ask("window.recovery.path.exists()"), "the other lost its copy"
        assert rest.digest() == theirs
        self.save(third)
