"""What all autoscalers are."""

from __future__ import annotations


class Autoscaler:
    """Changes how many instances a service has, or how large they are, as it sees fit."""

    def begin(self) -> None:
        """The world is built: start to look."""
        raise NotImplementedError
