"""Who ends processes for a fault, keeps them dead, and lets them start again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.call.route import Route
from simulator.fault.dying import end
from simulator.kernel.kernel import Kernel
from simulator.observe.deaths import Death
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


class Keeper:
    """Ends instances, and lets each start again when nothing else keeps it dead.

    Args:
        deaths: where each death is noted.
        callers: the routes by which each instance is asked, by its name: who finds out.
    """

    def __init__(
        self,
        kernel: Kernel,
        lifecycle: Lifecycle,
        callers: Mapping[str, Sequence[Route]],
        deaths: list[Death],
    ) -> None:
        self.kernel = kernel
        self.lifecycle = lifecycle
        self.callers = callers
        self.deaths = deaths

    def keep(self, instance: Instance) -> None:
        """The process is gone, and does not start again before it is let go."""
        instance.kept_down += 1
        if instance.up:
            end(instance, self.kernel.now, self.lifecycle, self.callers, self.deaths)

    def let_go(self, instance: Instance) -> None:
        """It starts again, unless something else keeps it dead."""
        instance.kept_down -= 1
        if instance.kept_down == 0:
            instance.restart()
            self.lifecycle.restarted(instance)
