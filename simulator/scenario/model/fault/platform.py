"""Harm to what services run on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.model.balancer import chosen
from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    Share,
    whole,
)
from simulator.scenario.model.fault.link import OnTheWay
from simulator.scenario.model.fault.selector import Mode, Selector
from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.guards.profile import FailureName
from simulator.scenario.model.policy import BALANCING, Policy
from simulator.units import format_duration


class RegistryOutage(Model):
    """All servers of the registry are down, and come up again at the end.

    In the real world: etcd out of disk, an update gone wrong, the registry's own zone lost. What
    runs goes on running, and callers go on with what they know, until something changes.

    Here: it is a `kill` of every server of the registry; what they come back with depends on its kind.

    Left out: what else is kept there: configuration, locks, elections.

    Source: Chaos Mesh, PodChaos `pod-kill` with the mode `all`.
    """


class ZoneOutage(Model):
    """Every instance in a zone dies, of whichever service, and starts again at the end.

    In the real world: power, cooling or the network of a data centre fails. What is left has to
    carry the load of all, and everybody retries at the same time.

    Here: it is a `kill`, without grace, of every instance that stands there: by the `zones` of its
    service, or by the zone of its node. The nodes of the zone are down: nobody is placed on them.

    Left out: the servers of the registry, which stand in no zone; the network between zones, and
    capacity that others take first.

    Source: Netflix, Chaos Gorilla; AWS, Fault Injection Service, "AZ availability: power interruption".
    """

    zone: Name = Field(description="Which one, of the `zones` of services or nodes.")


class NodeDrain(Model):
    """The instances of a node move to others."""

    node: str = Field(description="Which one, such as `general-2`.")
    grace: Duration = Field(
        30.0, description="How long its instances serve on after they were asked to stop."
    )
    start: Duration = Field(
        10.0,
        description="How long after that they are up on another node, but not before they ended.",
    )
    between: Duration = Field(
        0.0, description="How long after one instance the next is asked; 0: all at once."
    )


class Rolling(Model):
    """A rollout that replaces instances one after another."""

    batch: Annotated[int, whole(1, 100_000)] = Field(
        1, description="How many are replaced at a time."
    )
    every: PositiveDuration = Field(description="How long after a batch the next one's turn comes.")
    grace: Duration = Field(
        0.0, description="How long an instance goes on serving after it has deregistered."
    )
    down: PositiveDuration = Field(description="How long it is down before it runs the version.")

    def rules(self) -> Iterator[Mistake]:
        if self.grace + self.down > self.every:
            least = format_duration(self.grace + self.down)
            message = (
                f"expected at least `grace` and `down`, {least}: a batch waits for the one before"
            )
            yield Mistake(message, ("every",))


class ConfigPush(Model):
    """Calls get another policy."""

    service: Name = Field(description="Whose calls: a service or a traffic class.")
    to: str | None = Field(
        None, description="Only those to this service or endpoint, such as `payments.charge`."
    )
    policy: Policy = Field(description="What is pushed: keys of a call's policy; `null` for none.")

    def rules(self) -> Iterator[Mistake]:
        given = [key for key in Policy.model_fields if key in self.policy.model_fields_set]
        if not given:
            yield Mistake("expected at least one key of a call's policy", ("policy",))
        for key in given:
            if key in BALANCING and key != "balancer":
                message = (
                    "a push changes what guards a call and its `balancer`, and nothing else of how "
                    "an instance is chosen"
                )
                yield Mistake(message, ("policy", key))
        if "balancer" in given and chosen(self.policy.balancer)[0] == "join_idle_queue":
            message = (
                "`join_idle_queue` goes by reports that idle instances make all along: it cannot be "
                "pushed"
            )
            yield Mistake(message, ("policy", "balancer"))
        if "balancer" in given and self.to is not None and "." in self.to:
            service = self.to.partition(".")[0]
            message = f"all calls to a service share a `balancer`: expected `{service}`"
            yield Mistake(message, ("to",))
        if isinstance(self.policy.fallback, Fallback) and self.policy.fallback.call is not None:
            message = "a push cannot let a call ask somebody else: expected `constant` or `stale`"
            yield Mistake(message, ("policy", "fallback", "call"))


class ForceBreaker(Model):
    """Breakers are set by hand."""

    service: Name = Field(description="Whose breakers: those of a service or a traffic class.")
    to: str | None = Field(
        None, description="Only those of its calls to this service or endpoint, such as `payments`."
    )
    state: Literal["open", "closed", "disabled"] = Field(
        "open",
        description="`open`: no call passes. `disabled`: every call does, and none is counted. "
        "`closed`: it begins anew, and goes on by itself.",
    )


class BadDeploy(Selector):
    """A version that is worse than the one before."""

    mode: Mode = Field("all", description="How many of its instances: which ones is drawn.")
    errors: Share | None = Field(
        None, description="How many good answers become `error`, after the work."
    )
    speed: Share | None = Field(None, description="What is left of the speed, such as 50%.")
    breaks: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="Callers that speak the old interface: they get `error` at once."
    )
    endpoint: Name | None = Field(None, description="`errors` and `breaks` only at this endpoint.")
    rolling: Rolling | None = Field(
        None,
        description="Instances are replaced in turn; left out: all at once, without a restart.",
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.errors is None and self.speed is None and not self.breaks:
            yield Mistake("expected at least one of `errors`, `speed`, `breaks`")
        if self.speed == 0.0:
            yield Mistake("expected a speed above 0", ("speed",))
        if self.endpoint is not None and self.errors is None and not self.breaks:
            yield Mistake("`endpoint` goes with `errors` or `breaks`", ("endpoint",))
        elif self.endpoint is not None and self.service is None:
            yield Mistake("`endpoint` needs a `service`", ("endpoint",))


class SecretExpiry(OnTheWay):
    """Certain callers show a secret that is no longer good."""

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if not self.callers and not self.from_zones:
            yield Mistake("expected `from` (or an `edge`): the callers that have the old secret")


class DependencyOutage(Model):
    """A third party is out: whatever it is asked, all of its instances fail.

    In the real world: a payment provider, a cloud API or a DNS host is down. Nothing can be done
    about it but to be ready for it: a fallback, a breaker, a queue for later. Such outages seldom
    refuse; most answer with errors, or slowly, or not at all.

    Here: what is sent to any instance and endpoint of the service is answered with `outcome`, `after`
    a time from the sending; with `unreachable` nothing is answered at all, and callers wait for their
    timeouts. It is an `abort` or a `loss` of questions on all instances, under the name of what it is.

    Left out: work that the third party has done before it failed; its status page.

    Source: AWS Builders' Library, "Static stability using Availability Zones"; AWS, summary of the
    Amazon S3 service disruption of 28 February 2017; Netflix, FIT: Failure Injection Testing.
    """

    service: Name = Field(description="The service that stands for the third party.")
    outcome: FailureName = Field(
        "error", description="What callers are answered; `unreachable`: nothing, for ever."
    )
    share: Share = Field(1.0, description="How many of the attempts it fails.")
    after: Duration = Field(0.0, description="After how long it answers.")

    def rules(self) -> Iterator[Mistake]:
        if self.outcome == "unreachable" and self.after > 0.0:
            yield Mistake("nobody answers who is `unreachable`", ("after",))
