"""A file that extends another is the other with its own words laid over it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cli.init import init
from simulator.errors import SimulatorError
from simulator.experiment.run import simulate
from simulator.scenario import Scenario, ScenarioError, json_schema, load, parse, resolved_yaml
from simulator.scenario.extend import DEEPEST, lay_over, read_mapping

BASE = """\
scenario: base
description: What others extend.
seed: 3
duration: 20s
traffic:
  users: {rate: 50/s, target: api.get, timeout: 1s}
  bots: {rate: 5/s, target: api.get}
defaults: {timeout: 2s, retry: {attempts: 3, jitter: none}}
services:
  api:
    replicas: 2
    queue: 10
    policy: {timeout: 500ms, breaker: {window: 20}}
    endpoints: {get: [{work: 5ms}, {call: db.read}]}
  db:
    endpoints: {read: [{work: {exponential: 2ms}}]}
expect: [availability >= 99%, api.p99 <= 1s]
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder with the file that is extended."""
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def over(base: Path, text: str, *settings: str) -> Scenario:
    """The scenario of a text laid over the base."""
    return parse(f"extends: base.yaml\n{text}", "over.yaml", settings, base).scenario


def mistakes(base: Path, text: str, *settings: str) -> str:
    """What is said of a text that is laid over the base."""
    with pytest.raises(ScenarioError) as caught:
        over(base, text, *settings)
    return str(caught.value)


def merged(target: str, patch: str) -> object:
    """A mapping with another laid over it, both as JSON."""
    return lay_over(read_mapping(patch, "patch", None), read_mapping(target, "target", None)).data


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
        ('{"a":"b"}', '{"a":null}', "{}"),
        ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
        ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
        ('{"a":{"b":"c"}}', '{"a":{"b":"d"}}', '{"a":{"b":"d"}}'),
        ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
        ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
        ('{"a":"foo"}', '{"b":{"c":"d"}}', '{"a":"foo","b":{"c":"d"}}'),
        ('{"a":{"b":1}}', '{"a":"flat"}', '{"a":"flat"}'),
        ('{"a":"flat"}', '{"a":{"b":1}}', '{"a":{"b":1}}'),
    ],
)
def test_merge_patch(target: str, patch: str, result: str) -> None:
    """The examples of RFC 7396, appendix A, that are about mappings."""
    assert merged(target, patch) == json.loads(result)


class TestMerge:
    def test_key_by_key(self, base: Path) -> None:
        """What the file says counts, and all else is the other's."""
        found = over(base, "scenario: mine\nservices: {api: {replicas: 5}}")
        plain = load(str(base / "base.yaml")).scenario
        assert found.scenario == "mine"
        assert found.services["api"].replicas == 5
        assert found.services["db"] == plain.services["db"]
        assert found.services["api"].endpoints == plain.services["api"].endpoints
        assert (found.expect, found.seed) == (plain.expect, 3)

    def test_lists_are_replaced(self, base: Path) -> None:
        """An expectation takes the place of all of them, and so do the steps of an endpoint."""
        text = "expect: [users.p50 <= 1s]\nservices: {api: {endpoints: {get: [{work: 1ms}]}}}"
        found = over(base, text)
        assert found.expect == ("users.p50 <= 1s",)
        assert len(found.services["api"].endpoints["get"]) == 1

    def test_null_takes_out(self, base: Path) -> None:
        """A class goes, a key falls back to its default, and what is misspelt is a mistake."""
        found = over(base, "traffic: {bots: null}\nservices: {api: {queue: null}}\nseed: null")
        assert list(found.traffic) == ["users"]
        assert found.services["api"].queue is None
        assert found.seed == 0
        assert "no `bot` to take out; did you mean `bots`?" in mistakes(
            base, "traffic: {bot: null}"
        )

    def test_null_switches_a_policy_off(self, base: Path) -> None:
        """Taking it out would leave the policy of `defaults`; the same as `--set` does."""
        api = "services: {api: {policy: {timeout: null, retry: null}}}"
        policy = over(base, api).services["api"].policy
        words = ("services.api.policy.timeout=null", "services.api.policy.retry=null")
        assert policy == over(base, "", *words).services["api"].policy
        assert "retry" in getattr(policy, "model_fields_set", ())
        users = over(base, "traffic: {users: {timeout: null, rate: null, users: 5}}").traffic[
            "users"
        ]
        assert (users.timeout, users.rate, users.users) == (None, None, 5)
        assert "timeout" in users.model_fields_set
        assert "rate" not in users.model_fields_set

    def test_settings_come_last(self, base: Path) -> None:
        """`--set` changes the merged data, whichever file they are from."""
        found = over(base, "services: {api: {replicas: 5}}", "services.api.replicas=7", "seed=9")
        assert (found.services["api"].replicas, found.seed) == (7, 9)

    def test_nothing_said(self, base: Path) -> None:
        """A file that says nothing else is the other, and runs as the other does."""
        plain = load(str(base / "base.yaml")).scenario
        assert over(base, "") == plain
        assert simulate(over(base, "")).digest == simulate(plain).digest

    def test_aliases_are_copies(self, tmp_path: Path) -> None:
        """What an anchor stands for in two places is changed in one."""
        text = BASE.replace(
            "policy: {timeout: 500ms, breaker: {window: 20}}", "policy: &p {timeout: 1s}"
        )
        (tmp_path / "base.yaml").write_text(text.replace("  db:\n", "  db:\n    policy: *p\n"))
        found = over(tmp_path, "services: {api: {policy: {timeout: 2s}}}")
        policies = [service.policy for service in found.services.values()]
        assert [getattr(each, "timeout", None) for each in policies] == [2.0, 1.0]

    def test_written_out(self, base: Path) -> None:
        """What is played can be written as one file that extends nothing."""
        found = over(base, "services: {api: {policy: {timeout: null}}}")
        assert "extends" not in resolved_yaml(found)
        assert parse(resolved_yaml(found)).scenario == found


class TestPlaces:
    def test_each_in_its_file(self, tmp_path: Path) -> None:
        """A mistake stands where it is written, and the file's own come first."""
        (tmp_path / "base.yaml").write_text(BASE.replace("seed: 3", "seed: three"))
        found = mistakes(tmp_path, "\n\n\nwarmup: soon")
        first, second = (line for line in found.splitlines() if "expected" in line)
        assert first.startswith("over.yaml:5:9: expected a duration")
        assert second.startswith("base.yaml:3:7: expected a whole number")

    def test_what_the_change_breaks(self, base: Path) -> None:
        """A call into nowhere is told where the call is, though the file took its target away."""
        found = mistakes(base, "services: {db: null}")
        assert found.startswith("base.yaml:14:") and "unknown endpoint `db.read`" in found
        assert over(base, "services: {api: {replicas: 1}}").services["api"].replicas == 1

    def test_replaced_places_are_forgotten(self, base: Path) -> None:
        """A value in the place of a mapping is told in the new file, and so are its neighbours."""
        found = mistakes(base, "services:\n  api: {policy: {breaker: {window: 0}, retry: 7}}")
        lines = [line for line in found.splitlines() if ".yaml:" in line]
        assert [line.split(": ")[0] for line in lines] == ["over.yaml:3:36", "over.yaml:3:47"]

    def test_set_from_outside(self, base: Path) -> None:
        """The words of the command line stand for what they set; `extends` is not among that."""
        words = "services.db.replicas=none"
        assert mistakes(base, "", words).startswith(f"--set {words}: expected a whole number")
        assert "it cannot be set from outside" in mistakes(base, "", "extends=mm4")

    def test_broken_base(self, base: Path) -> None:
        """If the other is no YAML, or no mapping, it is told so in the other."""
        (base / "base.yaml").write_text("services: [")
        assert mistakes(base, "").startswith("base.yaml:2:1: this `[` is not closed")
        (base / "base.yaml").write_text("- a list")
        assert mistakes(base, "").startswith("base.yaml:1:1: expected a scenario")
        (base / "base.yaml").write_bytes(b"scenario: \xff")
        assert mistakes(base, "").startswith("base.yaml:1:11: not a text in UTF-8")


class TestChains:
    def chain(self, folder: Path, length: int) -> str:
        """So many files, each of which extends the one before; the last one's path."""
        for number in range(1, length + 1):
            before = f"s{number - 1}.yaml" if number > 1 else "base.yaml"
            text = f"extends: {before}\nseed: {number}\n"
            (folder / f"s{number}.yaml").write_text(text)
        return str(folder / f"s{length}.yaml")

    def test_the_nearest_counts(self, base: Path) -> None:
        """In a chain each is laid over the one behind it, and all are named."""
        loaded = load(self.chain(base, 3))
        assert loaded.scenario.seed == 3
        assert loaded.scenario.duration == 20.0
        names = ["s2.yaml", "s1.yaml", "base.yaml"]
        assert list(loaded.extends) == [str(base / name) for name in names]

    def test_bounded(self, base: Path) -> None:
        """Ten files behind one are enough."""
        assert load(self.chain(base, DEEPEST)).scenario.seed == DEEPEST
        with pytest.raises(ScenarioError, match=r"s1\.yaml:1:10: more than 10 files extend"):
            load(self.chain(base, DEEPEST + 1))

    def test_itself(self, tmp_path: Path) -> None:
        """A file that extends itself, by whichever way, is refused where it says so."""
        file = tmp_path / "one.yaml"
        file.write_text("scenario: one\nextends: ../" + tmp_path.name + "/one.yaml")
        with pytest.raises(ScenarioError, match=r"one\.yaml:2:10: `.*` cannot extend itself"):
            load(str(file))

    def test_circle(self, tmp_path: Path) -> None:
        """So is a circle, with its way round; a text beside it is not a part of it."""
        for here, there in [("a", "b"), ("b", "c"), ("c", "a")]:
            (tmp_path / f"{here}.yaml").write_text(f"extends: {there}.yaml\n")
        with pytest.raises(ScenarioError) as caught:
            load(str(tmp_path / "a.yaml"))
        way = str(caught.value).splitlines()[0].replace(f"{tmp_path}/", "")
        circle = (
            "a circle: `a.yaml` extends `b.yaml`, which extends `c.yaml`, which extends `a.yaml`"
        )
        assert way == f"c.yaml:1:10: {circle}"
        with pytest.raises(ScenarioError) as caught:
            parse("extends: b.yaml", "text.yaml", folder=tmp_path)
        assert "a circle: `b.yaml` extends `c.yaml`" in str(caught.value)

    def test_paths(self, base: Path) -> None:
        """A path counts from the file that names it; what is no file is a bundled scenario."""
        inner = base / "inner"
        inner.mkdir()
        (inner / "one.yaml").write_text("extends: ../base.yaml\nseed: 8\n")
        (base / "two.yaml").write_text("extends: inner/one.yaml\n")
        assert load(str(base / "two.yaml")).scenario.seed == 8
        assert parse("extends: mm4", folder=base).scenario == load("mm4").scenario
        (base / "mm4").write_text(BASE)
        assert parse("extends: mm4", folder=base).scenario.scenario == "base"

    def test_its_files(self, base: Path) -> None:
        """A CSV is looked for beside the file that names it, in whichever folder the other lies."""
        inner = base / "inner"
        inner.mkdir()
        (inner / "own.csv").write_text("1\n2\n")
        (base / "times.csv").write_text("seconds\n1\n3\n")
        csv = "{empirical: {csv: FILE, unit: ms}}"
        text = BASE.replace("work: 5ms", f"work: {csv.replace('FILE', 'times.csv')}")
        (base / "base.yaml").write_text(text)
        file = inner / "mine.yaml"
        network = f"network: {{latency: {csv.replace('FILE', 'own.csv')}}}\n"
        file.write_text(f"extends: ../base.yaml\n{network}")
        loaded = load(str(file))
        assert simulate(loaded.scenario, folder=loaded.folder).total.finished > 0
        resolved = resolved_yaml(loaded.scenario, loaded.folder)
        assert f"{base.resolve()}/times.csv" in resolved
        assert f"{inner.resolve()}/own.csv" in resolved
        (base / "times.csv").unlink()
        with pytest.raises(ScenarioError, match=r"base\.yaml:14:.*cannot read"):
            load(str(file))


CHANGES: list[tuple[str, bool]] = [
    ("services: {db: {replicas: 2}}", True),
    ("traffic: {bots: null}", True),
    ("services: {api: {policy: {breaker: {window: 5}, timeout: null}}}", True),
    ("duration: null", True),
    ("services: {db: {replica: 2}}", False),
    ("services: {db: {replicas: two}}", False),
    ("services: {db: {endpoints: {read: [{work: null}]}}}", False),
    ("faults: [{kill: {}}]", False),
]


class TestSchema:
    @pytest.mark.parametrize(("text", "right"), CHANGES)
    def test_changes(self, text: str, right: bool) -> None:
        """An editor asks for nothing that the other may have, and still underlines mistakes."""
        data: dict[str, Any] = yaml.safe_load(f"extends: base.yaml\n{text}")
        schema = json_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        assert validator.is_valid(data) == right
        del data["extends"]
        assert not validator.is_valid(data)

    def test_whole(self) -> None:
        """A file that extends nothing is held to all of it."""
        validator = jsonschema.Draft202012Validator(json_schema())
        assert validator.is_valid(yaml.safe_load(BASE))
        assert not validator.is_valid(
            yaml.safe_load(BASE.replace("duration: 20s", "duration: null"))
        )


class TestStarter:
    def test_extends_what_it_is_told(self, base: Path) -> None:
        """What `init --extends` writes is right, and names a file from where it lies itself."""
        inner = base / "inner"
        inner.mkdir()
        init(inner / "mine.yaml", extends=str(base / "base.yaml"))
        loaded = load(str(inner / "mine.yaml"))
        assert loaded.scenario.scenario == "my-base"
        assert len(loaded.extends) == 1
        init(base / "bundled.yaml", extends="mm4")
        assert load(str(base / "bundled.yaml")).scenario.services == load("mm4").scenario.services

    def test_not_itself(self, base: Path) -> None:
        """A file that is overwritten cannot be what the new one extends."""
        file = base / "base.yaml"
        with pytest.raises(SimulatorError, match="cannot extend itself"):
            init(file, force=True, extends=str(file))
        assert file.read_text() == BASE
