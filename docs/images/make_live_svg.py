"""Makes live.svg, the first picture in the README: `python docs/images/make_live_svg.py`.

It is the dashboard itself with a simulation that plays as far as it is told: the catalogue is slow for
eight seconds, well for twelve, and slow again.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from simulator.live.commands import Inject, Undo
from simulator.live.driver import Opening
from simulator.live.stepped import SteppedDriver
from tui.app import AftershockApp

NAME, SIZE = "online-store", (120, 40)
SLOW = Inject({"slow": {"service": "catalogue", "mode": "all", "speed": "5%"}})


async def picture() -> str:
    """Wound the store, heal it, wound it again, and draw what the terminal shows."""
    app = AftershockApp(Opening(NAME), SteppedDriver)
    async with app.run_test(size=SIZE) as pilot:
        driver = app.driver
        assert isinstance(driver, SteppedDriver)

        async def show(seconds: float) -> None:
            driver.play(seconds)
            app.receive()
            await pilot.pause()

        await show(20.0)
        app.select("service", "catalogue")
        driver.send(SLOW)
        await show(8.0)
        driver.send(Undo())
        await show(12.0)
        driver.send(SLOW)
        await show(6.0)
        # What was done is told by a toast, which is not there for long.
        app.clear_notifications()
        await pilot.pause()
        return app.export_screenshot(title="aftershock live online-store", simplify=True)


Path(__file__).with_name("live.svg").write_text(asyncio.run(picture()), "utf-8")
