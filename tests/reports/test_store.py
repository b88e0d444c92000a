"""Results found again, told apart from others, and deleted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from store_runs import leave

from reports.export import MARK
from reports.store.delete import check_deletable, delete
from reports.store.find import StoreError, find, resolve
from reports.store.listing import chosen, in_order, moment


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs, one of them deeper; not to be changed."""
    folder = tmp_path_factory.mktemp("kept")
    leave(folder / "one", seed=1)
    leave(folder / "deep" / "two", "expect=[users.p99 <= 1ms]", seed=2)
    return folder


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoiled."""
    return shutil.copytree(kept, tmp_path / "copy")


def test_runs_are_found_with_their_headlines(kept: Path) -> None:
    found = {each.name: each for each in find(kept)}
    assert list(found) == ["deep/two", "one"]
    told = json.loads((kept / "one" / MARK).read_text())
    line = found["one"].to_json()
    assert line["kind"] == "run"
    for key in ("scenario", "seed", "duration", "verdict", "digest"):
        assert line[key] == told[key]
    assert line["availability"] == told["total"]["availability"]
    assert line["goodput"] == told["total"]["goodput"]
    assert line["p99"] == told["total"]["latency"]["p99"]


def test_hidden_and_linked_folders_are_left_out(folder: Path) -> None:
    (folder / "deep").rename(folder / ".deep")
    (folder / "link").symlink_to(folder / "one", target_is_directory=True)
    assert [each.name for each in find(folder)] == ["one"]


def test_nobody_looks_deeper_than_four_folders(folder: Path) -> None:
    for path in ("a/b/c/four", "a/b/c/d/five"):
        shutil.copytree(folder / "one", folder / path)
    names = [each.name for each in find(folder)]
    assert "a/b/c/four" in names
    assert "a/b/c/d/five" not in names


@pytest.mark.parametrize(
    ("spoil", "kind", "reason"),
    [
        (lambda run: (run / MARK).unlink(), "damaged", "no result.json"),
        (lambda run: os.truncate(run / MARK, 100), "damaged", "cut off"),
        (lambda run: (run / "traces.json").unlink(), "damaged", "traces.json is missing"),
        (lambda run: (run / "scenario.yaml").unlink(), "damaged", "scenario.yaml is missing"),
        (
            lambda run: (run / "series-gauge.parquet").unlink(),
            "damaged",
            "series-gauge.parquet is missing",
        ),
        (lambda run: (run / MARK).write_text('{"schema": "other/1"}'), "foreign", "'other/1'"),
        (lambda run: (run / MARK).write_text("[1, 2]"), "foreign", "schema"),
        (
            lambda run: (run / MARK).write_text('{"schema": "aftershock.run/1", "seed": "x"}'),
            "damaged",
            "`scenario`",
        ),
    ],
)
def test_what_is_not_whole_is_listed_with_the_reason(
    folder: Path, spoil: object, kind: str, reason: str
) -> None:
    assert callable(spoil)
    spoil(folder / "one")
    found = {each.name: each for each in find(folder)}
    assert found["one"].kind == kind
    assert reason in (found["one"].problem or "")
    assert found["deep/two"].kind == "run"


def test_a_run_is_meant_by_path_name_or_digest(kept: Path) -> None:
    found = find(kept)
    two = next(each for each in found if each.name == "deep/two")
    for text in (str(kept / "deep" / "two"), str(kept / "deep" / "two" / MARK), "deep/two"):
        assert resolve(text, kept).folder == two.folder
    assert resolve(two.digest[:6], kept) == two
    assert resolve(f"sha256:{two.digest}", kept) == two


def test_a_digest_of_two_folders_means_neither(folder: Path) -> None:
    digest = resolve("one", folder).digest
    shutil.copytree(folder / "one", folder / "again")
    with pytest.raises(StoreError, match="the digest of `again` and `one`; expected one of the"):
        resolve(digest[:8], folder)


@pytest.mark.parametrize("text", ["deep/tow", "abc", "0" * 40])
def test_a_run_that_is_not_there(kept: Path, text: str) -> None:
    with pytest.raises(StoreError, match=f"^{text}: no result of that name") as caught:
        resolve(text, kept)
    hint = "did you mean `deep/two`" if text == "deep/tow" else "aftershock runs --in"
    assert hint in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such folder"):
        find(tmp_path / "nowhere")


def test_filters_and_orders(kept: Path) -> None:
    found = find(kept)
    assert [each.name for each in chosen(found, None, "fail", None)] == ["deep/two"]
    assert [each.name for each in chosen(found, "shop", "pass", None)] == ["one"]
    assert chosen(found, "other", None, None) == []
    newest = max(each.written for each in found)
    assert chosen(found, None, None, newest + 1.0) == []
    assert len(chosen(found, None, None, newest - 3600.0)) == 2
    assert [each.name for each in in_order(found, "seed")] == ["one", "deep/two"]
    assert [each.name for each in in_order(found, "-seed")] == ["deep/two", "one"]
    with pytest.raises(StoreError, match="did you mean `availability`"):
        in_order(found, "availabilty")


def test_what_has_no_figure_comes_last_in_both_orders(folder: Path) -> None:
    (folder / "one" / MARK).write_text("{")
    found = find(folder)
    assert [each.name for each in in_order(found, "p99")] == ["deep/two", "one"]
    assert [each.name for each in in_order(found, "-p99")] == ["deep/two", "one"]


def test_since_takes_times_ago_and_dates() -> None:
    assert moment("2h", 10_000.0) == 2_800.0
    assert moment("1970-01-02T00:00:00+00:00", 0.0) == 86_400.0
    with pytest.raises(StoreError, match="--since yesterday: expected a time ago such as"):
        moment("yesterday", 0.0)


def test_a_result_is_deleted_whole_and_nothing_else(folder: Path) -> None:
    found = resolve("one", folder)
    check_deletable(found, force=False)
    delete([found])
    assert not (folder / "one").exists()
    assert sorted(each.name for each in folder.iterdir()) == ["deep"]


def test_strange_files_are_not_deleted_unless_forced(folder: Path) -> None:
    (folder / "one" / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"not of the result: notes\.txt; `--force`"):
        check_deletable(resolve("one", folder), force=False)
    check_deletable(resolve("one", folder), force=True)


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    (folder / "one" / "candidate-1.yaml").symlink_to(precious / "file")
    (folder / "link").symlink_to(folder / "one", target_is_directory=True)
    with pytest.raises(StoreError, match=r"not of the result: candidate-1\.yaml"):
        check_deletable(resolve("one", folder), force=False)
    with pytest.raises(StoreError, match="a link, which is not followed"):
        check_deletable(resolve(str(folder / "link"), folder), force=True)
    (folder / "one" / "outside").symlink_to(precious, target_is_directory=True)
    found = resolve("one", folder)
    check_deletable(found, force=True)
    delete([found])
    assert (precious / "file").read_text() == "mine"
    assert not (folder / "one").exists()


def test_what_is_no_result_is_never_deleted(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("mine")
    (folder / "one" / MARK).write_text('{"schema": "other/1"}')
    for path in (other, folder / "one"):
        with pytest.raises(StoreError, match="not a result of this program"):
            check_deletable(resolve(str(path), folder), force=True)


def test_the_damaged_and_the_folder_where_one_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.truncate(folder / "one" / MARK, 100)
    with pytest.raises(StoreError, match="cut off, or not JSON; `--force`"):
        check_deletable(resolve("one", folder), force=False)
    check_deletable(resolve("one", folder), force=True)
    monkeypatch.chdir(folder / "one")
    with pytest.raises(StoreError, match="you are in it"):
        check_deletable(resolve(str(folder / "one"), folder), force=True)
