"""Screens of the views that go into depth, in three sizes, at fixed times of bundled scenarios."""

from __future__ import annotations

from stage import SIZES, Stage, perform


async def _check(stage: Stage, name: str) -> None:
    for size in SIZES:
        await stage.resize(*size)
        stage.check(name)


def test_a_good_day() -> None:
    """The online store: a service, an instance, the sample, one checkout."""

    async def play(stage: Stage) -> None:
        await stage.play(20.0)
        stage.app.select("service", "orders")
        await stage.press("2")
        await _check(stage, "service-online-store")
        await stage.press("down", "enter")
        await _check(stage, "instance-online-store")
        await stage.press("3")
        await _check(stage, "requests-online-store")
        stage.app.select("request", "buyers 175")
        stage.app.open_view("request")
        await stage.settle()
        await _check(stage, "request-online-store")

    perform(play, "online-store", size=SIZES[0])


def test_breakers_that_are_open() -> None:
    """The bank is away: the callers' breakers say until when they stay open."""

    async def play(stage: Stage) -> None:
        await stage.play(23.5)
        stage.app.select("service", "payments")
        await stage.press("2")
        assert "⊘ 2 open" in stage.text()
        await _check(stage, "service-bank-outage")

    perform(play, "store-bank-outage", size=SIZES[1])


def test_an_autoscaler_at_work_and_retries_without_end() -> None:
    """Two instances are on their way; a request shows three retries, and work for nobody."""

    async def play(stage: Stage) -> None:
        await stage.play(100.0)
        stage.app.select("service", "shop")
        await stage.press("2")
        assert "●●●◌◌·····" in stage.text()
        await _check(stage, "service-retry-storm")
        stage.app.select("request", "users 3684")
        stage.app.open_view("request")
        await stage.settle()
        assert "retry 3" in stage.text()
        assert "▒▒▒" in stage.text()
        await _check(stage, "request-retry-storm")

    perform(play, "autoscaler-retry-storm", size=SIZES[1])


def test_a_hundred_attempts() -> None:
    """A page that needs a hundred leaves: more lines than fit, and the cursor reaches the last."""

    async def play(stage: Stage) -> None:
        await stage.play(5.0)
        await stage.press("3", "<", ">", ">", ">", ">", ">", ">", "enter")
        attempts = stage.snapshot.trace
        assert attempts is not None
        assert len(attempts.spans) > 110
        await stage.press("ctrl+end")
        assert "leaf.read" in stage.text()
        await _check(stage, "request-hedging")

    perform(play, "hedging", size=SIZES[0])
