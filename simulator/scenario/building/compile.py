"""From the steps of an endpoint to linked operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from simulator.call.edge import CallPoint
from simulator.distribution.distribution import Distribution
from simulator.distribution.uniform import Uniform
from simulator.scenario.building.laws import count_law_of, law_of
from simulator.scenario.model import distribution as laws
from simulator.scenario.model import step as model
from simulator.scenario.walk import walk
from simulator.service.endpoint import Endpoint
from simulator.service.steps.call import Call
from simulator.service.steps.choice import Either, Fail, Maybe
from simulator.service.steps.repeat import Lap, Prepare, Repeat
from simulator.service.steps.together import Together
from simulator.service.steps.work import ConstantWork, MindDeadline, Work
from simulator.service.strand import END, Op

MakePoint = Callable[[model.Call, str], CallPoint]
"""Makes a call's point from the step and from its name within the endpoint."""


class StepCompiler:
    """Compiles the steps of one endpoint, from the last to the first, since each knows what follows.

    `quantities` collects the distributions of what is drawn, by name.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        quantities: dict[str, Distribution],
        make_point: MakePoint,
        deadlines: bool,
        folder: Path | None,
    ) -> None:
        self.endpoint = endpoint
        self.quantities = quantities
        self.make_point = make_point
        self.deadlines = deadlines
        self.folder = folder
        self.used: dict[str, int] = {}
        self.names: dict[int, str] = {}

    def compile(self, steps: Sequence[model.AnyStep]) -> None:
        """Give the endpoint its program."""
        for _, step in walk(tuple(steps), ()):
            # In the order of the text, so that a step added at the end renames no other.
            self.names[id(step)] = self.unique(_name(step))
        self.endpoint.program = self.program(steps)

    def program(self, steps: Sequence[model.AnyStep]) -> Op:
        """What a strand runs that begins with `steps` and ends after them."""
        first = self.sequence(steps, END)
        assert first is not None
        return Prepare(first) if _loops(steps) else first

    def sequence(self, steps: Sequence[model.AnyStep], then: Op | None) -> Op | None:
        """The operations of `steps`, followed by `then`."""
        for step in reversed(steps):
            then = self.step(step, then)
        return then

    def step(self, step: model.AnyStep, then: Op | None) -> Op | None:
        """The operation of one step, followed by `then`."""
        if isinstance(step, model.Work):
            return self.work(step, then)
        if isinstance(step, model.Call):
            self.endpoint.calls.append(self.make_point(step, self.names[id(step)]))
            return Call(then, len(self.endpoint.calls) - 1)
        if isinstance(step, model.Together):
            return Together(then, [self.program((each,)) for each in step.together], step.fail_fast)
        if isinstance(step, model.Either):
            total = sum(branch.weight for branch in step.either)
            bounds = list(accumulate(branch.weight / total for branch in step.either))
            branches = [self.sequence(branch.steps, then) for branch in step.either]
            return Either(then, self.draw(step, Uniform(0.0, 1.0)), bounds, branches)
        if isinstance(step, model.Maybe):
            chance = self.draw(step, Uniform(0.0, 1.0))
            return Maybe(then, chance, step.maybe, self.sequence(step.steps, then))
        if isinstance(step, model.Repeat):
            return self.repeat(step, then)
        if isinstance(step, model.Fail):
            return Fail(then, self.draw(step, Uniform(0.0, 1.0)), step.fail)
        return self.sequence(step.steps, then)

    def work(self, step: model.Work, then: Op | None) -> Op:
        """Computing; never begun once the deadline has passed."""
        if isinstance(step.work, laws.Constant):
            op: Op = ConstantWork(then, step.work.constant)
        else:
            op = Work(then, self.draw(step, law_of(step.work, self.folder)))
        return MindDeadline(op) if self.deadlines else op

    def repeat(self, step: model.Repeat, then: Op | None) -> Op:
        """A loop, whose steps lead back to it."""
        if isinstance(step.repeat, int):
            op = Repeat(then, -1, step.repeat)
        else:
            op = Repeat(then, self.draw(step, count_law_of(step.repeat)), 0)
        op.steps = self.sequence(step.steps, Lap(op))
        return op

    def draw(self, step: model.AnyStep, law: Distribution) -> int:
        """The slot of the quantity that `step` draws."""
        name = f"{self.endpoint.label}/{self.names[id(step)]}"
        self.quantities[name] = law
        self.endpoint.quantities.append(name)
        return len(self.endpoint.quantities) - 1

    def unique(self, name: str) -> str:
        """`name`, with a number from its second use on."""
        self.used[name] = self.used.get(name, 0) + 1
        return name if self.used[name] == 1 else f"{name}#{self.used[name]}"


def _name(step: model.AnyStep) -> str:
    """What tells a step apart in the names of streams."""
    return step.call if isinstance(step, model.Call) else type(step).__name__.lower()


def _loops(steps: Sequence[model.AnyStep]) -> bool:
    """Whether a strand that runs `steps` loops; branches run in parallel are strands of their own."""
    for step in steps:
        if isinstance(step, model.Repeat):
            return True
        if isinstance(step, (model.Maybe, model.Group)) and _loops(step.steps):
            return True
        if isinstance(step, model.Either) and any(_loops(each.steps) for each in step.either):
            return True
    return False
