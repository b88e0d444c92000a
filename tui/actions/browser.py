"""Files for whoever watches in a browser: they are downloaded there, and nothing is written here."""

from __future__ import annotations

from io import StringIO

from simulator.live.commands import Answer, Write
from tui.actions.files import FileActions


class BrowserActions(FileActions):
    """Keys that leave files: on this machine's disk in a terminal, as downloads in a browser."""

    def write_then(self, then: str | None) -> None:
        """Write what was done as a scenario; in a browser nothing follows, since downloads take time."""
        snapshot = self.watching.snapshot
        if not self.is_web or snapshot is None:
            super().write_then(then)
            return

        def written(answer: Answer) -> None:
            if not answer.done:
                self.warn(answer.text)
                return
            self.kept[snapshot.branch] = sum(
                each.done for each in snapshot.branches if each.number == snapshot.branch
            )
            self._download(answer.payload, f"{snapshot.scenario}-live.yaml", "application/yaml")

        self.ask(Write(None), written)

    def action_export(self) -> None:
        """Leave a picture, charts and results; in a browser it is the picture."""
        if not self.is_web or self.watching.snapshot is None:
            super().action_export()
            return
        name = f"{self.watching.snapshot.scenario}.svg"
        self._download(self.export_screenshot(), name, "image/svg+xml")

    def _download(self, text: str, name: str, kind: str) -> None:
        self.deliver_text(StringIO(text), save_filename=name, mime_type=kind)
        self.say(f"{name} is downloaded by your browser")
