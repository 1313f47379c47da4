"""The open cases as tabs: the active one marked, the others visibly inactive. Switching moves everything together."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from workstation.dicom.patient import display_name
from workstation.qtkit.accessible import named
from workstation.reading.case import Case
from workstation.ui.pieces import TOKENS, clear, icon_button

_LONGEST = 34


class CaseTabs(QWidget):
    """One tab for each open case. Emits case keys."""

    activate_requested = Signal(str)
    close_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Open cases")
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(TOKENS.spacing.xs)
        self._shown: tuple[tuple[str, str, bool], ...] = ()

    def show_cases(self, cases: tuple[Case, ...], active: Case | None) -> None:
        """Show the open cases; ``active`` is the one that takes text and commands."""
        active_key = active.key if active else ""
        wanted = tuple((case.key, _title(case), case.key == active_key) for case in cases)
        if wanted == self._shown:
            return
        self._shown = wanted
        clear(self._line)
        for key, title, is_active in wanted:
            self._line.addWidget(self._tab(key, title, is_active=is_active))

    def next_key(self) -> str | None:
        """The case after the active one, round and round; None when there is no other."""
        keys = [key for key, _, _ in self._shown]
        others = [key for key, _, is_active in self._shown if not is_active]
        if not others:
            return None
        place = next((number for number, (_, _, is_active) in enumerate(self._shown) if is_active), -1)
        return keys[(place + 1) % len(keys)]

    def _tab(self, key: str, title: str, *, is_active: bool) -> QFrame:
        tab = QFrame(self)
        colour = TOKENS.accent.main if is_active else TOKENS.surface.line
        tab.setStyleSheet(f".QFrame {{ border: none; border-bottom: 2px solid {colour}; background: transparent; }}")
        state = "active" if is_active else "inactive"
        choose = named(QToolButton(tab), f"Case {title}, {state}")
        choose.setText(title if is_active else f"{title} (inactive)")
        choose.setStyleSheet(_tab_style(is_active=is_active))
        choose.setToolTip("The active case" if is_active else "Make this the active case (Ctrl+Tab)")
        choose.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        choose.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        choose.clicked.connect(lambda: self.activate_requested.emit(key))
        shut = icon_button("close", f"Close case {title}", lambda: self.close_requested.emit(key), key="Ctrl+W")
        inside = QHBoxLayout(tab)
        inside.setContentsMargins(TOKENS.spacing.xs, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(choose)
        inside.addWidget(shut)
        return tab


def _tab_style(*, is_active: bool) -> str:
    colour = TOKENS.text.primary if is_active else TOKENS.text.secondary
    style = "normal" if is_active else "italic"
    return (
        f"QToolButton {{ background: transparent; border: none; color: {colour}; font-style: {style}; }}"
        f"QToolButton:focus {{ border: 1px solid {TOKENS.accent.main}; }}"
    )


def _title(case: Case) -> str:
    name = display_name(case.patient.name)
    text = f"{name} · {case.title}"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
