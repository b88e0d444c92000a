"""Both queues against the plainest one that could work: a list that is sorted."""

from __future__ import annotations

from math import inf
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulator.kernel.event import LATE, NORMAL, URGENT, Event
from simulator.kernel.native_heap import NativeHeapKernel
from simulator.kernel.tuple_heap import TupleHeapKernel

EVENTS = 12
DELAYS = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]) | st.floats(0.0, 1e6)
PRIORITIES = st.sampled_from([URGENT, NORMAL, LATE])
NUMBERS = st.integers(0, EVENTS - 1)
PLANS = st.lists(
    st.tuples(st.sampled_from(["schedule", "cancel", "insert"]), NUMBERS, DELAYS, PRIORITIES),
    max_size=3,
)


class SortedList:
    """What a kernel has to do, in as few words as possible."""

    def __init__(self) -> None:
        self.now = 0.0
        self.fired = 0
        self.sequence = 0
        self.entries: list[tuple[float, int, int, Any]] = []

    def reserve(self, priority: int = NORMAL) -> tuple[int, int]:
        self.sequence += 1
        return priority, self.sequence

    def insert(self, event: Any, time: float, key: tuple[int, int]) -> None:
        self.entries = sorted([*self.entries, (time, *key, event)], key=lambda entry: entry[:3])

    def schedule(self, event: Any, delay: float) -> None:
        self.insert(event, self.now + delay, self.reserve())

    def schedule_at(self, event: Any, time: float, priority: int = NORMAL) -> None:
        self.insert(event, time, self.reserve(priority))

    def cancel(self, event: Any) -> None:
        self.entries = [entry for entry in self.entries if entry[3] is not event]

    def pop(self) -> Any:
        if not self.entries:
            return None
        self.now, _, _, event = self.entries.pop(0)
        self.fired += 1
        return event

    def peek(self) -> float:
        return self.entries[0][0] if self.entries else inf

    def run(self, until: float, limit: int) -> bool:
        while self.peek() < until:
            if limit == 0:
                return False
            limit -= 1
            self.pop().fire()
        if until < inf:
            self.now = until
        return True

    def __len__(self) -> int:
        return len(self.entries)


class Actor(Event):
    """Writes down that it fired, and may meddle with others and itself."""

    def __init__(self, side: Side, number: int) -> None:
        super().__init__()
        self.side = side
        self.number = number
        self.plan: list[tuple[str, int, float, int]] = []

    def fire(self) -> None:
        side, plan = self.side, self.plan
        self.plan = []
        side.log.append((side.kernel.now.hex(), self.number))
        for action, number, delay, priority in plan:
            side.act(action, number, delay, priority)


class Side:
    """One kernel with its own set of actors."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.log: list[tuple[str, int]] = []
        self.actors = [Actor(self, number) for number in range(EVENTS)]
        self.places: list[Any] = []

    def act(self, action: str, number: int, delay: float, priority: int) -> None:
        """Do to an actor what is asked, taking it out of the queue first if need be."""
        kernel, actor = self.kernel, self.actors[number]
        kernel.cancel(actor)
        if action == "schedule" and priority == NORMAL:
            kernel.schedule(actor, delay)
        elif action == "schedule":
            kernel.schedule_at(actor, kernel.now + delay, priority)
        elif action == "insert":
            key = self.places.pop(0) if self.places else kernel.reserve(priority)
            kernel.insert(actor, kernel.now + delay, key)


class QueueMachine(RuleBasedStateMachine):
    """Whatever is done to the three, they answer alike."""

    @initialize()
    def begin(self) -> None:
        self.sides = [Side(SortedList()), Side(NativeHeapKernel()), Side(TupleHeapKernel())]

    def all_agree(self, answers: list[Any]) -> None:
        assert answers[0] == answers[1] == answers[2]

    @rule(
        action=st.sampled_from(["schedule", "cancel", "insert"]),
        number=NUMBERS,
        delay=DELAYS,
        priority=PRIORITIES,
        plan=PLANS,
    )
    def act(
        self,
        action: str,
        number: int,
        delay: float,
        priority: int,
        plan: list[tuple[str, int, float, int]],
    ) -> None:
        for side in self.sides:
            side.actors[number].plan = plan
            side.act(action, number, delay, priority)

    @rule(priority=PRIORITIES)
    def reserve(self, priority: int) -> None:
        for side in self.sides:
            side.places.append(side.kernel.reserve(priority))

    @rule()
    def pop(self) -> None:
        popped = [side.kernel.pop() for side in self.sides]
        self.all_agree([event and event.number for event in popped])

    @rule(ahead=DELAYS | st.just(inf), limit=st.integers(0, 20))
    def run(self, ahead: float, limit: int) -> None:
        self.all_agree([side.kernel.run(side.kernel.now + ahead, limit) for side in self.sides])

    @rule()
    def run_until_the_next(self) -> None:
        """The next event lies at the end itself, and stays."""
        for side in self.sides:
            if side.kernel.peek() < inf:
                before = len(side.kernel)
                assert side.kernel.run(side.kernel.peek(), 1)
                assert len(side.kernel) == before

    @invariant()
    def agree(self) -> None:
        self.all_agree([side.log for side in self.sides])
        self.all_agree([side.kernel.now.hex() for side in self.sides])
        self.all_agree([side.kernel.peek() for side in self.sides])
        self.all_agree([len(side.kernel) for side in self.sides])
        self.all_agree([side.kernel.fired for side in self.sides])
        native, tuples = self.sides[1:]
        assert native.kernel.next_key == tuples.kernel.next_key
        for one, other in zip(native.actors, tuples.actors, strict=True):
            assert (one.key, one.pending) == (other.key, other.pending)

    def teardown(self) -> None:
        self.run(inf, 1000)
        self.agree()


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(max_examples=150, stateful_step_count=40)
