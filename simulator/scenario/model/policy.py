"""What guards a call."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.scenario.model.base import Model, PositiveDuration


class Policy(Model):
    """How a call is made.

    May stand in `defaults`, in a service's `policy`, in a traffic class (for its entry call) and in
    a call; a later one wins, key by key.
    """

    timeout: PositiveDuration | None = Field(
        None, description="How long one attempt waits for its answer; left out: for ever."
    )
    deadline: PositiveDuration | None = Field(
        None,
        description="How long the call may take with everything it causes; what is left travels "
        "down to the calls below, and nothing is started that has no time left.",
    )
    cancel: bool = Field(
        False, description="Tell the callee when the caller gives up, so that it stops working."
    )
    balancer: Literal["round_robin"] = Field(
        "round_robin", description="Which instance gets the next attempt."
    )
