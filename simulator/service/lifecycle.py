"""What becomes known of an instance's beginning and end without anybody looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

if TYPE_CHECKING:
    from simulator.service.instance import Instance


@mypyc_attr(allow_interpreted_subclasses=True)
class Lifecycle:
    """Hears what instances themselves say: that they stop in good order, and that they are back.

    A crash says nothing. Here nobody listens, as in a static world; a registry does.
    """

    def stopping(self, instance: Instance) -> None:
        """The instance is about to stop, and says so."""

    def lists(self, instance: Instance) -> bool:
        """Whether the instance is still handed out to whoever asks."""
        return True

    def restarted(self, instance: Instance) -> None:
        """The instance is up again."""
