"""One scenario that is played, and changed while it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf, nextafter
from pathlib import Path
from time import perf_counter

from simulator.errors import SimulatorError
from simulator.experiment.run import Run
from simulator.fault.fault import Fault
from simulator.live.branch import MOST_BRANCHES, MOST_DEEDS, Branch, Deed, Log, Mark
from simulator.live.changes import changed, fault_of
from simulator.live.driver import Opening
from simulator.live.ending import endable, ending, number_of
from simulator.live.fault_views import FaultViews
from simulator.live.gap import OVER, next_moment
from simulator.live.harm import HarmMaker
from simulator.live.refused import Refused
from simulator.live.scaling import Scaling, holding
from simulator.live.snapshot import BranchView, FaultView
from simulator.live.words import done_to, seconds
from simulator.live.written import written
from simulator.scenario import load, parse
from simulator.scenario.model.scenario import Scenario

__all__ = ["Refused", "Session"]


class Session:
    """One scenario with its world, and what is done to it while it is played.

    Whatever is done is written down as the scenario in which it stands: `written()` plays from start
    to end to the same digest as this session. For that a deed is done between two events, when
    nothing else happens; what cannot be worked into a world that runs is worked into one that is
    built anew, and `needs_replay` says up to when it has to be played again.

    Going back in time is to have another world, which is as old: one that is kept and `suits`, or one
    that is built anew and played up to there. What is done then begins a branch.

    Raises:
        ScenarioError: if the scenario is none.
    """

    def __init__(self, opening: Opening) -> None:
        if opening.text is None:
            loaded = load(opening.scenario, opening.settings)
        else:
            folder = None if opening.folder is None else Path(opening.folder)
            loaded = parse(opening.text, opening.scenario, opening.settings, folder)
        self.folder = loaded.folder
        self.check = opening.check
        self.warnings = tuple(map(str, loaded.warnings))
        self.base = loaded.scenario
        """The scenario as it was opened."""
        self.harms = HarmMaker(self.base, self.folder)
        self.scaling = Scaling(self.base, self.folder)
        self.views = FaultViews()
        self.branches = [Branch(1)]
        self.number = 1
        self.needs_replay: float | None = None
        """The time up to which the world must be built and played anew; None if it is as it is to be."""
        self.built: tuple[Deed, ...] = ()
        self.applied: tuple[Deed, ...] = ()
        """What this world was built with, and what was worked into it since."""
        self.known: tuple[tuple[Deed, ...], Scenario] = ((), self.base)
        self.stuck = ""
        """Why this world cannot be played on, if the scenario asks for what nothing can be."""
        self.run = self._build()

    def _build(self) -> Run:
        self.built, self.applied, self.stuck = self.branch.structural, (), ""
        scenario = changed(self.base, self.built)
        return Run(scenario, check=self.check, warnings=self.warnings, folder=self.folder)

    @property
    def branch(self) -> Branch:
        """The current branch."""
        return self.branches[self.number - 1]

    @property
    def scenario(self) -> Scenario:
        """The scenario with all that was done on the current branch."""
        deeds = self.branch.deeds
        if self.known[0] != deeds:
            self.known = (deeds, changed(self.base, deeds))
        return self.known[1]

    @property
    def now(self) -> float:
        """Simulated seconds so far."""
        return self.run.now

    @property
    def duration(self) -> float:
        """Simulated seconds in all."""
        return self.base.duration

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to be played."""
        return self.run.over or bool(self.stuck)

    # Playing.

    def advance(self, until: float, wall_seconds: float = inf) -> bool:
        """Play to a time, or to the end, for about so long at most; returns whether it is there.

        What was done on the branch is done again when its moment comes. Of the time itself nothing
        has happened yet.
        """
        began = perf_counter()
        if self.needs_replay is not None or self._astray():
            self.rebuild()
        while True:
            deed = self._next()
            goal = until if deed is None else min(until, deed.time)
            there = self.stuck != "" or self._advance(goal, wall_seconds - (perf_counter() - began))
            if self.now > self.branch.reached:
                self._replace(replace(self.branch, reached=self.now))
            if not there:
                return False
            if self.ended or deed is None or deed.time >= until:
                return True
            self._apply(deed)

    def _advance(self, goal: float, wall_seconds: float) -> bool:
        """Play this world; where what was asked for cannot go on, it stands still for good."""
        try:
            return self.run.advance(wall_seconds, goal)
        except SimulatorError as error:
            self.stuck = str(error)
            return True

    def rebuild(self) -> None:
        """Have the world of the current branch at its start, to be played from there."""
        self.needs_replay = None
        self.run = self._build()

    def _next(self) -> Deed | None:
        """What is to be worked into the world next."""
        live = self.branch.before(inf)
        return live[len(self.applied)] if len(self.applied) < len(live) else None

    def _apply(self, deed: Deed) -> None:
        """Work a deed into the world, whose time is the deed's."""
        if deed.what == "inject":
            self.run.inject(fault_of(deed))
        else:
            self.run.end_fault(number_of(self.run, deed.name), deed.lasts)
        self.applied = (*self.applied, deed)

    # What is done.

    def inject(self, fault: Mapping[str, object]) -> str:
        """Do harm from now on: `fault` is an entry of the list `faults` without a time.

        Raises:
            Refused: if that is no fault, or cannot be done now.
        """
        past = self._ready()
        harm = self.harms.harm(fault, changed(self.base, past), self.now)
        structural = harm.built_in(self.run.scenario, self.run.world.faults)
        deed = self._do(past, harm.deed(next_moment(self.run), structural=structural))
        if self.needs_replay is None:
            deed = self._reword(deed, done_to(harm.fault, self._running(deed.name).hit))
        return "; ".join([f"{deed.words} at {seconds(deed.time)}", *harm.doubts])

    def end(self, name: str) -> str:
        """End an active fault, by its name.

        Raises:
            Refused: if it is not active, or its end cannot be written down.
        """
        past = self._ready()
        return self._do(past, ending(self.run, name)).words

    def undo(self) -> str:
        """Take back the last thing that was done and still holds.

        Raises:
            Refused: if there is nothing, or it cannot be taken back.
        """
        past = self._ready()
        still = holding(past)
        for deed in sorted(past, key=lambda each: each.time, reverse=True):
            if deed.what == "inject" and endable(self._running(deed.name)):
                return self._do(past, ending(self.run, deed.name)).words
            if deed.what == "scale" and deed in still.get(deed.name, ()):
                back = self.scaling.back(self.run, past, deed.name, 1)
                if back is not None:
                    return self._do(past, back).words
        raise Refused("nothing to undo: nothing that was done here still holds")

    def undo_all(self) -> str:
        """End every active fault, and take back all else that was done and still holds.

        Raises:
            Refused: if there is nothing, or none of it can be taken back.
        """
        past = self._ready()
        told: list[str] = []
        refused: list[str] = []
        built: list[Deed] = []
        for name in [each.name for each in self.run.world.faults if endable(each)]:
            try:
                deed = ending(self.run, name)
            except Refused as why:
                refused.append(str(why))
                continue
            if deed.structural:
                built.append(deed)
            else:
                told.append(self._do(past, deed).words)
                past = self.branch.deeds
        for service, still in holding(past).items():
            back = self.scaling.back(self.run, past, service, len(still))
            if back is not None:
                built.append(back)
        if built:
            self._do(past, *built)
            told += [each.words for each in built]
        if not told:
            raise Refused("; ".join(refused) or "no fault is on, and nothing that was done holds")
        return "; ".join([*told, *refused])

    def scale(self, service: str, replicas: int) -> str:
        """Have so many instances of a service from now on.

        Raises:
            Refused: if there is no such service, or it cannot have them.
        """
        past = self._ready()
        deed = self._do(past, self.scaling.deed(self.run, past, service, replicas))
        return f"{deed.words} at {seconds(deed.time)}"

    # How it is done.

    def _ready(self) -> tuple[Deed, ...]:
        """Be where something can be done; returns what was done before that.

        Raises:
            Refused: if nothing can be done here.
        """
        if self.needs_replay is not None:
            self.advance(self.needs_replay)
        elif self._astray():
            self.advance(self.now)
        if self.run.stopped is not None:
            raise Refused(
                f"the run has stopped itself: {self.run.stopped.condition}; go back first"
            )
        if self.stuck:
            raise Refused(f"the run cannot go on: {self.stuck}; go back first")
        if self.ended:
            raise Refused(OVER)
        if sum(len(each.deeds) - each.inherited for each in self.branches) >= MOST_DEEDS:
            raise Refused(f"{MOST_DEEDS} things were done, and more are not kept; open it anew")
        past = tuple(each for each in self.branch.deeds if each.time < self.now)
        if self._elsewhere(past) and len(self.branches) >= MOST_BRANCHES:
            raise Refused(
                f"there are {MOST_BRANCHES} branches, and more are not kept; open it anew"
            )
        return past

    def _elsewhere(self, past: Sequence[Deed]) -> bool:
        """Whether somebody has gone back, so that what is done now is done otherwise."""
        branch = self.branch
        return len(past) < len(branch.deeds) or self.now < branch.reached

    def _do(self, past: tuple[Deed, ...], *deeds: Deed) -> Deed:
        """Do something, or several things for which the world is built anew; returns the last."""
        latest = sorted(deeds, key=lambda each: each.time)
        branch = self.branch
        if self._elsewhere(past):
            number = len(self.branches) + 1
            branch = Branch(number, branch.number, latest[0].time, (), len(past), self.now)
            self.branches.append(branch)
            self.number = number
        self._replace(replace(branch, deeds=(*past, *latest)))
        after = nextafter(latest[-1].time, inf)
        if self.branch.structural != self.built:
            self.needs_replay = after
        else:
            self.advance(after)
        return latest[-1]

    def _reword(self, deed: Deed, words: str) -> Deed:
        """Tell the last deed in other words: what it hits is known only now."""
        told = replace(deed, words=words)
        self._replace(replace(self.branch, deeds=(*self.branch.deeds[:-1], told)))
        self.applied = (*self.applied[:-1], told)
        return told

    def _running(self, name: str) -> Fault:
        return self.run.world.faults[number_of(self.run, name)]

    def _replace(self, branch: Branch) -> None:
        self.branches[branch.number - 1] = branch

    # Worlds and branches.

    def mark(self) -> Mark:
        """Of what the world is the product."""
        # Where nothing goes on, whatever was done at that very moment has been done.
        time = nextafter(self.now, inf) if self.stuck else self.now
        return Mark(self.built, self.applied, time)

    def _astray(self) -> bool:
        """Whether this world is no past of the current branch."""
        mark = self.mark()
        return not self.suits(mark, mark.time)

    def suits(self, mark: Mark, time: float) -> bool:
        """Whether a world with a mark is a past of the current branch at a time, or before it."""
        branch = self.branch
        return (
            mark.time <= time
            and mark.structural == branch.structural
            and mark.applied == branch.before(mark.time)
        )

    def log(self) -> Log:
        """All branches."""
        return Log(tuple(self.branches), self.number)

    def adopt(self, log: Log) -> None:
        """Go by another log; the world stays, whether or not it suits."""
        self.branches = list(log.branches)
        self.number = log.current
        self.needs_replay = None

    def go_to_branch(self, number: int) -> None:
        """Take up another branch, at the time that shows now or, if it is shorter, at its end.

        Raises:
            Refused: if there is none of that number.
        """
        if not 0 < number <= len(self.branches):
            raise Refused(f"there is no branch {number}: the last one is {len(self.branches)}")
        self.number = number
        self.needs_replay = None
        if not self.suits(self.mark(), self.branch.reached):
            self.needs_replay = min(self.now, self.branch.reached)

    # What is to be seen.

    def branch_views(self) -> tuple[BranchView, ...]:
        """Every branch."""
        return tuple(
            BranchView(
                each.number, each.parent, each.since, each.title, len(each.deeds), each.reached
            )
            for each in self.branches
        )

    def fault_views(self) -> tuple[FaultView, ...]:
        """Every fault of the current branch, in the order of its scenario."""
        mine = {each.name for each in self.branch.deeds if each.what == "inject"}
        return self.views.of(self.scenario, self.run.world.faults, mine)

    def written(self, until: float | None = None, number: int | None = None) -> str:
        """A branch, the current one if left out, as a scenario's file, which plays to the same digest.

        With `until`, in seconds, its run ends there.

        Raises:
            Refused: if there is no such branch, or no such scenario.
        """
        branch = self.branch
        if number is not None:
            if not 1 <= number <= len(self.branches):
                raise Refused(f"branch {number}: there are {len(self.branches)}")
            branch = self.branches[number - 1]
        return written(self.base, branch.deeds, self.folder, until)
