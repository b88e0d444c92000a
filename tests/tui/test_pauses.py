"""No key waits for Python to look through all that it has loaded, or for other threads."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

from tui.pauses import short_pauses


def test_what_is_loaded_is_left_alone() -> None:
    """However many objects are made, only what is new is looked through; afterwards all is as before."""
    before, turn = gc.get_threshold(), sys.getswitchinterval()
    looked: list[int] = []

    def watch(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looked.append(info["generation"])

    loaded = len(gc.get_objects())
    with short_pauses():
        assert gc.get_freeze_count() > 0.9 * loaded
        assert sys.getswitchinterval() < 0.5 * turn
        gc.callbacks.append(watch)
        try:
            kept = [[number] for number in range(before[0] * before[1] * (before[2] + 2))]
        finally:
            gc.callbacks.remove(watch)
    assert len(kept) > 0
    assert {0, 1} == set(looked)
    assert gc.get_threshold() == before
    assert sys.getswitchinterval() == turn


def test_a_key_waits_half_as_long_for_a_frame() -> None:
    """`aftershock live` has told Textual so before anything of it is loaded; who says otherwise is heard."""
    script = (
        "import os, sys\n"
        "from cli.main import main\n"
        "sys.argv = ['aftershock', 'live', 'mm4', '--theme', 'projector']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "from textual.constants import MAX_FPS\n"
        "print(MAX_FPS)\n"
    )
    plain = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"}
    for said, expected in (({}, "120"), ({"TEXTUAL_FPS": "30"}, "30")):
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**plain, **said},
        )
        assert done.stdout.split()[-1] == expected
