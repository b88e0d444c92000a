"""Knative's decisions, against the cases of its own tests.

The cases are those of knative/serving, pkg/autoscaler/scaling/autoscaler_test.go (at 98e5ef9), with the
names that they have there.
"""

from __future__ import annotations

from dataclasses import replace
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scaling.kpa.decider import Decider, DeciderSettings, Wish, target_of

UTILIZATION = 0.75
"""Upstream presumes it in all of its tests."""


def decider(target: float, burst: float = 0.0, ready: int = 1, **changes: float) -> Decider:
    """`newTestAutoscaler`: ten times up or down at once, a panic at twice what is there."""
    settings = DeciderSettings(
        total=target / UTILIZATION, target=target, max_up=10.0, max_down=10.0, burst=burst
    )
    return Decider(replace(settings, **changes), ready, 0.0)


def excess(target: float, burst: float, load: float, ready: int) -> int:
    """`expectedEBC`."""
    return floor(target / UTILIZATION * ready - burst - load)


def expect(
    scaler: Decider, now: float, ready: int, load: tuple[float, float], replicas: int
) -> None:
    """A decision wants so many, and has the excess that follows from the settings."""
    wish = scaler.decide(now, ready, *load)
    assert wish.replicas == replicas
    settings = scaler.settings
    if settings.burst > 0.0:
        # Upstream allows for one of rounding.
        assert abs(wish.excess - excess(settings.target, settings.burst, load[1], ready)) <= 1
    else:
        assert wish.excess == settings.burst


def test_scale_down_delay() -> None:
    """TestAutoscalerScaleDownDelay: fewer only after five minutes in which fewer were wanted."""
    scaler = decider(10, panic_threshold=100.0, down_delay=300.0)
    expect(scaler, 2, 0, (40, 40), 4)
    expect(scaler, 300, 0, (0, 0), 4)
    expect(scaler, 302, 0, (0, 0), 0)
    expect(scaler, 540, 0, (40, 40), 4)
    expect(scaler, 600, 0, (30, 30), 4)
    expect(scaler, 660, 0, (0, 0), 4)
    expect(scaler, 840, 0, (0, 0), 3)
    expect(scaler, 900, 0, (0, 0), 0)


def test_scale_down_delay_not_reachable() -> None:
    """TestAutoscalerScaleDownDelayNotReachable: what nobody can reach is let go at once."""
    scaler = decider(10, panic_threshold=100.0, down_delay=300.0)
    expect(scaler, 2, 0, (40, 40), 4)
    expect(scaler, 60, 0, (0, 0), 4)
    scaler.settings = replace(scaler.settings, reachable=False)
    expect(scaler, 62, 0, (0, 0), 0)


def test_scale_down_delay_zero() -> None:
    """TestAutoscalerScaleDownDelayZero: without a delay the newest decision counts."""
    scaler = decider(10, panic_threshold=100.0)
    expect(scaler, 0, 0, (40, 40), 4)
    expect(scaler, 0.5, 0, (20, 20), 2)


def test_stable_mode_increase() -> None:
    """TestAutoscalerStableModeIncreaseWithConcurrencyDefault, and with RPS."""
    scaler = decider(10, 101)
    expect(scaler, 0, 1, (50, 10), 5)
    expect(scaler, 0, 1, (100, 10), 10)
    scaler = decider(10, 101)
    expect(scaler, 0, 1, (50, 50), 5)
    expect(scaler, 0, 1, (100, 99), 10)


def test_unpanic_after_slow_increase() -> None:
    """TestAutoscalerUnpanicAfterSlowIncrease."""
    scaler = decider(1, 98)
    expect(scaler, 1000, 10, (11, 25), 25)
    assert scaler.panic == 1000
    expect(scaler, 1030, 40, (30, 41), 41)
    assert scaler.panic == 1000
    expect(scaler, 1062, 55, (50, 56), 50)
    assert scaler.panic is None


def test_extend_panic_window() -> None:
    """TestAutoscalerExtendPanicWindow: each further reason to panic makes it last longer."""
    scaler = decider(1, 98)
    expect(scaler, 1000, 10, (11, 25), 25)
    expect(scaler, 1030, 40, (30, 80), 80)
    assert scaler.panic == 1030


def test_stable_mode_decrease() -> None:
    """TestAutoscalerStableModeDecrease."""
    scaler = decider(10, 98)
    expect(scaler, 0, 8, (100, 100), 10)
    expect(scaler, 0, 8, (50, 50), 5)


def test_no_traffic_scale_to_zero() -> None:
    """TestAutoscalerStableModeNoTrafficScaleToZero."""
    scaler = decider(10, 75)
    expect(scaler, 0, 1, (1, 0), 1)
    expect(scaler, 0, 1, (0, 0), 0)


def test_activation_scale() -> None:
    """TestAutoscalerActivationScale: none, or at least two."""
    scaler = decider(10, 75, activation=2)
    expect(scaler, 0, 1, (0, 0), 0)
    expect(scaler, 0, 1, (1, 0), 2)


def test_panic_mode_exponential() -> None:
    """TestAutoscalerPanicModeExponentialTrackAndStabilize."""
    scaler = decider(1, 101)
    expect(scaler, 0, 1, (6, 6), 6)
    for step, (ready, load) in enumerate([(6, 36), (36, 216), (216, 1296)]):
        expect(scaler, step, ready, (load, load), load)
        assert scaler.panic == step
    expect(scaler, 3, 1296, (1296, 1296), 1296)
    assert scaler.panic == 2


@pytest.mark.parametrize(
    ("target", "burst", "load", "ready", "wanted", "changes"),
    [
        pytest.param(10, 100, (0, 0), 1, 0, {}, id="NoDataAtZeroNoAutoscale"),
        pytest.param(181, -1, (21, 26), 1, 1, {}, id="StableModeUnlimitedTBC"),
        pytest.param(10, 0, (50, 49), 1, 5, {}, id="0TBC"),
        pytest.param(10, 100, (50, 50), 1, 5, {}, id="StableModeNoChange"),
        pytest.param(10, 100, (50, 50), 5, 5, {}, id="StableModeNoChangeAlreadyScaled"),
        pytest.param(1, 1982, (3, 3.1), 2, 3, {"max_up": 1.1}, id="IncreaseWithSmallScaleUpRate"),
        pytest.param(
            10, 1982, (1, 1), 100, 90, {"max_down": 1.1}, id="DecreaseWithSmallScaleDownRate"
        ),
        pytest.param(
            10,
            1982,
            (1, 1),
            100,
            1,
            {"max_down": 1.1, "reachable": False},
            id="DecreaseNonReachable",
        ),
        pytest.param(10, 84, (50, 100), 1, 10, {}, id="PanicModeDoublePodCount"),
    ],
)
def test_scale(
    target: float,
    burst: float,
    load: tuple[float, float],
    ready: int,
    wanted: int,
    changes: dict[str, float],
) -> None:
    """TestAutoscalerScale."""
    expect(decider(target, burst, **changes), 0, ready, load, wanted)


@pytest.mark.parametrize(("load", "wanted"), [((50, 30), 50), ((20, 30), 30)])
def test_in_panic_the_higher_counts(load: tuple[float, float], wanted: int) -> None:
    """TestAutoscalerScale, AutoscalerPanicStableLargerThanPanic and ...LessThanPanic."""
    scaler = decider(1, 100, ready=5)
    scaler.panic = 95.0
    expect(scaler, 100, 5, load, wanted)


def test_panic_then_unpanic() -> None:
    """TestAutoscalerPanicThenUnPanicScaleDown: nothing is taken away before the panic is over."""
    scaler = decider(10, 93)
    expect(scaler, 0, 1, (100, 100), 10)
    expect(scaler, 0, 10, (100, 1000), 100)
    expect(scaler, 30, 10, (1, 1), 100)
    expect(scaler, 60, 10, (1, 1), 100)
    expect(scaler, 61, 10, (1, 1), 1)


def test_rate_limits() -> None:
    """TestAutoscalerRateLimitScaleUp and ...Down: ten times as many, or a tenth, at once."""
    scaler = decider(10, 61)
    expect(scaler, 0, 1, (1000, 1001), 10)
    expect(scaler, 0, 10, (1000, 1001), 100)
    scaler = decider(10, 61)
    expect(scaler, 0, 100, (1, 1), 10)
    expect(scaler, 0, 10, (1, 1), 1)


def test_one_is_the_least_to_multiply() -> None:
    """TestAutoscalerUseOnePodAsMinimumIfEndpointsNotFound."""
    expect(decider(10, 81), 0, 0, (1000, 888), 10)


def test_update_target() -> None:
    """TestAutoscalerUpdateTarget."""
    scaler = decider(10, 77)
    expect(scaler, 0, 1, (100, 101), 10)
    scaler.settings = decider(1, 71).settings
    expect(scaler, 0, 10, (100, 101), 100)


@pytest.mark.parametrize(("ready", "panics"), [(0, False), (1, False), (2, True)])
def test_start_in_panic_mode(ready: int, panics: bool) -> None:
    """TestStartInPanicMode: more than one is kept until something is known of the load."""
    scaler = decider(100, 11, ready=ready)
    assert (scaler.panic is not None) == panics
    assert scaler.most == ready


def test_the_defaults() -> None:
    """config-autoscaler: 100 at once of which 70 %, windows of 60 s and 6 s, 1000 up, 2 down, 211."""
    assert DeciderSettings() == DeciderSettings(100.0, 70.0, 2.0, 60.0, 1000.0, 2.0, 211.0)
    assert target_of(100.0, 0.7) == pytest.approx(70.0)
    assert target_of(0.01, 0.1) == 0.01
    # 139 are twice 70, rounded up: that is a panic, for one instance and for none.
    for ready in (0, 1):
        scaler = Decider(DeciderSettings(), ready, 0.0)
        assert scaler.decide(2.0, ready, 0.0, 70.0) == Wish(0, 100 * ready - 281)
        assert scaler.panic is None
        assert scaler.decide(4.0, ready, 0.0, 70.1).replicas == 2
        assert scaler.panic == 4.0


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500), st.integers(0, 20)), max_size=40),
    st.integers(0, 3),
)
def test_never_fewer_in_a_panic(loads: list[tuple[float, float, int]], ready: int) -> None:
    """While it panics the number never falls; and it never wants more than it may have at once."""
    scaler = decider(10, 100, ready=ready)
    before = 0
    for number, (stable, panic, now_ready) in enumerate(loads):
        was = scaler.panic
        wish = scaler.decide(2.0 * number, now_ready, stable, panic)
        if was is not None and scaler.panic is not None:
            assert wish.replicas >= before
        if scaler.panic is None:
            assert wish.replicas <= 10 * max(1, now_ready)
        before = wish.replicas
