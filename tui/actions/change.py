"""Keys that change the system or its traffic."""

from __future__ import annotations

from pathlib import Path

from simulator.live.commands import Answer, Inject, Scale, Write
from simulator.live.snapshot import Snapshot, TrafficView
from simulator.scenario import Scenario, ScenarioError, parse
from simulator.scenario.building.balancers import summary_of
from simulator.scenario.model.balancer import balancer_names, chosen
from simulator.scenario.policies import calls, policy_of
from simulator.units import parse_rate
from tui.actions import aim
from tui.actions.aim import NoAim
from tui.actions.doing import Doing
from tui.dialogs.amount import LineDialog
from tui.dialogs.choice import Choice
from tui.text import count, rate

FACTORS = (0.5, 2.0, 5.0, 10.0)
"""What the arrows go through where traffic is asked for."""
MOST = 100_000
"""Instances of a service."""
SCHEDULED = "scheduled"
"""The autoscaler that goes by the clock alone; what `s` does is written as one."""
ALL = "*"
"""Stands for all callers in a choice of one."""


class ChangeActions(Doing):
    """Keys that change the system or its traffic."""

    def action_scale(self) -> None:
        """More or fewer instances of the selected service."""
        aimed = self.aimed(lambda _: aim.processes(self.selection, "scale"))
        if aimed is None:
            return
        _, target = aimed
        name = (
            aim.service_of(str(target["instance"])) if "instance" in target else target["service"]
        )
        service = self.watching.service(str(name))
        if service is None:
            self.warn(aim.NOTHING)
            return
        if service.scaler not in (None, SCHEDULED):
            self.warn(f"{name} has the autoscaler {service.scaler}, which would scale it back")
            return
        now = service.replicas if service.wanted is None else service.wanted
        said = f"{count(service.replicas, 'instance')} now, {service.up} up."

        def scale(replicas: int | None) -> None:
            if replicas is not None:
                self.do(Scale(service.name, replicas))

        self.push_screen(
            LineDialog(
                f"scale {service.name}",
                said,
                str(now),
                _replicas,
                nudge=lambda text, by: str(max(1, int(text) + by)) if text.isdecimal() else text,
                verb="scale",
            ),
            scale,
        )

    def action_balancer(self) -> None:
        """Another way to pick instances, for the calls to the selected service."""
        aimed = self.aimed(self.who_balances)
        if aimed is None:
            return
        snapshot, (callers, callee) = aimed
        folder = Path(self.opening.folder) if self.opening.folder else None

        def opened(answer: Answer) -> None:
            # What was done so far may have changed balancers: the scenario as it is now says all.
            try:
                scenario = parse(answer.payload, folder=folder).scenario if answer.done else None
            except ScenarioError:
                scenario = None
            if len(callers) == 1:
                self.choose_balancer(callers, callee, scenario, snapshot)
                return
            all_of_them = Choice(ALL, f"all {len(callers)}", ", ".join(callers))
            each = [
                Choice(name, name, ", ".join(sorted(_balancers(scenario, name, callee, snapshot))))
                for name in callers
            ]
            self.choose(
                f"whose calls to {callee}",
                [all_of_them, *each],
                lambda key: self.choose_balancer(
                    callers if key == ALL else (key,), callee, scenario, snapshot
                ),
            )

        self.ask(Write(None), opened)

    def who_balances(self, snapshot: Snapshot) -> tuple[tuple[str, ...], str]:
        """Whose calls the selection means, and to which service.

        Raises:
            NoAim: if it means none.
        """
        chosen = aim.selected(self.selection)
        match chosen.kind:
            case "edge":
                caller, callee = aim.ends_of(chosen.name)
                return (caller,), callee
            case "traffic":
                return (chosen.name,), aim.entry_of(chosen.name, snapshot)
            case "instance":
                callee = aim.service_of(chosen.name)
            case _:
                callee = chosen.name
        callers = aim.callers_of(callee, snapshot)
        if not callers:
            raise NoAim(f"nobody calls {callee}: there is nothing to balance")
        return callers, callee

    def choose_balancer(
        self,
        callers: tuple[str, ...],
        callee: str,
        scenario: Scenario | None,
        snapshot: Snapshot,
    ) -> None:
        """Ask for a balancer, the present one marked, and push it to the callers."""
        present: set[str] = set()
        for caller in callers:
            present |= _balancers(scenario, caller, callee, snapshot)
        choices = [
            Choice(name, name, summary_of(name)["summary"], marked=name in present)
            for name in balancer_names()
        ]

        def push(name: str) -> None:
            if present == {name}:
                self.warn(f"{callee} is balanced by {name} already")
                return
            pushed = {"to": callee, "policy": {"balancer": name}}
            self.do_in_turn(
                [Inject({"config_push": {"service": caller, **pushed}}) for caller in callers]
            )

        whose = callers[0] if len(callers) == 1 else f"{len(callers)} callers"
        self.choose(f"balancer of {whose} towards {callee}", choices, push)

    def action_traffic(self) -> None:
        """More or fewer requests."""
        if (snapshot := self.in_play()) is None:
            return
        chosen = self.selection
        if chosen is not None and chosen.kind == "traffic":
            self.ask_traffic(chosen.name)
            return
        self.pick(
            "whose traffic",
            [Choice(each.name, each.name, _pace(each)) for each in snapshot.traffic],
            self.ask_traffic,
        )

    def ask_traffic(self, name: str) -> None:
        """Ask how many times as much a traffic class is to ask."""
        snapshot = self.watching.snapshot
        found = [each for each in snapshot.traffic if each.name == name] if snapshot else []
        if not found:
            return
        traffic = found[0]
        if not traffic.open:
            self.warn(
                f"{name} are a closed loop: {traffic.users} users ask again when they are answered, "
                "so there is no rate to raise. F thundering_herd has all of them ask at once; more "
                "users are a change of the file"
            )
            return
        now = traffic.rate or 0.0

        def surge(times: float | None) -> None:
            if times is not None:
                self.do(Inject({"surge": {"traffic": name, "times": times}}))

        self.push_screen(
            LineDialog(
                f"traffic of {name}",
                f"{rate(now)} now. How many times as many (0.5, 2, 5), or a rate such as 400/s.",
                "2",
                lambda text: _times(text, now),
                nudge=_next_factor,
            ),
            surge,
        )


def _pace(traffic: TrafficView) -> str:
    return f"{rate(traffic.rate)} now" if traffic.open else f"{traffic.users} users, a closed loop"


def _replicas(text: str) -> int:
    """How many instances a text means.

    Raises:
        ValueError: if it means none.
    """
    if text.isdecimal() and 1 <= int(text) <= MOST:
        return int(text)
    raise ValueError(f"expected a whole number from 1 to {MOST:,}, found {text or 'nothing'}")


def _times(text: str, now: float) -> float:
    """How many times as many requests a text means.

    Raises:
        ValueError: if it means none.
    """
    if "/" in text:
        wanted = parse_rate(text)
        if now <= 0.0:
            raise ValueError("nobody asks now: expected how many times as many")
        times = wanted / now
    else:
        try:
            times = float(text.strip("xX "))
        except ValueError:
            raise ValueError(
                f"expected a number such as 2, or a rate such as 400/s, found {text or 'nothing'}"
            ) from None
    if not 0.0 < times <= 1e6:
        raise ValueError("expected a number above 0; n cuts off whoever asks")
    return times


def _next_factor(text: str, by: int) -> str:
    """The next of the usual factors."""
    try:
        present = float(text.strip("xX "))
    except ValueError:
        return text
    later = [each for each in FACTORS if (each > present if by > 0 else each < present)]
    if not later:
        return text
    return f"{later[0] if by > 0 else later[-1]:g}"


def _balancers(scenario: Scenario | None, caller: str, callee: str, snapshot: Snapshot) -> set[str]:
    """The balancers that a caller's calls to a service go by now."""
    if scenario is None:
        return set()
    active = {each.name for each in snapshot.faults if each.state == "active"}
    pushed = [
        fault.config_push
        for number, fault in enumerate(scenario.faults)
        if fault.config_push is not None and fault.known_as(number) in active
    ]
    found = set()
    for who, target, own in calls(scenario):
        service = target.partition(".")[0]
        if who.partition(".")[0] != caller or service != callee:
            continue
        policy = policy_of(scenario, service, own)
        name = chosen(policy.balancer)[0] if policy.balancer else "round_robin"
        for push in pushed:
            balancer = push.policy.balancer
            fits = push.service == caller and push.to in (None, target, service)
            if fits and "balancer" in push.policy.model_fields_set and balancer:
                name = chosen(balancer)[0]
        found.add(name)
    return found
