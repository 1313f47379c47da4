"""One speech model on the page of models: what it is, what it is used for, whether it is whole, what to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.dictation.model_overview import ModelLine
from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS, button, label, row, set_role

_SHOWN_HASH = 12
_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "ko": "Korean"}


class ModelCard(QFrame):
    """Shows a `ModelLine`.

    Parameters
    ----------
    coverage
        The share of our lexicon that the engine can hear with it; None where that is not known.
    """

    verify_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, line: ModelLine, coverage: float | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._must_confirm = True
        self.setProperty("role", "panel")
        named(self, f"Speech model {line.name}")
        self._state = label("", name=f"State of {line.name}", wrap=True)
        self._verify = button("Verify", f"Verify {line.name}", lambda: self.verify_asked.emit(line.name))
        self._remove = button("Remove", f"Remove {line.name}", self._ask_remove)
        self._keep = button("Keep it", f"Keep {line.name}", self._keep_it)
        self._lay_out(coverage)
        self._show_state(line.faults, is_checked=line.is_checked)

    def show_busy(self, text: str) -> None:
        """While it is being verified."""
        set_role(self._state, "")
        self._state.setText(text)
        self._verify.setEnabled(False)

    def show_result(self, faults: tuple[str, ...]) -> None:
        """What verifying has found."""
        self._verify.setEnabled(True)
        self._show_state(faults, is_checked=True)

    def _lay_out(self, coverage: float | None) -> None:
        line = self._line
        title = label(line.name, name=f"Name of {line.name}")
        title.setStyleSheet("font-weight: 600;")
        facts = label(_facts(line, coverage), "caption", name=f"Facts of {line.name}", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*([TOKENS.spacing.m] * 4))
        layout.setSpacing(TOKENS.spacing.xs)
        layout.addLayout(row(title, _use_of(line), 1, self._verify, self._remove, self._keep))
        layout.addWidget(facts)
        if line.sha256:
            layout.addLayout(row(*_hash_parts(line), 1, spacing=TOKENS.spacing.xs))
        for text in _warnings(line):
            layout.addWidget(label(text, "warn", wrap=True))
        layout.addWidget(self._state)
        # only now that they have a place: a widget without one that is shown would be a window of its own
        self._remove.setVisible(line.is_own)
        self._keep.hide()
        self._verify.setVisible(line.installed is not None)

    def _show_state(self, faults: tuple[str, ...], *, is_checked: bool) -> None:
        if faults:
            set_role(self._state, "fail")
            todo = "Remove it and add it again." if self._line.is_own else "Install the program again."
            self._state.setText(f"Damaged: {'; '.join(faults)}. It is not used. {todo}")
        elif is_checked:
            set_role(self._state, "ok")
            self._state.setText("Verified: every byte is as its manifest says.")
        else:
            set_role(self._state, "")
            self._state.setText("Verified again each time it is loaded.")

    def _ask_remove(self) -> None:
        if self._must_confirm:
            self._must_confirm = False
            self._remove.setText("Really remove")
            self._keep.show()
            self._keep.setFocus()
        else:
            self.remove_asked.emit(self._line.name)

    def _keep_it(self) -> None:
        self._must_confirm = True
        self._remove.setText("Remove")
        self._keep.hide()
        self._remove.setFocus()


def language_name(code: str) -> str:
    """``English (en-GB)``; the code alone where it is a rarer one."""
    name = _LANGUAGES.get(code.split("-", maxsplit=1)[0].lower())
    return f"{name} ({code})" if name else code


def size_text(length: int) -> str:
    """Bytes for people: 76 MB."""
    return f"{length / 1e9:.1f} GB" if length >= 1e9 else f"{max(1, round(length / 1e6))} MB"


def _use_of(line: ModelLine) -> QLabel:
    made = label(f"in use: {line.use}" if line.use else "not in use", "info" if line.use else "caption")
    return named(made, f"Use of {line.name}", made.text())


def _facts(line: ModelLine, coverage: float | None) -> str:
    if not line.engine:
        return "Its description cannot be read."
    parts = [line.engine, language_name(line.language), size_text(line.bytes)]
    parts.append(f"licence {line.licence}" if line.has_licence else "no licence stated")
    if coverage is not None:
        parts.append(f"knows {coverage:.0%} of the words of radiology")
    if line.note:
        parts.append(line.note)
    return "  ·  ".join(parts)


def _hash_parts(line: ModelLine) -> tuple[QLabel, QPushButton]:
    shown = label(f"sha256 {line.sha256[:_SHOWN_HASH]}…", "caption", name=f"Hash of {line.name}")
    shown.setToolTip(line.sha256)
    copy = button("Copy", f"Copy the hash of {line.name}", lambda: _copy(line.sha256), role="link")
    return shown, copy


def _copy(text: str) -> None:
    QApplication.clipboard().setText(text)


def _warnings(line: ModelLine) -> tuple[str, ...]:
    found = []
    if line.engine and not line.can_be_loaded:
        found.append(
            f"This program was installed without the engine {line.engine}, so the model cannot be used. "
            "Ask for the installation with speech."
        )
    if line.engine and not line.has_licence:
        found.append("Its maker states no licence: do not pass it on, and ask your site whether you may use it.")
    if line.is_always_there:
        found.append("Low accuracy: what it writes must be confirmed field by field before signing.")
    return tuple(found)
