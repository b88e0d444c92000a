"""`aftershock live` around the dashboard: what it refuses, what it keeps, and what it says at the end."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import pytest
from samples import figures, snapshot

from cli.farewell import farewell, way_back
from cli.live import drive, need_terminal, opening_for, theme_names
from cli.main import main
from cli.remembered import NO_FILES, NOT_HERE, Remembered
from simulator.errors import SimulatorError
from simulator.live.commands import Answer, Command, Export, Failure, Inject, Pause, Write
from simulator.live.driver import Message, Opening
from simulator.live.kept import keep
from simulator.live.snapshot import BranchView, EventView, Snapshot
from simulator.scenario.settings import names_file

YOU = EventView(30.0, "you", "web", "killed web-1")


def picture(done: int = 0, branch: int = 1, **changes: object) -> Snapshot:
    """A run at 0:42 of a minute, with so many things done."""
    given: dict[str, object] = {
        "scenario": "online-store",
        "seed": 2024,
        "now": 42.37,
        "branch": branch,
        "branches": (BranchView(branch, None, 0.0, "as written", done, 42.0),),
        "figures": figures(160.0, failed=0.0625),
        "events": (YOU,) * done,
    }
    return snapshot([], [], **given | changes)  # type: ignore[arg-type]


class Script:
    """A driver that answers what it is told to."""

    def __init__(self, *messages: Message, text: str = "scenario: x\n") -> None:
        self.waiting = list(messages)
        self.sent: list[Command] = []
        self.text = text
        self.closed = 0

    def send(self, command: Command) -> int:
        self.sent.append(command)
        payload = self.text if isinstance(command, Write) else ""
        self.waiting.append(Answer(len(self.sent), True, "done", payload))
        return len(self.sent)

    def poll(self) -> list[Message]:
        found, self.waiting = self.waiting, []
        return found

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        self.closed += 1


OPENING = Opening("online-store", settings=("services.web.replicas=2",))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["online-stor"], "no bundled scenario of that name; did you mean `online-store`?"),
        (["mm4", "--set", "services.server.replicas=0"], "expected"),
        (["mm4", "--at", "soon"], "--at soon: expected a time such as 90s, 1m30s, 40%"),
        (["mm4", "--at", "9h"], "--at 9h: the run ends at"),
        (["mm4", "--speed", "fast"], "--speed fast: expected a number from 0.1 to 1000, or `max`"),
        (["mm4", "--speed", "0"], "--speed 0: expected a number"),
        (["mm4", "--speed", "nan"], "--speed nan: expected a number"),
        (["mm4", "--record", "x.gif"], "expected a name that ends in `.cast` or `.svg`"),
        (
            ["mm4", "--theme", "nordd"],
            "--theme nordd: there is no such theme; did you mean `nord`?",
        ),
        (["mm4"], "a dashboard needs a terminal, and standard"),
    ],
)
def test_a_mistake_is_said_before_the_screen_is_touched(
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """One message, exit status 2, and not one escape sequence; a terminal is asked for last."""
    monkeypatch.setattr(sys, "argv", ["aftershock", "live", *words])
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    found = capfd.readouterr()
    assert message in " ".join(found.err.split())
    assert "\x1b[?" not in found.out + found.err


def test_it_opens_where_one_says() -> None:
    """A time is said as at the key `g`: `tests/live/test_typed_time.py` has all ways."""
    settings = ["duration=50s", "warmup=2s", "expect=[]"]
    found = [opening_for("mm4", settings, at=at).at for at in (None, "40%", "0:30", "12s")]
    assert found == [0.0, 20.0, 30.0, 12.0]


def test_a_dumb_terminal_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cursor cannot be moved, nothing can be drawn."""

    class Tty:
        def isatty(self) -> bool:
            return True

    for name in ("__stdin__", "__stdout__", "__stderr__"):
        monkeypatch.setattr(sys, name, Tty())
    monkeypatch.setenv("TERM", "xterm-256color")
    need_terminal()
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(SimulatorError, match="TERM is `dumb`"):
        need_terminal()


def test_our_themes_come_first() -> None:
    """The names that `--theme` takes."""
    assert theme_names()[:2] == ["aftershock", "projector"]
    assert "nord" in theme_names()


def test_what_was_done_is_asked_for_at_the_end() -> None:
    """Once, and only where something was done."""
    driver = Script(picture(done=2))
    remembered = Remembered(OPENING, driver)
    remembered.poll()
    remembered.close()
    remembered.close()
    assert driver.sent == [Write(None)]
    assert remembered.text == "scenario: x\n"
    assert driver.closed == 1
    idle = Script(picture(done=0))
    nothing = Remembered(OPENING, idle)
    nothing.close()
    assert idle.sent == []
    assert (nothing.text, idle.closed) == ("", 1)


def test_the_way_back() -> None:
    """Nothing done: the same call. Something done: the kept file, or the one that has it all already."""
    driver = Script(picture(done=0))
    remembered = Remembered(OPENING, driver)
    remembered.poll()
    plain = "aftershock live online-store --set services.web.replicas=2 --at 42.3s"
    assert way_back(remembered, None) == plain
    driver.waiting.append(picture(done=1))
    remembered.poll()
    assert way_back(remembered, Path("/k/a b.yaml")) == "aftershock live '/k/a b.yaml' --at 42.3s"
    remembered.send(Write("/w/mine.yaml"))
    remembered.poll()
    assert way_back(remembered, None) == "aftershock live /w/mine.yaml --at 42.3s"
    driver.waiting.append(picture(done=2))
    remembered.poll()
    assert remembered.file is None, "more was done than is in the file"
    remembered.send(Write("/w/part.yaml", until=10.0))
    remembered.poll()
    assert remembered.file is None, "half of a run does not lead to where one was"


def test_the_farewell_says_what_happened() -> None:
    """How far, the figures, what was done, the verdict and the digest of a run that ended."""
    driver = Script(picture(done=1, verdict="pass", digest="sha256:abc", now=60.0))
    remembered = Remembered(OPENING, driver)
    remembered.poll()
    lines = list(farewell(remembered, Path("/k/x.yaml")))
    assert lines[0] == "online-store, seed 2024: 1:00 of 1:00, PASS"
    assert "160/s answered, 150/s of it good, 6% failed; p50 20ms, p99 100ms" in lines[1]
    assert lines[2] == "  digest sha256:abc"
    assert lines[3:5] == ["you did 1 thing:", "    0:30.0  killed web-1"]
    assert lines[-1] == "back to where you were: aftershock live /k/x.yaml --at 1m"


def test_the_farewell_says_why_a_run_stopped() -> None:
    """A condition that held, or what cannot go on, is told once the screen is gone."""
    driver = Script(picture(state="stopped", note="availability < 50% held"))
    remembered = Remembered(OPENING, driver)
    remembered.poll()
    assert list(farewell(remembered, None))[2] == "  stopped: availability < 50% held"


def test_a_failure_is_told_with_its_replay() -> None:
    """The way back leads to the failure."""
    driver = Script(picture(), Failure("something broke", "at line 3", "/k/fail.yaml"))
    remembered = Remembered(OPENING, driver)
    remembered.poll()
    remembered.close()
    lines = list(farewell(remembered, None))
    assert lines[-2:] == [
        "the simulation failed: something broke",
        "to see it fail again: aftershock run /k/fail.yaml --check",
    ]


def test_a_visitor_writes_nothing_here() -> None:
    """Whatever has a path is refused, in words; what is only read goes through."""
    driver = Script(picture(done=1))
    visitor = Remembered(OPENING, driver, visitor=True)
    numbers = [visitor.send(Write("/etc/x")), visitor.send(Export("/etc")), visitor.send(Pause())]
    text = visitor.send(Write(None))
    harm = visitor.send(Inject({"kill": {"service": "web"}}))
    answers = {each.number: each for each in visitor.poll() if isinstance(each, Answer)}
    assert [answers[number].done for number in numbers] == [False, False, True]
    assert answers[numbers[0]].text == NOT_HERE
    assert answers[numbers[0]].payload == ""
    assert answers[text].payload == "scenario: x\n"
    assert answers[harm].done
    assert all(not isinstance(each, Export) for each in driver.sent)
    assert all(each.path is None for each in driver.sent if isinstance(each, Write))
    visitor.close()
    assert visitor.text == ""


@pytest.mark.parametrize("visitor", [True, False])
def test_a_visitor_leaves_no_failure_here(visitor: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a simulation of theirs has failed at is not kept in the folders of whoever serves."""
    opened: list[Opening] = []
    monkeypatch.setattr("simulator.live.process.ProcessDriver", opened.append)
    remembered = drive(OPENING, visitor)
    assert remembered.opening is OPENING
    assert [each.keeps for each in opened] == [not visitor]


def test_a_visitor_reads_no_file_of_the_server() -> None:
    """Nor learns what is in one from the mistakes in it; the simulation is not even asked."""
    driver = Script(picture())
    visitor = Remembered(OPENING, driver, visitor=True)
    delay = {"empirical": {"csv": "/etc/passwd", "column": "root"}}
    number = visitor.send(Inject({"latency": {"service": "web", "add": delay}}))
    answers = {each.number: each for each in visitor.poll() if isinstance(each, Answer)}
    assert not answers[number].done
    assert answers[number].text == NO_FILES
    assert not any(isinstance(each, Inject) for each in driver.sent)
    visitor.close()


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("traffic.users.arrivals.trace=/etc/passwd", True),
        ("services.web.endpoints.page.0.work.empirical.'csv'=x", True),
        ("traffic.users.arrivals={trace: /etc/passwd}", True),
        ('services={web: {endpoints: {page: [{work: {empirical: {"c\\x73v": x}}}]}}}', True),
        ("services.web.replicas=4", False),
        ("defaults.balancer={p2c", False),
        ("", False),
    ],
)
def test_settings_that_name_a_file_are_known(setting: str, names: bool) -> None:
    assert names_file(setting) is names


def test_the_last_fifty_are_kept(tmp_path: Path) -> None:
    """Names are plain, never taken twice, and the oldest go first."""
    when = datetime(2026, 11, 30, 21, 5, 6)
    folder = tmp_path / "a" / "sessions"
    first = keep("one", "my store/../x", when, folder, most=3)
    assert first == folder / "my-store----x-20261130-210506.yaml"
    second = keep("two", "my store/../x", when, folder, most=3)
    assert second == folder / "my-store----x-20261130-210506-2.yaml"
    os.utime(first, (1.0, 1.0))
    os.utime(second, (2.0, 2.0))
    for number in range(2):
        path = keep(str(number), f"n{number}", when, folder, most=3)
        assert path is not None
        os.utime(path, (3.0 + number, 3.0 + number))
    assert sorted(each.name for each in folder.iterdir()) == [
        "my-store----x-20261130-210506-2.yaml",
        "n0-20261130-210506.yaml",
        "n1-20261130-210506.yaml",
    ]
    assert second.read_text() == "two"


def test_where_nothing_can_be_kept_nothing_breaks(tmp_path: Path) -> None:
    """A home that cannot be written to costs the way back, and no more."""
    (tmp_path / "file").write_text("")
    assert keep("x", "x", datetime(2026, 1, 1), tmp_path / "file" / "sessions") is None
