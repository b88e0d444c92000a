"""A second set of instances comes up beside the first, and takes over all requests at once."""

from __future__ import annotations

from simulator.platform.rollout.analysis import Analysis
from simulator.platform.rollout.fleet import Fleet
from simulator.platform.rollout.rollout import Deadline
from simulator.platform.rollout.switching import ACTIVE, COMES, STANDS, Switching


class BlueGreen(Switching):
    """Starts as many new instances (green) as there are old ones (blue), and switches between them.

    In the real world: the strategy `blueGreen` of Argo Rollouts. The active Service points to blue
    until all of green is available, and then to green. Blue stays for `scaleDownDelaySeconds`: until
    all have heard of the switch, and as long as one may want to switch back.

    Here: all callers send to green from one moment on; what is with blue is finished there. With an
    analysis blue stays at least until that is through, and is switched back to if green fails. Green
    then goes after `abort_scale_down_delay`.

    Left out: a preview Service, and tests against it (`prePromotionAnalysis`); a person who promotes.

    Source: Argo Rollouts, "BlueGreen Deployment Strategy".

    Args:
        promote_after: seconds from green being available to the switch (`autoPromotionSeconds`).
    """

    kind = "blue_green"

    def __init__(
        self,
        fleet: Fleet,
        before: str,
        version: str,
        deadline: Deadline,
        promote_after: float,
        scale_down_delay: float,
        abort_scale_down_delay: float,
        analysis: Analysis | None = None,
    ) -> None:
        super().__init__(
            fleet, before, version, deadline, scale_down_delay, abort_scale_down_delay, analysis
        )
        self.promote_after = promote_after

    def begin(self) -> None:
        self.switch(0.0)
        self.fleet.tell(f"{self.name}: {self.fleet.wanted} instances are started beside the others")
        super().begin()

    def climb(self) -> bool:
        fleet = self.fleet
        self.keep(self.version, fleet.wanted)
        if self.stage == COMES:
            if fleet.revision(self.version).available < fleet.wanted:
                return False
            fleet.tell(f"{self.name}: all {fleet.wanted} instances are available")
            self.enter(STANDS, self.promote_after)
            return True
        if not self.after(self.promote_after):
            return False
        self.switch(1.0)
        fleet.tell(f"{self.name}: gets all requests")
        if self.analysis is not None:
            self.analysis.begin(fleet.now)
        self.enter(ACTIVE, self.scale_down_delay)
        return True
