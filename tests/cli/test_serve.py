"""`aftershock serve`: a real server on loopback, and visitors who speak as a browser does."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from processes import descendants_of, needs_proc, wait_until_gone

from cli.main import main
from cli.serve import is_loopback, visitor_command

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")

COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]
PATIENCE = 30.0


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server at a free port; its process, and its address."""
    process = subprocess.Popen(
        [*COMMAND, "serve", *words, "--port", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://\S+", line)
        assert address is not None, line + (process.stderr.read() if process.stderr else "")
        yield process, address[0]
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()


@asynccontextmanager
async def visit(
    session: aiohttp.ClientSession, address: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """One visitor's connection."""
    async with session.ws_connect(f"{address}/ws?width=80&height=24") as socket:
        yield socket


async def shown(socket: aiohttp.ClientWebSocketResponse, wanted: str) -> str:
    """What a visitor's terminal gets until a text is in it."""
    seen = ""
    until = time.monotonic() + PATIENCE
    while wanted not in seen and time.monotonic() < until:
        message = await socket.receive(timeout=PATIENCE)
        if message.type is aiohttp.WSMsgType.BINARY:
            seen += message.data.decode()
        elif message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            break
    assert wanted in seen, seen[-2000:]
    return seen


async def delivered(socket: aiohttp.ClientWebSocketResponse) -> str:
    """The key of the file that is offered next."""
    while True:
        message = await socket.receive(timeout=PATIENCE)
        if message.type is aiohttp.WSMsgType.TEXT:
            kind, key = message.json()
            if kind == "deliver_file_start":
                return str(key)
        else:
            assert message.type is aiohttp.WSMsgType.BINARY, message


@needs_proc
def test_visitors_have_simulations_of_their_own(tmp_path: Path) -> None:
    """A page, a first frame, a limit that holds, nothing on the server's disk, and no process left."""

    async def watch(process: subprocess.Popen[str], address: str) -> None:
        async with aiohttp.ClientSession() as session:
            page = await session.get(address)
            text = await page.text()
            assert page.status == 200
            assert f'data-session-websocket-url="{address.replace("http", "ws")}/ws"' in text
            assert "googleapis" not in text
            script = re.search(r'src="(/static/\S+?\.js)"', text)
            assert script is not None
            assert (await session.get(address + script[1])).status == 200
            async with visit(session, address) as first:
                await shown(first, "online-store")
                mine = descendants_of(process.pid)
                assert len(mine) >= 2, "the dashboard, and the simulation"
                # A second one finds no seat, neither at the page nor behind it.
                full = await session.get(address)
                assert full.status == 503
                assert "No seat is free" in await full.text()
                async with visit(session, address) as second:
                    await shown(second, "No seat is free")
                    closing = await second.receive(timeout=PATIENCE)
                    assert closing.type is aiohttp.WSMsgType.CLOSE
                assert descendants_of(process.pid) >= mine
                # What a visitor writes is a download, and does not end up here.
                await first.send_json(["stdin", "w"])
                key = await delivered(first)
                file = await session.get(f"{address}/download/{key}")
                assert "scenario: online-store" in await file.text()
                assert "online-store-live.yaml" in file.headers["Content-Disposition"]
                await first.send_json(["stdin", "x"])
                await delivered(first)
                await first.send_json(["resize", {"width": 100, "height": 30}])
                await first.send_json(["ping", "1"])
                await first.send_json(["stdin", "4"])
                await shown(first, "answers")
            assert not await asyncio.to_thread(wait_until_gone, mine, PATIENCE)
            assert (await session.get(address)).status == 200

    with served(tmp_path, "online-store", "--visitors", "1") as (process, address):
        asyncio.run(watch(process, address))
    assert list(tmp_path.iterdir()) == []


@needs_proc
def test_a_server_that_ends_takes_its_visitors_along(tmp_path: Path) -> None:
    """SIGTERM with somebody watching: they are told, and no process stays behind."""

    async def watch(process: subprocess.Popen[str], address: str) -> None:
        async with aiohttp.ClientSession() as session, visit(session, address) as first:
            await shown(first, "mm4")
            mine = descendants_of(process.pid)
            process.send_signal(signal.SIGTERM)
            message = await first.receive(timeout=PATIENCE)
            while message.type is aiohttp.WSMsgType.BINARY:
                message = await first.receive(timeout=PATIENCE)
            assert message.type is aiohttp.WSMsgType.CLOSE
            assert not await asyncio.to_thread(wait_until_gone, mine, PATIENCE)

    with served(tmp_path, "mm4") as (process, address):
        asyncio.run(watch(process, address))
        assert process.wait(timeout=PATIENCE) == 0


def test_other_sites_get_nothing(tmp_path: Path) -> None:
    """A page of another site, or a name that was bent to this machine, cannot reach the simulation."""

    async def knock(address: str) -> list[int]:
        found = []
        async with aiohttp.ClientSession() as session:
            for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
                for path in ("/", "/ws"):
                    answer = await session.get(address + path, headers=headers)
                    found.append(answer.status)
        return found

    with served(tmp_path, "mm4") as (_, address):
        assert asyncio.run(knock(address)) == [403] * 4


def test_who_does_not_speak_as_the_page_does_is_shown_out(tmp_path: Path) -> None:
    """Without a word on the server's console, which is no visitor's to write to."""

    async def babble(address: str) -> bool:
        async with aiohttp.ClientSession() as session, visit(session, address) as socket:
            await socket.send_str('["stdin", 5]')
            while (await socket.receive(timeout=PATIENCE)).type is aiohttp.WSMsgType.BINARY:
                pass
            return bool(socket.closed)

    with served(tmp_path, "mm4") as (process, address):
        assert asyncio.run(babble(address))
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mm5"], "mm5: no such file, and no bundled scenario of that name"),
        (["mm4", "--set", "services.server.replicas=0"], "expected"),
        (["mm4", "--visitors", "0"], "greater than or equal to 1"),
        (["mm4", "--host", "nowhere.invalid"], "cannot listen at nowhere.invalid"),
    ],
)
def test_a_mistake_is_said_before_anybody_is_served(
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One message and exit status 2."""
    assert message in refused(words, monkeypatch, capsys)


def test_without_the_package_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra is optional, and its name is in the message."""
    monkeypatch.setattr("cli.serve.find_spec", lambda name: None)
    assert "pipx install --force '.[serve]'" in refused(["mm4"], monkeypatch, capsys)


def refused(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What `aftershock serve` says to a call that is wrong, on one line."""
    monkeypatch.setattr(sys, "argv", ["aftershock", "serve", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return " ".join(capsys.readouterr().err.split())


def test_only_loopback_is_silent() -> None:
    """Whatever others can reach is warned about; a name that nobody knows counts as that."""
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.7", "example.org", "")))


def test_a_scenario_is_no_shell_command() -> None:
    """What stands for a scenario or a setting is one word, whatever is in it."""
    command = visitor_command("x; touch y", ["a=$(b)"])
    assert "'x; touch y'" in command
    assert "'a=$(b)'" in command
