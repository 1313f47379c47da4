"""The strip at first run: how dictation hears now, and that there is something better. Never in the way of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.pieces import TOKENS, button, label, row
from workstation.ui.speech_model_card import language_name

if TYPE_CHECKING:
    from workstation.reading.desk import Desk


class SpeechModelsHint(QFrame):
    """Seen on the page it is allowed on, until a Vosk model of the reports' language is there or it is sent away.

    Parameters
    ----------
    is_wanted
        False where the reader has sent it away before; whoever shows it remembers that.
    """

    asked = Signal()
    dismissed = Signal()

    def __init__(self, desk: Desk, tasks: TaskRunner, *, is_wanted: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "About speech models, first run")
        self.setProperty("role", "raised")
        self._desk = desk
        self._tasks = tasks
        self._is_wanted = is_wanted
        self._is_needed = False
        self._is_allowed = True
        self._text = label("", name="First run hint", wrap=True)
        more = button("Speech models …", "Open speech models", self.asked.emit)
        away = button("Not now", "Do not show this hint again", self._dismiss)
        layout = row(self._text, more, away, spacing=TOKENS.spacing.m)
        layout.setContentsMargins(TOKENS.spacing.l, TOKENS.spacing.xs, TOKENS.spacing.l, TOKENS.spacing.xs)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.hide()

    def look(self) -> None:
        """Find out whether there is a model."""
        if not self._is_wanted:
            return
        models, language = self._desk.dictation.models, self._desk.dictation.state.language

        def work(_cancel: CancelToken) -> bool:
            return models.best("vosk", language) is None

        self._tasks.run(work, owner=self, on_success=self._found, on_failure=self._trouble)

    def allow(self, *, is_allowed: bool) -> None:
        """Whether the page that is shown now is one for it."""
        self._is_allowed = is_allowed
        self._show()

    def _found(self, is_needed: bool) -> None:
        language = self._desk.dictation.state.language
        self._is_needed = is_needed
        self._text.setText(_text(language))
        self._show()

    def _trouble(self, _error: UserFacingError) -> None:
        """The page of speech models says what is wrong with them; a hint needs not."""

    def _dismiss(self) -> None:
        self._is_wanted = False
        self._show()
        self.dismissed.emit()

    def _show(self) -> None:
        self.setVisible(self._is_wanted and self._is_needed and self._is_allowed)


def _text(language: str) -> str:
    if language.split("-", maxsplit=1)[0].lower() == "en":
        now = "No speech model for live text is installed, so dictation hears English with low accuracy."
    else:
        now = f"No speech model for {language_name(language)} is installed, so reports cannot be dictated yet."
    return f"{now} You or your site can add one; nothing is downloaded by itself."
