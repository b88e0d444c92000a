"""The web site behind `aftershock serve`: a page with a terminal in it, and a process for each visitor."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import weakref
from typing import Any

import aiohttp_jinja2
import typer
from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from cli.serve import is_loopback
from simulator.errors import SimulatorError

GRACE = 3.0
"""Seconds that a visitor's process has for ending by itself."""
LEAST, MOST = (20, 10), (500, 200)
"""Columns and rows of a terminal in a browser."""
FONTS_ELSEWHERE = 'href="https://fonts.googleapis.com/css?family=Roboto%20Mono"'
"""Of textual-serve's page. Ours asks nobody but its own server."""

FULL = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 18px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 32em; padding: 0 1em;
color: #d8dee9; background: #11151c }} a {{ color: #56c8d8 }}</style></head>
<body><h1>No seat is free</h1>
<p>{title} is shown to {visitors} at a time, and that many are watching.
<a href="/">Try again</a> when somebody has left.</p></body></html>
"""


class Visit(AppService):
    """One visitor's process, which ends when the visitor has gone."""

    async def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        process, task = self._process, self._task
        if task is None or process is None:
            return
        self._task = None
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        # Its input may be gone already.
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self.send_meta({"type": "quit"})
            process.stdin.close()  # type: ignore[union-attr]
        for end in (None, process.terminate, process.kill):
            if end is not None and process.returncode is None:
                end()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE)
                break
        # Whatever holds the other end of its output must not hold us.
        await asyncio.wait([task], timeout=GRACE)
        task.cancel()


class Site(Server):
    """Serves one scenario to so many visitors at a time.

    The limit counts open connections: each is a process with a simulation in another one.
    """

    def __init__(self, command: str, host: str, port: int, title: str, visitors: int) -> None:
        super().__init__(command, host=host, port=port, title=title)
        self.visitors = visitors
        self.present = 0
        self.connections: weakref.WeakSet[web.WebSocketResponse] = weakref.WeakSet()

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl-C or SIGTERM.

        Raises:
            SimulatorError: if the address cannot be listened at.
        """
        listening = self._listen()
        self.port = listening.getsockname()[1]
        loop = asyncio.new_event_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, self.request_exit)
        web.run_app(
            self._make_app(),
            sock=listening,
            handle_signals=False,
            loop=loop,
            print=None,
            access_log=None,
            shutdown_timeout=2.0 * GRACE,
        )

    def _listen(self) -> socket.socket:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM
            )[0]
            listening = socket.socket(family, kind, protocol)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            # From here on nobody is turned away: whoever comes early waits.
            listening.listen(128)
        except OSError as error:
            raise SimulatorError(
                f"cannot listen at {self.host} port {self.port}: {error.strerror}"
            ) from None
        return listening

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        typer.echo(f"{self.title} is shown at http://{name}:{self.port} (Ctrl-C ends it)")

    async def on_shutdown(self, app: web.Application) -> None:
        """Say goodbye to those who are still there, which ends their processes."""
        for connection in list(self.connections):
            await connection.close(code=1001, message=b"the server ends")

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page with the terminal, or word that no seat is free."""
        self._refuse_strangers(request)
        if self.present >= self.visitors:
            page = FULL.format(title=self.title, visitors=self.visitors)
            return web.Response(text=page, content_type="text/html", status=503)
        scheme = "wss" if request.scheme == "https" else "ws"
        size = max(4, min(to_int(request.query.get("fontsize", "16"), 16), 64))
        context: dict[str, Any] = {
            "font_size": size,
            "app_websocket_url": f"{scheme}://{request.host}/ws",
            "config": {"static": {"url": "/static/"}},
            "application": {"name": f"aftershock live {self.title}"},
        }
        page = aiohttp_jinja2.render_string("app_index.html", request, context)
        page = page.replace(FONTS_ELSEWHERE, 'href="data:text/css,"')
        return web.Response(text=page, content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A visit: from the first frame to the closing of the browser's tab."""
        self._refuse_strangers(request)
        websocket = web.WebSocketResponse(heartbeat=15)
        await websocket.prepare(request)
        if self.present >= self.visitors:
            text = f"\r\n  No seat is free: {self.visitors} are watching. Try again later.\r\n"
            await websocket.send_bytes(text.encode())
            await websocket.close(code=1013, message=b"no seat is free")
            return websocket
        self.present += 1
        self.connections.add(websocket)
        visit = Visit(
            self.command,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,  # type: ignore[arg-type]
            download_manager=self.download_manager,
        )
        try:
            width = _within(request.query.get("width", "80"), 80, LEAST[0], MOST[0])
            height = _within(request.query.get("height", "24"), 24, LEAST[1], MOST[1])
            await visit.start(width, height)
            await self._process_messages(websocket, visit)
        except (
            ConnectionError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            AssertionError,
        ):
            # A visitor who has gone, or who does not speak as the page does, is shown out.
            pass
        finally:
            await visit.stop()
            self.present -= 1
            await websocket.close()
        return websocket

    def _refuse_strangers(self, request: web.Request) -> None:
        """Other sites that a visitor's browser has open must not reach the simulation through it."""
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            raise web.HTTPForbidden(text="this page belongs to another site")
        named = request.host.rpartition(":")[0] if ":" in request.host else request.host
        if is_loopback(self.host) and not is_loopback(named.strip("[]")):
            raise web.HTTPForbidden(text=f"there is no site called {named} here")


def _within(text: str, default: int, least: int, most: int) -> int:
    return max(least, min(to_int(text, default), most))
