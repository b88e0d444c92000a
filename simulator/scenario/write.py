"""A scenario back into a file."""

from __future__ import annotations

import yaml

from simulator.scenario.model.scenario import Scenario


def resolved_yaml(scenario: Scenario) -> str:
    """A file that loads to the equal scenario, with every change from outside worked in."""
    data = scenario.model_dump(by_alias=True, exclude_unset=True)
    return yaml.dump(_plain(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Writes short lists and mappings of scalars on one line."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
