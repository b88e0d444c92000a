"""One client that asks more than is good."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.traffic.extra import Extras


class AbusiveClient(Fault):
    """Lets one client of a class send at a constant rate, on top of what the class sends anyway.

    In the real world: a script in a loop without a pause, a crawler, a tenant that moves its data,
    a customer's bug. It is one identity, so that limits for each client, fair queues and hashing by
    client can tell it from all others; a limit for all of them together hits everybody.

    Here: one caller instance of the class sends `rate` requests a second, evenly, whether or not it
    is answered: its limits, breakers and balancers are those of that instance. What it asks for is
    drawn as for the class, and counts in the figures of the class.

    Left out: an identity that changes, as attackers' do: that is a `surge`.

    Source: Yanacek, "Fairness in multi-tenant systems", Amazon Builders' Library; Beyer et al., Site
    Reliability Engineering (O'Reilly, 2016), chapter 21, "Per-Customer Limits".
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        extras: Extras,
        client: str,
        rate: float,
    ) -> None:
        super().__init__(kernel, name, "abusive_client", schedule)
        self.extras = extras
        self.client = client
        self.rate = rate
        self.loop = Loop(self)

    def begin(self) -> Sequence[str]:
        self.loop.start()
        return [self.client]

    def undo(self) -> None:
        self.kernel.cancel(self.loop)


class Loop(Event):
    """The loop in which it asks."""

    def __init__(self, fault: AbusiveClient) -> None:
        super().__init__()
        self.fault = fault
        self.began = 0.0
        self.sent = 0

    def start(self) -> None:
        """Ask for the first time, one gap from now."""
        self.began = self.fault.kernel.now
        self.sent = 0
        self.wait()

    def wait(self) -> None:
        """Wait for the next turn; all are counted from the begin, lest their rounding adds up."""
        self.fault.kernel.schedule_at(self, self.began + (self.sent + 1) / self.fault.rate)

    def fire(self) -> None:
        self.sent += 1
        self.fault.extras.send()
        self.wait()
