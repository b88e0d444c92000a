"""Several who watch what leaves the same instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.instance import Instance, Watcher

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Watchers(Watcher):
    """Several who watch the same instance, told in the order of their coming."""

    __slots__ = ("all",)

    def __init__(self, first: Watcher, second: Watcher) -> None:
        self.all = [first, second]

    def left(self, instance: Instance, attempt: Attempt) -> None:
        for watcher in self.all:
            watcher.left(instance, attempt)

    def let_go(self, instance: Instance) -> None:
        for watcher in self.all:
            watcher.let_go(instance)


def watch(instance: Instance, watcher: Watcher) -> None:
    """Let one more watch an instance."""
    before = instance.watcher
    if before is None:
        instance.watcher = watcher
    elif isinstance(before, Watchers):
        before.all = [*before.all, watcher]
    else:
        instance.watcher = Watchers(before, watcher)


def unwatch(instance: Instance, watcher: Watcher) -> None:
    """Let one who watches an instance do so no more."""
    before = instance.watcher
    if before is watcher:
        instance.watcher = None
        return
    assert isinstance(before, Watchers)
    left = [each for each in before.all if each is not watcher]
    if len(left) == 1:
        instance.watcher = left[0]
    else:
        before.all = left
