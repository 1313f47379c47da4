"""Writing a macro: its name, its text with blanks, and where it is offered first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from workstation.dictation.macro_files import Macro, spoken_words
from workstation.dictation.macros import BLANK
from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS, button, label, row

_SEPARATORS = re.compile(r"[\s,;]+")


class MacroForm(QFrame):
    """Emits the macro as it is written, and the name it had before."""

    saved = Signal(object, str)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Macro being written")
        self._before = Macro("", "")
        self._name = named(QLineEdit(), "Name of the macro")
        self._name.setPlaceholderText("As you will say it: normal chest")
        self._spoken = label("", "caption", name="How the macro is spoken", wrap=True)
        self._field = named(QComboBox(), "Field of the macro")
        self._modalities = named(QLineEdit(), "Modalities of the macro")
        self._modalities.setPlaceholderText("all; or CT MR …")
        self._text = named(QPlainTextEdit(), "Text of the macro")
        self._text.setTabChangesFocus(True)
        self._says = label("", "fail", name="What is wrong with the macro", wrap=True)
        self._save = button("Save", "Save the macro", self._save_it, key="Ctrl+S", role="primary")
        self._save.setShortcut("Ctrl+S")
        self._lay_out()
        self._name.textChanged.connect(self._show_spoken)

    def first_focus(self) -> QWidget:
        """Where to begin."""
        return self._text if self._name.text() else self._name

    def write(self, macro: Macro, fields: Sequence[tuple[str, str]]) -> None:
        """Begin with this one; ``fields`` are ids and headings to choose from."""
        self._before = macro
        self._name.setText(macro.name)
        self._modalities.setText(" ".join(macro.modalities))
        self._text.setPlainText(macro.text)
        self._field.clear()
        self._field.addItem("any field", "")
        known = dict(fields)
        if macro.field and macro.field not in known:
            known[macro.field] = macro.field
        for field_id, heading in known.items():
            self._field.addItem(heading, field_id)
        self._field.setCurrentIndex(max(0, self._field.findData(macro.field)))
        self.complain("")

    def complain(self, text: str) -> None:
        """Say why it cannot be kept."""
        self._says.setText(text)
        self._says.setVisible(bool(text))

    @property
    def is_changed(self) -> bool:
        """Whether giving up would lose something."""
        now = self._written()
        return (now.name, now.text, now.field, now.modalities) != (
            self._before.name, self._before.text, self._before.field, self._before.modalities,
        )  # fmt: skip

    def _written(self) -> Macro:
        modalities = tuple(each for each in _SEPARATORS.split(self._modalities.text().upper()) if each)
        field = self._field.currentData()
        return Macro(self._name.text().strip(), self._text.toPlainText(), str(field or ""), modalities)

    def _save_it(self) -> None:
        self.saved.emit(self._written(), self._before.name)

    def _add_blank(self) -> None:
        self._text.insertPlainText(BLANK)
        self._text.setFocus()

    def _show_spoken(self, name: str) -> None:
        words = spoken_words(name)
        self._spoken.setText(f"Say: insert macro {' '.join(words)}" if words else "A name of letters and digits.")

    def _lay_out(self) -> None:
        blank = button("Add a blank", "Add a blank to the macro", self._add_blank)
        blank.setToolTip(f"{BLANK}: a report with a blank left in it cannot be signed.")
        give_up = button("Give up", "Give up the macro", self.given_up.emit, key="Esc")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(TOKENS.spacing.s)
        for part in (self._name, self._spoken, self._text, self._says):
            layout.addWidget(part, 1 if part is self._text else 0)
        meant = row(label("For", "caption"), self._field, label("modalities", "caption"), self._modalities)
        layout.insertLayout(2, meant)
        layout.addLayout(row(blank, 1, give_up, self._save))
        self.complain("")
        self._show_spoken("")
