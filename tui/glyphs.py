"""States as a glyph, a word and a colour: whoever cannot tell the colours has the other two.

Each glyph is one cell wide. Colours are names of theme variables, which `themes.colour` looks up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.outcome import MEANINGS, NAMES


@dataclass(frozen=True, slots=True)
class Sign:
    """How a state is shown."""

    glyph: str
    word: str
    colour: str
    """A variable of the theme, without its `$`."""
    meaning: str
    """A sentence fragment for the help screen."""


UNKNOWN = Sign("?", "unknown", "text-muted", "not known")

SERVICES: Mapping[str, Sign] = {
    "ok": Sign("●", "ok", "success", "it answers, and has room to spare"),
    "busy": Sign("◐", "busy", "warning", "80 % in use or more, or requests wait"),
    "failing": Sign("▲", "failing", "error", "5 % of its answers or more are failures"),
    "partial": Sign("◑", "partial", "warning", "some of its instances are down"),
    "down": Sign("✖", "down", "error", "none of its instances is up"),
    "idle": Sign("○", "idle", "text-muted", "nobody asks it"),
}

INSTANCES: Mapping[str, Sign] = {
    "up": Sign("●", "up", "success", "it listens and works"),
    "slow": Sign("◐", "slow", "warning", "it works slower than it should"),
    "not ready": Sign("▲", "not ready", "warning", "it runs, and its readiness probe fails"),
    "down": Sign("✖", "down", "error", "it is dead"),
    "starting": Sign("◌", "starting", "accent", "it will listen soon"),
    "draining": Sign("◑", "draining", "accent", "it finishes its work, and takes no new"),
    "paused": Sign("⏸", "paused", "warning", "it stands still, and does not know"),
}

SIMULATION: Mapping[str, Sign] = {
    "playing": Sign("▶", "playing", "success", "the simulated clock runs"),
    "paused": Sign("⏸", "paused", "warning", "the simulated clock stands still"),
    "replaying": Sign("⟲", "replaying", "accent", "it is on its way to another time"),
    "ended": Sign("■", "ended", "primary", "the scenario is over"),
    "stopped": Sign("■", "stopped", "warning", "the scenario has ended itself, or cannot go on"),
    "failed": Sign("✖", "failed", "error", "the simulation has an error"),
    "opening": Sign("…", "opening", "text-muted", "the scenario is being read"),
}

BREAKERS: Mapping[str, Sign] = {
    "closed": Sign("─", "closed", "success", "calls go through"),
    "half_open": Sign("◍", "half open", "warning", "a few calls try whether it works again"),
    "open": Sign("⊘", "open", "error", "calls fail at once, without being sent"),
    "forced_open": Sign("⊗", "forced open", "error", "somebody holds it open"),
    "disabled": Sign("⊖", "disabled", "warning", "somebody has switched it off"),
    "metrics_only": Sign("⊙", "metrics only", "text-muted", "it counts, and never opens"),
}

FAULTS: Mapping[str, Sign] = {
    "active": Sign("▲", "active", "error", "it does harm now"),
    "waiting": Sign("◌", "waiting", "text-muted", "it is yet to come"),
    "over": Sign("✓", "over", "text-muted", "it has ended"),
}

EVENTS: Mapping[str, Sign] = {
    "fault": Sign("▲", "fault", "error", "a fault began, or ended"),
    "instance": Sign("■", "instance", "warning", "an instance went down, or came up"),
    "registry": Sign("≡", "registry", "accent", "the registry listed or dropped an instance"),
    "breaker": Sign("⊘", "breaker", "warning", "a circuit breaker changed its state"),
    "outlier": Sign("◇", "outlier", "warning", "a caller put an instance aside"),
    "choice": Sign("◇", "choice", "warning", "a caller put an instance aside, or took it back"),
    "errors": Sign("╳", "errors", "error", "the users' failures began, or ended"),  # noqa: RUF001  a cross that fills its cell
    "health": Sign("♥", "health", "accent", "a health check changed its mind"),
    "scale": Sign("↕", "scale", "accent", "an autoscaler decided"),
    "platform": Sign("□", "platform", "accent", "probes, nodes, placement"),
    "deploy": Sign("⇄", "deploy", "accent", "a rollout went on"),
    "config": Sign("≈", "config", "accent", "a setting was changed"),
    "you": Sign("◆", "you", "primary", "what you did"),
}
OTHER_EVENT = Sign("·", "event", "text-muted", "anything else")

_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "ok": ("█", "success"),
    "degraded": ("▓", "accent"),
    "error": ("╳", "error"),  # noqa: RUF001  a cross that fills its cell
    "timeout": ("◷", "warning"),
    "deadline": ("◴", "warning"),
    "refused": ("⊣", "error"),
    "reset": ("↯", "error"),
    "unreachable": ("≁", "error"),
    "queue_full": ("≣", "warning"),
    "shed": ("▽", "warning"),
    "rate_limited": ("⊥", "warning"),
    "bulkhead_full": ("▥", "warning"),
    "breaker_open": ("⊘", "error"),
    "no_instance": ("∅", "error"),
    "unauthorized": ("⚿", "error"),
    "cancelled": ("⊝", "text-muted"),
}
OUTCOMES: Mapping[str, Sign] = {
    name: Sign(_OUTCOMES[name][0], name.replace("_", " "), _OUTCOMES[name][1], meaning)
    for name, meaning in zip(NAMES, MEANINGS, strict=True)
}


def sign(table: Mapping[str, Sign], state: str) -> Sign:
    """How a state is shown; a state that no table knows keeps its own word."""
    known = table.get(state)
    return known or Sign(UNKNOWN.glyph, state.replace("_", " "), UNKNOWN.colour, UNKNOWN.meaning)
