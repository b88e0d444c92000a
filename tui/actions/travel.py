"""Keys that act on time: pause, step and speed, and going elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from simulator.live.commands import Answer, Command, GoTo, Pause, Resume, SetSpeed, Step
from simulator.live.snapshot import Snapshot
from tui.desk import Desk
from tui.dialogs.go_to import GoToDialog
from tui.moments import moment_after, moment_before, moments_of

Change = Callable[[float], float]

SPEEDS: tuple[float, ...] = (
    *(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0),
    inf,
)
STRIDES: tuple[float, ...] = (
    *(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0),
)
"""Seconds that a step back or forth may have."""
STRIDES_IN_SIGHT = 20.0
"""So many steps lead from one end of what shows to the other, about."""
STEP = 1.0
"""Simulated seconds of a single step; a tenth of what is played in a second, where that is more."""

JUST_NOW = 1.5
"""Seconds of wall time in which an event that plays on is still the one that one came to."""


def faster(speed: float) -> float:
    """The next speed above; the same at the end of the scale."""
    return next((each for each in SPEEDS if each > speed * 1.001), SPEEDS[-1])


def slower(speed: float) -> float:
    """The next speed below; the same at the end of the scale."""
    return next((each for each in reversed(SPEEDS) if each < speed * 0.999), SPEEDS[0])


def stride_for(seconds: float) -> float:
    """How far to go back or forth with one key where so many seconds are in sight."""
    wanted = seconds / STRIDES_IN_SIGHT
    return next((each for each in STRIDES if each >= wanted * 0.999), STRIDES[-1])


def step_for(speed: float) -> float:
    """How much a single step plays at a speed."""
    return STEP if speed == inf else max(STEP, speed / 10.0)


class TravelActions(Desk):
    """Keys that act on time.

    Pictures come later than keys, so what was asked for and does not show yet is remembered: three
    presses of `[` go back three steps, and only one journey is under way at any time.
    """

    seconds_in_sight: float | None = None
    """What the timeline is zoomed to; None for the whole run."""
    _bound_for: float | None = None
    """The time that was asked for last, until a picture has it."""
    _journeys: int = 0
    _speed_asked: float | None = None
    """The same of speeds, with the number of the command once it is answered."""
    _speed_command: int | None = None

    def action_pause(self) -> None:
        """Let the clock stand, or run."""
        snapshot = self._shown()
        if snapshot is None:
            return
        match snapshot.state:
            case "playing" | "replaying":
                self._do(Pause())
            case "ended" | "stopped":
                self.warn("the run is over; [ goes back, home to its start")
            case _:
                self._do(Resume())

    def action_step(self) -> None:
        """Play a little, and stand still."""
        snapshot = self._shown()
        if snapshot is None:
            return
        if snapshot.state in ("ended", "stopped"):
            self.warn("the run is over; [ goes back, home to its start")
        else:
            self._do(Step(step_for(snapshot.speed)))

    def action_faster(self) -> None:
        """The next speed above."""
        self._change_speed(faster, "it goes as fast as it can")

    def action_slower(self) -> None:
        """The next speed below."""
        self._change_speed(slower, "this is as slow as it goes; . plays one step at a time")

    def action_earlier(self) -> None:
        """A step back."""
        self._travel_by(-1.0)

    def action_later(self) -> None:
        """A step forth."""
        self._travel_by(1.0)

    def action_event_before(self) -> None:
        """To the latest moment before now at which something happened."""
        self._travel_to_event(forth=False)

    def action_event_after(self) -> None:
        """To the next moment at which something happens, as far as that is known."""
        self._travel_to_event(forth=True)

    def action_to_start(self) -> None:
        """To the start of the run."""
        self.travel_to(0.0)

    def action_to_newest(self) -> None:
        """To the farthest point that was seen."""
        snapshot = self._shown()
        if snapshot is not None:
            seen = self.watching.seen.get(snapshot.branch)
            self.travel_to(snapshot.now if seen is None else max(seen.until, snapshot.now))

    def action_go_to(self) -> None:
        """Ask for a time, and go there."""
        snapshot = self._shown()
        if snapshot is not None:
            self.push_screen(GoToDialog(snapshot), self._gone_to)

    def travel_to(self, time: float) -> None:
        """Go to a time, as soon as the journey that is under way has been taken up."""
        snapshot = self._shown()
        if snapshot is None:
            return
        self._bound_for = min(max(time, 0.0), snapshot.duration)
        if self._journeys == 0:
            self._set_out()

    @property
    def stride(self) -> float:
        """Simulated seconds of a step back or forth: fits what the timeline shows."""
        snapshot = self.watching.snapshot
        return stride_for(self.seconds_in_sight or (snapshot.duration if snapshot else 60.0))

    def _set_out(self) -> None:
        bound_for = self._bound_for
        if bound_for is None:
            return
        self._journeys += 1

        def answered(answer: Answer) -> None:
            self._journeys -= 1
            if not answer.done:
                self._bound_for = None
                self.warn(answer.text)
            elif self._bound_for != bound_for:
                self._set_out()
            else:
                self._bound_for = None

        self.ask(GoTo(bound_for), answered)

    def _gone_to(self, time: float | None) -> None:
        if time is not None:
            self.travel_to(time)

    def _travel_by(self, strides: float) -> None:
        snapshot = self._shown()
        if snapshot is None:
            return
        now = self._heading(snapshot)
        if strides < 0.0 and now <= 0.0:
            self.warn("this is the start")
        elif strides > 0.0 and now >= snapshot.duration:
            self.warn("this is the end")
        else:
            self.travel_to(now + strides * self.stride)

    def _travel_to_event(self, forth: bool) -> None:
        snapshot = self._shown()
        if snapshot is None:
            return
        moments = moments_of(snapshot, self.watching.seen.get(snapshot.branch))
        now = self._heading(snapshot)
        if snapshot.state == "playing" and self._bound_for is None:
            # Who came here a moment ago and presses the key again means the event before that.
            now -= min(JUST_NOW * snapshot.speed, self.stride) if not forth else 0.0
        found = moment_after(moments, now) if forth else moment_before(moments, now)
        if found is not None:
            self.travel_to(found)
        elif forth:
            self.warn("nothing more is known to happen")
        else:
            self.warn("nothing has happened before")

    def _heading(self, snapshot: Snapshot) -> float:
        """Where a further step begins."""
        if self._bound_for is not None:
            return self._bound_for
        return snapshot.now if snapshot.goal is None else snapshot.goal

    def _change_speed(self, change: Change, at_the_end: str) -> None:
        snapshot = self._shown()
        if snapshot is None:
            return
        if self._speed_command is not None and snapshot.answered >= self._speed_command:
            self._speed_asked = self._speed_command = None
        before = snapshot.speed if self._speed_asked is None else self._speed_asked
        after = change(before)
        if after == before:
            self.warn(at_the_end)
            return
        self._speed_asked, self._speed_command = after, None

        def answered(answer: Answer) -> None:
            self._speed_command = answer.number
            if not answer.done:
                self._speed_asked = None
                self.warn(answer.text)

        self.ask(SetSpeed(after), answered)

    def _do(self, command: Command) -> None:
        """Ask for something that is seen to be done; only a refusal is told."""
        self.ask(command, lambda answer: None if answer.done else self.warn(answer.text))

    def _shown(self) -> Snapshot | None:
        if self.watching.snapshot is None:
            self.warn("the scenario is still being opened")
        return self.watching.snapshot
