"""From the network faults of a scenario to what they do to messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulator.balancing.chance import Chance
from simulator.distribution.distribution import Distribution
from simulator.kernel.kernel import Kernel
from simulator.network.disturbance import Toxic
from simulator.network.toxic.abort import Abort
from simulator.network.toxic.bandwidth import Bandwidth
from simulator.network.toxic.latency import Latency
from simulator.network.toxic.loss import Loss
from simulator.outcome import ERROR, NAMES, NO_INSTANCE, RESET, UNAUTHORIZED
from simulator.scenario.laws import law_of
from simulator.scenario.model.distribution import Constant
from simulator.scenario.model.fault import link as model
from simulator.scenario.model.fault.selector import Selector


class ToxicMaker:
    """Makes toxics.

    `quantities` collects what is drawn, by name; `chance` makes streams of uniform numbers.
    """

    def __init__(
        self,
        kernel: Kernel,
        quantities: dict[str, Distribution],
        chance: Callable[[str], Chance],
        folder: Path | None,
    ) -> None:
        self.kernel = kernel
        self.quantities = quantities
        self.chance = chance
        self.folder = folder

    def maker(self, kind: str, harm: Selector, name: str) -> Callable[[], Toxic]:
        """What makes the toxic of one fault for one instance."""
        parties = frozenset(harm.from_) if isinstance(harm, WITH_CALLERS) and harm.from_ else None
        endpoints, share = None, 1.0
        if isinstance(harm, model.OnTheWay):
            share = harm.toxicity
            if harm.endpoint is not None:
                endpoints = frozenset({f"{harm.service}.{harm.endpoint}"})
        if not isinstance(harm, WITH_DIRECTION):
            outcome, after = _answered(kind, harm)

            def abort() -> Toxic:
                return Abort(name, parties, endpoints, share, outcome=outcome, after=after)

            return abort
        forth, back = harm.direction != "from", harm.direction != "to"
        if isinstance(harm, model.Latency):
            constant = -1.0
            if isinstance(harm.add, Constant):
                constant = harm.add.constant
            self.quantities[f"fault/{name}"] = law_of(harm.add, self.folder)

            def latency() -> Toxic:
                return Latency(
                    name,
                    parties,
                    endpoints,
                    share,
                    forth=forth,
                    back=back,
                    quantity=f"fault/{name}",
                    constant=constant,
                )

            return latency
        if isinstance(harm, model.Bandwidth):
            seconds = harm.message / harm.rate

            def bandwidth() -> Toxic:
                return Bandwidth(
                    name,
                    parties,
                    endpoints,
                    share,
                    forth=forth,
                    back=back,
                    kernel=self.kernel,
                    seconds=seconds,
                )

            return bandwidth
        lost, correlation = 1.0, 0.0
        if isinstance(harm, model.Loss):
            lost, correlation = harm.share, harm.correlation
        # One stream for all instances: streams of the same name would be the same numbers.
        uniforms = self.chance(f"fault/{name}/loss")

        def loss() -> Toxic:
            return Loss(
                name,
                parties,
                endpoints,
                share,
                forth=forth,
                back=back,
                chance=lost,
                correlation=correlation,
                uniforms=uniforms,
            )

        return loss


WITH_CALLERS = (model.OnTheWay, model.Partition)
WITH_DIRECTION = (model.TwoWays, model.Partition)


def _answered(kind: str, harm: Selector) -> tuple[int, float]:
    """The outcome that callers are answered, and after how long."""
    if isinstance(harm, model.Abort):
        return NAMES.index(harm.outcome), harm.after
    if isinstance(harm, model.Reset):
        return RESET, harm.after
    return {"dns_error": NO_INSTANCE, "certificate_expiry": UNAUTHORIZED}.get(kind, ERROR), 0.0
