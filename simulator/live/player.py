"""Playing a session for whoever watches: at a speed, to a time, with a picture whenever one is wanted."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from time import monotonic

from simulator.errors import SimulatorError
from simulator.experiment.result import Result
from simulator.live.branch import Log
from simulator.live.camera import Camera
from simulator.live.commands import (
    Answer,
    Command,
    End,
    Export,
    Focus,
    GoTo,
    Inject,
    Pause,
    Resume,
    Scale,
    SetSpeed,
    Step,
    SwitchBranch,
    Undo,
    UndoAll,
    Write,
)
from simulator.live.driver import FLAT_OUT, Message, Opening, Results
from simulator.live.files import write_text
from simulator.live.meter import CALM
from simulator.live.pace import FASTEST, SLOWEST, Clock, Pace
from simulator.live.past import Past
from simulator.live.refused import Refused
from simulator.live.session import Session
from simulator.live.snapshot import EventView, Snapshot
from simulator.observe.event_log import LAST
from simulator.scenario import resolved_yaml
from simulator.units import format_duration

MOMENT = 1.0
"""Seconds of wall time that the figures of what plays are of, at least."""


@dataclass(frozen=True, slots=True)
class Baggage:
    """What a player has beside its world."""

    log: Log
    goal: float | None
    stepping: bool
    paused: bool
    speed: float
    focus: Focus
    number: int
    changed: bool


class Player:
    """A session that plays, stands still, and goes to other times.

    Nothing here waits: whoever has a player calls `play` again and again, for a slice of time each,
    and between two slices hands it commands and takes pictures. `past` knows the way back.

    Raises:
        ScenarioError: if what is to be opened is no scenario.
    """

    def __init__(
        self, opening: Opening, past: Past | None = None, clock: Clock = monotonic
    ) -> None:
        self.opening = opening
        self.session = Session(opening)
        self.camera = Camera(self.session.run)
        self.past = Past() if past is None else past
        self.pace = Pace(opening.speed, clock)
        self.focus = Focus()
        self.paused = opening.paused
        self.goal: float | None = None
        """The time to play to as fast as it goes, in seconds."""
        self.stepping = False
        """Whether that is a step, with a stand at its end."""
        self.astray = False
        """Whether another world is needed to get there."""
        self.result: Result | None = None
        """Of the whole run, once this world is at its end."""
        self.number = 0
        """Of the last picture."""
        self.changed = False
        """Whether something was done that the scenario does not know; whoever cares unsets it."""
        if opening.at > 0.0:
            self.goal = min(opening.at, self.session.duration)

    # What it does by itself.

    @property
    def state(self) -> str:
        """As in a snapshot."""
        if self.goal is not None and not self.stepping:
            return "replaying"
        session = self.session
        if session.ended:
            return "stopped" if session.stuck or session.run.stopped else "ended"
        return "playing" if self.stepping or not self.paused else "paused"

    @property
    def busy(self) -> bool:
        """Whether there is something to play, now or in a moment."""
        return self.goal is not None or not (self.paused or self.session.ended)

    @property
    def hurried(self) -> bool:
        """Whether it plays as fast as it goes, with no time to wait for."""
        return self.goal is not None or (self.busy and self.pace.speed == FLAT_OUT)

    def play(self, wall_seconds: float = inf) -> bool:
        """Play what is due, for about so long at most; returns whether all that was due is played."""
        if not self.busy:
            return True
        due = self.pace.due() if self.goal is None else inf
        return self.play_to(due, wall_seconds)

    def play_to(self, time: float, wall_seconds: float = inf) -> bool:
        """Play to a time, or first to the goal if there is one; returns whether it is there."""
        if self.goal is not None and self.astray:
            self.past.go_back(self, self.goal)
        self.astray = False
        self.past.keep(self)
        # From both of these another process may return, which has an errand of its own.
        if self.goal is None:
            there = self._play_on(time, wall_seconds)
        else:
            there = self._play_to_goal(self.goal, wall_seconds)
        if self.session.run.over and self.result is None:
            self.result = self.session.run.result()
        return there

    def _play_on(self, time: float, wall_seconds: float) -> bool:
        session = self.session
        end = min(time, session.duration)
        there = end <= session.now or session.advance(end, wall_seconds)
        self.pace.played(session.now, there)
        return there

    def _play_to_goal(self, goal: float, wall_seconds: float) -> bool:
        session = self.session
        there = session.advance(goal, wall_seconds)
        self.pace.played(session.now, there)
        if there:
            self._arrive()
        return there

    def _arrive(self) -> None:
        if self.stepping:
            self.paused = True
        self.goal, self.stepping = None, False
        self.pace.start(self.session.now)

    def start_over(self) -> None:
        """Build the world of the current branch anew, at its start."""
        self.session.rebuild()
        self.camera = Camera(self.session.run)
        self.result = None
        # The old world is one large cycle, which the collector would come upon late, or never where
        # it was frozen for the sake of copies.
        gc.unfreeze()
        gc.collect()

    def baggage(self) -> Baggage:
        """What another process needs, that has a world of the same session, to go on in its place."""
        return Baggage(
            self.session.log(),
            self.goal,
            self.stepping,
            self.paused,
            self.pace.speed,
            self.focus,
            self.number,
            self.changed,
        )

    def take(self, baggage: Baggage) -> None:
        """Go on in the place of another process, with the world that is here."""
        self.session.adopt(baggage.log)
        self.goal, self.stepping = baggage.goal, baggage.stepping
        self.paused, self.focus = baggage.paused, baggage.focus
        self.number, self.changed = baggage.number, baggage.changed
        self.astray = False
        self.pace.speed = baggage.speed
        self.pace.start(self.session.now)

    # What it is asked for.

    def handle(self, number: int, command: Command) -> Sequence[Message]:
        """Do what is asked for, and say what came of it; the answer is the last message."""
        try:
            if isinstance(command, Export):
                return self._export(number, command)
            if isinstance(command, Write):
                return (self._write(number, command),)
            return (Answer(number, True, self._do(command)),)
        except Refused as why:
            return (Answer(number, False, str(why)),)

    def _do(self, command: Command) -> str:
        """Do one thing, and tell it in words.

        Raises:
            Refused: if it cannot be done.
        """
        match command:
            case Pause():
                return self._pause()
            case Resume():
                return self._resume()
            case Step(seconds):
                return self._step(seconds)
            case SetSpeed(speed):
                return self._set_speed(speed)
            case Focus():
                self.focus = command
                return ""
            case GoTo(time):
                return self._go_to(time)
            case SwitchBranch(branch):
                return self._switch(branch)
            case _:
                return self._act(command)

    def _act(self, command: Command) -> str:
        """Do something to the system."""
        if self.goal is not None:
            raise Refused(f"on the way to {format_duration(self.goal)}: wait until it is there")
        session = self.session
        try:
            text = self._changed_by(command)
        except SimulatorError as error:
            # What was due at that moment came first, and could not be.
            session.stuck = str(error)
            raise Refused(session.stuck) from None
        self.changed = True
        if session.needs_replay is not None:
            self._travel(session.needs_replay)
        return text

    def _changed_by(self, command: Command) -> str:
        session = self.session
        match command:
            case Inject(fault):
                return session.inject(fault)
            case End(name):
                return session.end(name)
            case Undo():
                return session.undo()
            case UndoAll():
                return session.undo_all()
            case Scale(service, replicas):
                return session.scale(service, replicas)
            case _:
                raise Refused(f"{type(command).__name__}: no such command")

    def _pause(self) -> str:
        self.paused = True
        return "paused"

    def _resume(self) -> str:
        if self.session.ended and self.goal is None:
            raise Refused("the run is over: go back to play on from there")
        self.paused = False
        self.pace.start(self.session.now)
        return "playing"

    def _step(self, seconds: float) -> str:
        if not 0.0 < seconds < inf:
            raise Refused(f"a step of {seconds:g} s: more than 0 s expected")
        if self.goal is not None and not self.stepping:
            raise Refused(f"on the way to {format_duration(self.goal)}: wait until it is there")
        if self.session.ended:
            raise Refused("the run is over: go back to play on from there")
        begin = self.session.now if self.goal is None else self.goal
        self.goal = min(begin + seconds, self.session.duration)
        self.stepping, self.astray = True, False
        return f"a step of {format_duration(seconds)}"

    def _set_speed(self, speed: float) -> str:
        if not (SLOWEST <= speed <= FASTEST or speed == FLAT_OUT):
            raise Refused(
                f"a speed of {speed:g}: from {SLOWEST:g} to {FASTEST:g} expected, or infinity"
            )
        self.pace.speed = speed
        self.pace.start(self.session.now)
        return "as fast as it goes" if speed == FLAT_OUT else f"speed {speed:g}"

    def _go_to(self, time: float) -> str:
        if not isfinite(time):
            raise Refused(f"a time of {time} s: from 0 s to the end expected")
        goal = min(max(float(time), 0.0), self.session.duration)
        self._travel(goal)
        return f"going to {format_duration(goal)}"

    def _switch(self, number: int) -> str:
        now = self.session.now if self.goal is None else self.goal
        self.session.go_to_branch(number)
        self._travel(min(now, self.session.branch.reached))
        return f"branch {number}"

    def _travel(self, goal: float) -> None:
        self.goal, self.stepping, self.astray = goal, False, True

    def _write(self, number: int, command: Write) -> Answer:
        text = self.session.written(command.until, command.branch)
        if command.path is None:
            return Answer(number, True, "what was done, as a scenario", text)
        return Answer(number, True, write_text(Path(command.path), text, command.replace))

    def _export(self, number: int, command: Export) -> Sequence[Message]:
        session = self.session
        result = self.result
        if result is None:
            result = self.past.result(self)
        text = resolved_yaml(session.scenario, session.folder)
        done = Answer(number, True, f"results up to {format_duration(session.now)}")
        return Results(number, command.folder, result, text), done

    # What there is to see.

    def snapshot(self, answered: int) -> Snapshot:
        """A picture of now, for whoever has had all commands up to number `answered` answered."""
        session = self.session
        scenario, result, state = session.scenario, self.result, self.state
        pace = self.pace.measured() if state in ("playing", "replaying") else 0.0
        picture = self.camera.picture(self.focus, max(CALM, pace * MOMENT))
        self.number += 1
        return Snapshot(
            number=self.number,
            answered=answered,
            scenario=scenario.scenario,
            description=scenario.description,
            seed=session.run.seed,
            now=session.now,
            duration=session.duration,
            warmup=scenario.warmup,
            state=state,
            note=self._note(state),
            speed=self.pace.speed,
            pace=pace,
            goal=self.goal if state == "replaying" else None,
            branch=session.branch.number,
            branches=session.branch_views(),
            figures=picture.figures,
            history=picture.history,
            in_flight=picture.in_flight,
            services=picture.services,
            edges=picture.edges,
            traffic=picture.traffic,
            faults=session.fault_views(),
            events=self._events(picture.events),
            verdict=None if result is None else result.verdict,
            digest=None if result is None else result.digest,
            service=picture.service,
            instance=picture.instance,
            traces=picture.traces,
            trace=picture.trace,
        )

    def _events(self, happened: Sequence[EventView]) -> tuple[EventView, ...]:
        """What has happened, with what was done among it."""
        session = self.session
        done = [
            EventView(each.time, "you", each.name, each.words)
            for each in session.branch.deeds
            if each.time < session.mark().time
        ]
        return tuple(sorted((*happened, *done), key=lambda each: each.time)[-LAST:])

    def _note(self, state: str) -> str:
        session = self.session
        stopped = session.run.stopped
        if state != "stopped" or stopped is None:
            return session.stuck if state == "stopped" else ""
        return f"{stopped.condition} held"
