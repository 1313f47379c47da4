"""Speech models: what they are, where to get one, those of this computer, and adding one. Also the first-run page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.dictation.model_overview import ModelLine, as_loaded, overview
from workstation.dictation.speech_models import faults_in
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.add_model_strip import AddModelStrip, Pick
from workstation.ui.desk_signals import DeskSignals
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, button, clear, label, line, row, scroll_area, set_role
from workstation.ui.speech_model_card import ModelCard, language_name

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

WIDTH, MOST_HEIGHT = 900, 1100
WHAT_IT_IS = (
    "Dictation turns speech into text on this computer; no sound leaves it. To do so it needs a speech model: a folder "
    "of files in which it is written how a language sounds and which words follow each other."
)
NOT_BY_ITSELF = (
    "Lightbox never downloads one behind your back. You or your site bring it as a file; it is copied into your data "
    "folder, every file gets its sha256, and all of them are checked each time the model is loaded."
)
WITHOUT = (
    "Without any, English works at once with the engine that is always there (pocketsphinx), but with low accuracy: "
    "its text has to be confirmed field by field before signing. Typing never needs a model."
)
WHERE = (
    (
        "Live text, while you speak",
        (
            "A Vosk model: alphacephei.com/vosk/models. “small” (about 40 MB) starts at once and needs little memory. "
            "“lgraph” (about 130 MB) hears better; both can be taught the words of radiology. The largest ones (1 GB "
            "and more) need several GB of memory and cannot be taught."
        ),
    ),
    (
        "Second pass, when a phrase is finished",
        (
            "A Whisper model in the form of faster-whisper (CTranslate2), for example tiny.en (about 75 MB) or base.en "
            "(about 145 MB). It replaces a phrase by a better one, visibly, and never a value without asking you."
        ),
    ),
    (
        "Licence",
        (
            "Each model states its own (Vosk's are mostly Apache-2.0, Whisper's MIT). Look before you add one: a model "
            "without a licence may not be passed on."
        ),
    ),
)


class SpeechModelsPage(Overlay):
    """A sheet over the window.

    Parameters
    ----------
    desk
        Its dictation has the models; told when they change.
    pick
        How a file or folder is asked for.
    """

    changed = Signal()

    def __init__(self, desk: Desk, tasks: TaskRunner, over: QWidget, pick: Pick | None = None) -> None:
        super().__init__(over, width=WIDTH)
        named(self, "Speech models")
        self._desk = desk
        self._tasks = tasks
        self._cards: dict[str, ModelCard] = {}
        self._lines: dict[str, ModelLine] = {}
        self._shown_engines: tuple[str, str, float | None] = ("", "", None)
        self._now = label("", name="Speech models in use", wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(TOKENS.spacing.s)
        self.strip = AddModelStrip(lambda: desk.dictation.models, tasks, pick)
        self.setAcceptDrops(True)
        self._lay_out_sheet()
        self.strip.added.connect(self._added)
        DeskSignals(desk, self).changed.connect(self._on_topic)

    def first_focus(self) -> QWidget:
        return self.strip.first_focus()

    def open(self) -> None:
        """Show, and look which models there are."""
        super().open()
        self.refresh()

    def refresh(self) -> None:
        """Look again which models there are."""
        models, language = self._desk.dictation.models, self._desk.dictation.state.language
        self._tasks.run(
            lambda _cancel: overview(models, language), owner=self, on_success=self._show, on_failure=self._trouble
        )

    # --- what there is

    def _on_topic(self, topic: str) -> None:
        """Look again when other engines are loaded than those shown."""
        if topic == "dictation" and self.is_open and self._engines() != self._shown_engines:
            self.refresh()

    def _engines(self) -> tuple[str, str, float | None]:
        state = self._desk.dictation.state
        return state.engine, state.second_engine, state.coverage

    def _show(self, found: Sequence[ModelLine]) -> None:
        clear(self._list)
        state, self._shown_engines = self._desk.dictation.state, self._engines()
        lines = as_loaded(found, state.engine, state.second_engine) if state.engine else found
        self._lines = {each.name: each for each in lines}
        self._cards = {}
        for each in lines:
            card = ModelCard(each, state.coverage if each.use == "live text" else None)
            card.verify_asked.connect(self._verify)
            card.remove_asked.connect(self._remove)
            self._cards[each.name] = card
            self._list.addWidget(card)
        set_role(self._now, "warn" if _is_low(lines) else "")
        self._now.setText(_now(lines, state.language))

    def _verify(self, name: str) -> None:
        model = self._lines[name].installed
        if model is None:
            return
        self._cards[name].show_busy("Reading every byte …")

        def work(cancel: CancelToken) -> tuple[str, ...]:
            return faults_in(model, lambda _done, _all: cancel.raise_if_cancelled())

        self._tasks.run(
            work, owner=self, on_success=lambda faults: self._verified(name, faults), on_failure=self._trouble
        )

    def _verified(self, name: str, faults: tuple[str, ...]) -> None:
        if name in self._cards:
            self._cards[name].show_result(faults)

    def _remove(self, name: str) -> None:
        models = self._desk.dictation.models
        self._tasks.run(
            lambda _cancel: models.remove(name), owner=self, on_success=self._have_changed, on_failure=self._trouble
        )

    def _added(self, _name: str) -> None:
        self._have_changed(None)

    def _have_changed(self, _nothing: None) -> None:
        self._desk.dictation.models_changed()
        self.changed.emit()
        self.refresh()

    def _trouble(self, error: UserFacingError) -> None:
        set_role(self._now, "fail")
        self._now.setText(str(error))

    # --- drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder or file of this computer."""
        if not self.strip.is_busy and _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.strip.add(path)

    # --- looks

    def _lay_out_sheet(self) -> None:
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, TOKENS.spacing.m, 0)
        inside.setSpacing(TOKENS.spacing.m)
        for text in (WHAT_IT_IS, NOT_BY_ITSELF, WITHOUT):
            inside.addWidget(label(text, wrap=True))
        inside.addWidget(line())
        inside.addWidget(label("Add one", "title"))
        inside.addWidget(self.strip)
        for heading, text in WHERE:
            inside.addLayout(_fact(heading, text))
        inside.addWidget(line())
        inside.addWidget(label("On this computer", "title"))
        inside.addWidget(self._now)
        inside.addLayout(self._list)
        inside.addStretch(1)
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        layout.setSpacing(TOKENS.spacing.m)
        self.sheet.setMaximumHeight(TOKENS.px(MOST_HEIGHT))
        layout.addWidget(label("Speech models", "title"))
        layout.addWidget(scroll_area(page, "About speech models"), 1)
        layout.addLayout(row(1, button("Close", "Close speech models", self.shut, key="Esc")))


def _fact(heading: str, text: str) -> QVBoxLayout:
    layout = QVBoxLayout()
    layout.setSpacing(TOKENS.spacing.xs)
    head = label(heading)
    head.setStyleSheet("font-weight: 600;")
    body = label(text, wrap=True)
    body.setStyleSheet(f"color: {TOKENS.text.secondary};")
    layout.addWidget(head)
    layout.addWidget(body)
    return layout


def _dropped(event: QDropEvent) -> Path | None:
    """The one folder or file of this computer that is dropped; None for anything else."""
    paths = [Path(each.toLocalFile()) for each in event.mimeData().urls() if each.isLocalFile()]
    return paths[0] if len(paths) == 1 else None


def _is_low(lines: Sequence[ModelLine]) -> bool:
    return not any(each.use == "live text" and not each.is_always_there for each in lines)


def _now(lines: Sequence[ModelLine], language: str) -> str:
    """One or two sentences on what is used now."""
    live = next((each for each in lines if each.use == "live text"), None)
    second = next((each for each in lines if each.use == "second pass"), None)
    if live is None:
        first = f"There is no model for {language_name(language)}: it cannot be dictated until one is added."
    elif live.is_always_there:
        first = "Live text comes from the engine that is always there, with low accuracy."
    else:
        first = f"Live text comes from {live.name}."
    then = f"The second pass is {second.name}." if second else "There is no second pass."
    return f"{first} {then}"
