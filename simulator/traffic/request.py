"""What a user of the system sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.balancing.hashing import hash_of_name, hash_of_number
from simulator.call.party import Party
from simulator.kernel.event import IDLE
from simulator.outcome import DEGRADED

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.draws import Draws
    from simulator.call.edge import CallPoint
    from simulator.observe.trace import OpenTrace
    from simulator.traffic.users import User


class Nature:
    """What the requests of one entry of one class have in common.

    Attributes:
        priority: for queues in order of priority: higher goes first.
        keys: what each request is about, by its number, where requests are about anything.
        clients: how many caller instances the class has.
        choice: which of them sends a request, by its number, as a number in [0, 1).
        traffic: the class.
        bits, bits_of_class: 64 bits each, by which requests of this entry, and users of the class, are
            told from others with the same numbers.
    """

    __slots__ = ("bits", "bits_of_class", "choice", "clients", "keys", "priority", "traffic")

    def __init__(
        self,
        priority: int,
        choice: Draws | None = None,
        clients: int = 1,
        keys: Draws | None = None,
        traffic: str = "",
        path: str = "",
    ) -> None:
        self.priority = priority
        self.choice = choice
        self.clients = clients
        self.keys = keys
        self.traffic = traffic
        self.bits = hash_of_name(path)
        self.bits_of_class = hash_of_name(traffic)

    def client_of(self, index: int) -> int:
        """The number of the caller instance that sends request `index`."""
        if self.choice is None or self.clients == 1:
            return 0
        return int(self.choice.at(index) * self.clients)


class Tally:
    """Counts of the requests of one entry of one class that started in one phase of the run.

    Attributes:
        nature: what the requests of the entry have in common.
        attempts: how many attempts they made, at all hops.
        failed_by: how many failed, by who decided it.
    """

    __slots__ = ("attempts", "failed_by", "nature")

    def __init__(self, nature: Nature) -> None:
        self.nature = nature
        self.attempts = 0
        self.failed_by: dict[str, int] = {}


# One is made and one is gone for every request: the memory of the last one is used again.
@mypyc_attr(free_list_len=1)
class Request(Party):
    """One request of a user; it is the caller of its entry call, and its outcome is that call's.

    Attributes:
        ended: whether its user has an answer, or has given up; work done for it afterwards is wasted.
        index: its number among the requests of the same class and entry, which finds its draws.
        trace: where its attempts are written down, if it is one of the sampled.
    """

    __slots__ = ("ended", "index", "tally", "trace")

    trace: OpenTrace | None

    def __init__(self, tally: Tally, index: int) -> None:
        self.key = IDLE
        self.tally = tally
        self.index = index
        self.trace = None
        self.ended = False

    def subject(self) -> int:
        """What the request is about, as a number; -1 for nothing in particular."""
        keys = self.tally.nature.keys
        return -1 if keys is None else int(keys.at(self.index))

    def lot(self, salt: int) -> int:
        """64 bits that are drawn for this request, and always the same for the same `salt`."""
        return hash_of_number(self.index, salt ^ self.tally.nature.bits)

    def cohort(self, salt: int) -> int:
        """64 bits for whoever sent it: by what it is about, where it is about anything, else its client."""
        nature = self.tally.nature
        if nature.keys is not None:
            return hash_of_number(self.subject(), salt)
        return hash_of_number(nature.client_of(self.index), salt ^ nature.bits_of_class)

    def detached(self) -> Request:
        """The same request, for work that goes on whether or not its user waits."""
        request = Request(self.tally, self.index)
        request.trace = self.trace
        return request

    def sender(self, attempt: Attempt) -> str:
        client = self.tally.nature.client_of(self.index)
        return f"{attempt.site.point.edge.party}-{client + 1}"

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        self.ended = True
        if outcome > DEGRADED:
            failed_by = self.tally.failed_by
            failed_by[origin] = failed_by.get(origin, 0) + 1
        if self.trace is not None:
            self.trace.close(point.edge.kernel.now, outcome)


class UserRequest(Request):
    """A request of a user who waits for the answer, thinks, and asks again."""

    __slots__ = ("user",)

    def __init__(self, tally: Tally, index: int, user: User) -> None:
        self.key = IDLE
        self.tally = tally
        self.index = index
        self.trace = None
        self.ended = False
        self.user = user

    def cohort(self, salt: int) -> int:
        return hash_of_number(self.user.number, salt ^ self.tally.nature.bits_of_class)

    def detached(self) -> Request:
        request = UserRequest(self.tally, self.index, self.user)
        request.trace = self.trace
        return request

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        super().answered(point, outcome, origin)
        self.user.think()
