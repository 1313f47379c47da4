"""The sheets of dictation over the report monitor's window, each behind its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workstation.dictation.macro_files import Macro
from workstation.dictation.macros import MacroList, Macros
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.commands import Commands
from workstation.ui.corrections_page import CorrectionsPage
from workstation.ui.macros_page import MacrosPage
from workstation.ui.microphone_page import MicrophonePage
from workstation.ui.speech_models_page import SpeechModelsPage

if TYPE_CHECKING:
    from workstation.reading.desk import Desk


class DictationSheets(QObject):
    """Microphone, speech models, what was learnt, macros.

    Parameters
    ----------
    macros
        The files of macros; None where there are none to use.
    is_free
        Whether a sheet may open now.
    field_in_hand
        Id of the field that takes text; empty for none.
    """

    kept = Signal(object)
    """Names of preferences → values that are to be remembered."""
    macros_changed = Signal()
    models_changed = Signal()
    insert_asked = Signal(str)
    """Text of the macro to insert."""

    def __init__(
        self,
        desk: Desk,
        tasks: TaskRunner,
        commands: Commands,
        macros: Macros | None,
        is_free: Callable[[], bool],
        field_in_hand: Callable[[], str],
        over: QWidget,
    ) -> None:
        super().__init__(over)
        self._desk = desk
        self._tasks = tasks
        self._files = macros
        self._over = over
        self._read = MacroList()
        self._field_in_hand = field_in_hand
        self._tell_microphone: Callable[[], None] = lambda: None
        commands.handle("dictation.settings", self.open_microphone, when=is_free)
        commands.handle("dictation.models", self.open_models, when=is_free)
        commands.handle("dictation.corrections", self.open_corrections, when=is_free)
        if macros is not None:
            commands.handle("report.insert_macro", self.open_macros, when=is_free)

    @cached_property
    def microphone(self) -> MicrophonePage:
        """Made when it is first opened, like the other sheets."""
        made = MicrophonePage(self._desk, self._over)
        made.kept.connect(self.kept)
        self._tell_microphone = made.show_state
        return made

    @cached_property
    def models(self) -> SpeechModelsPage:
        made = SpeechModelsPage(self._desk, self._tasks, self._over)
        made.changed.connect(self.models_changed)
        return made

    @cached_property
    def corrections(self) -> CorrectionsPage:
        return CorrectionsPage(self._desk, self._over)

    @cached_property
    def macros(self) -> MacrosPage:
        if self._files is None:
            raise RuntimeError("there are no files of macros")
        made = MacrosPage(self._files, self._tasks, self._over)
        made.changed.connect(self.read_macros)
        made.insert_asked.connect(self._insert)
        return made

    def show_state(self) -> None:
        """Dictation is in another state."""
        self._tell_microphone()

    @property
    def macro_texts(self) -> Mapping[str, str]:
        """Name → text of every macro, as last read."""
        return {each.name: each.text for each in self._read.macros}

    def read_macros(self) -> None:
        """Read the files, off the GUI thread."""
        if self._files is not None:
            files = self._files
            self._tasks.run(
                lambda _cancel: files.read(), owner=self, on_success=self._take, on_failure=lambda _error: None
            )

    def open_microphone(self) -> None:
        """Which microphone, and what its buttons do."""
        self.microphone.open()

    def open_models(self) -> None:
        """Which speech models there are."""
        self.models.open()

    def open_corrections(self) -> None:
        """What dictation has learnt."""
        self.corrections.open()

    def open_macros(self) -> None:
        """To insert into the field in hand, or only to look where there is none."""
        case, field_id = self._desk.active_case, self._field_in_hand()
        if case is None or not field_id:
            self.macros.open()
            return
        fields = [(each.id, each.heading) for each in self._desk.template(case).fields]
        self.macros.open_for(field_id, dict(fields).get(field_id, ""), case.items[0].modality, fields)

    def _take(self, read: MacroList) -> None:
        self._read = read
        self.macros_changed.emit()

    def _insert(self, macro: Macro) -> None:
        self.insert_asked.emit(macro.text)
