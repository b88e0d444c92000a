"""`aftershock runs`."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from in_process import called
from store_runs import leave


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of the same seed, one of which has more workers, one of another seed, and a comparison."""
    folder = tmp_path_factory.mktemp("kept")
    leave(folder / "calm", seed=1)
    leave(folder / "fast", "services.web.concurrency=2", "expect=[users.p99 <= 1ms]", seed=1)
    leave(folder / "sub" / "other", seed=2)
    words = "compare mm4 --vary services.server.concurrency=4,5 --duration 40s --replications 2 --jobs 1"
    assert called(*words.split(), "--quiet", "--out", "compared", folder=folder).returncode == 0
    return folder


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoiled."""
    return shutil.copytree(kept, tmp_path / "copy")


def test_everything_is_listed(folder: Path) -> None:
    (folder / "calm" / "traces.json").unlink()
    done = called("runs", folder=folder)
    assert done.returncode == 0
    for word in ("fast", "sub/other", "compared", "comparison", "fail"):
        assert word in done.stdout
    assert "calm: damaged: traces.json is missing" in done.stdout
    assert called("runs", "list", "--in", str(folder)).stdout == done.stdout


def test_a_listing_is_filtered_ordered_and_data(kept: Path) -> None:
    done = called("runs", "--scenario", "shop", "--sort", "p99", "--json", folder=kept)
    listed = json.loads(done.stdout)
    names = {each["name"] for each in listed}
    assert names == {"calm", "fast", "sub/other"}
    latencies = [each["p99"] for each in listed]
    assert latencies == sorted(latencies)
    (failed,) = json.loads(called("runs", "--verdict", "fail", "--json", folder=kept).stdout)
    assert failed["name"] == "fast"
    assert json.loads(called("runs", "--since", "2100-01-01", "--json", folder=kept).stdout) == []


def test_the_narrowest_terminal_shows_names_whole(kept: Path) -> None:
    said = called("runs", folder=kept, columns=80).stdout
    assert "sub/other" in said
    assert all(len(line) <= 80 for line in said.splitlines())


def test_nothing_to_list_says_why(tmp_path: Path, kept: Path) -> None:
    done = called("runs", folder=tmp_path)
    assert done.returncode == 0
    assert "no results in" in done.stdout
    assert "did you mean `shop`" in called("runs", "--scenario", "shoop", folder=kept).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--verdict", "failed"],
            "--verdict failed: there is no such verdict; did you mean `fail`?",
        ),
        (["--sort", "p98"], "--sort p98: there is no such column; did you mean `p99`?"),
        (["--since", "lately"], "--since lately: expected a time ago"),
        (["--in", "nowhere"], "nowhere: there is no such folder"),
        (["show", "calmer"], "did you mean `calm`?"),
        (["diff", "calm", "compared"], "a comparison; expected one run"),
        (["delete", "calm"], "`--yes` deletes without asking"),
    ],
)
def test_mistakes(kept: Path, words: list[str], told: str) -> None:
    done = called("runs", *words, folder=kept)
    assert done.returncode == 2
    assert told in done.stderr
    assert (kept / "calm").is_dir()


def test_show_prints_what_run_printed(kept: Path, tmp_path: Path) -> None:
    played = called("run", "calm/scenario.yaml", "--seed", "1", folder=kept)
    assert played.returncode == 0
    shown = called("runs", "show", "calm", folder=kept)
    # All but how long it took, and where the files are.
    assert (
        played.stdout.splitlines()[3:]
        == shown.stdout.splitlines()[3 : len(played.stdout.splitlines())]
    )
    assert "series-traffic.parquet" in shown.stdout
    compared = called("runs", "show", "compared", folder=kept)
    assert "Means over the replications" in compared.stdout


def test_diff_says_what_was_changed_and_what_came_of_it(kept: Path) -> None:
    said = called("runs", "diff", "calm", "fast", folder=kept).stdout
    assert "services.web.concurrency: 1 -> 2" in said
    assert "on the same random numbers (seed 1)" in " ".join(said.split())
    assert "better" in said
    assert (
        "compare calm/scenario.yaml --vary services.web.concurrency=1,2 --replications 10" in said
    )
    other = called("runs", "diff", "calm", "sub/other", "--all", folder=kept).stdout
    assert "seed: 1 -> 2" in other
    assert "each with luck of its own" in " ".join(other.split())
    assert "web queue" in other


def test_diff_as_data(kept: Path) -> None:
    found = json.loads(called("runs", "diff", "calm", "fast", "--json", folder=kept).stdout)
    assert found["schema"] == "aftershock.diff/1"
    assert found["common_random_numbers"] is True
    assert found["same"] is False
    paths = {each["path"]: each["kind"] for each in found["changes"]}
    assert paths == {"services.web.concurrency": "changed", "expect": "added"}
    mean = next(e for e in found["figures"] if (e["of"], e["measure"]) == ("total", "mean"))
    assert mean["verdict"] == "better"
    assert mean["difference"]["low"] < mean["difference"]["mean"] < mean["difference"]["high"] < 0


def test_the_same_run_twice(folder: Path) -> None:
    shutil.copytree(folder / "calm", folder / "again")
    said = called("runs", "diff", "calm", "again", folder=folder).stdout
    assert "the same run: both have the digest" in said
    assert "p99" not in said


def test_delete_asks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    refused = called("runs", "delete", "calm", folder=folder)
    assert refused.returncode == 1
    assert "delete `calm`?" in refused.stdout
    assert (folder / "calm").is_dir()
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert called("runs", "delete", "calm", folder=folder).returncode == 0
    assert not (folder / "calm").exists()


def test_delete(folder: Path) -> None:
    (folder / "fast" / "notes.txt").write_text("mine")
    refused = called("runs", "delete", "calm", "fast", "--yes", folder=folder)
    assert refused.returncode == 2
    assert "notes.txt" in refused.stderr
    assert (folder / "calm").is_dir(), "all or none"
    done = called("runs", "delete", "calm", "compared", "--yes", folder=folder)
    assert done.stdout == "deleted calm\ndeleted compared\n"
    assert sorted(each.name for each in folder.iterdir()) == ["fast", "sub"]
