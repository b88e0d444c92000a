"""What is done to one of two simulations that are compared can be done to both."""

from __future__ import annotations

from simulator.live.commands import Answer, Command, End, Inject, Scale, Undo, UndoAll
from tui.desk import Desk
from tui.views.compare import Compare
from tui.watching import Then

DEEDS = (Inject, End, Scale, Undo, UndoAll)
"""What changes the system; time is kept the same anyway."""


class BothActions(Desk):
    """Hands what is done on to the other simulation, where both are meant."""

    def ask(self, command: Command, then: Then | None = None) -> None:
        """Ask the simulation for something, and the one that it is compared with too."""
        compare = self.view_of(Compare)
        if not isinstance(command, DEEDS) or not compare.mirrors:
            super().ask(command, then)
            return

        def answered(answer: Answer) -> None:
            if answer.done:
                compare.mirror(command, answer.number)
            if then is None:
                self.answered(answer)
            else:
                then(answer)

        super().ask(command, answered)
