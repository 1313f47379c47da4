"""One display on the page of displays: what it is, its state with the reason, what is due, and what can be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from calibration.checks.check_table import CHECKS
from calibration.checks.display_state import StateName
from calibration.checks.overview import DisplayLine
from calibration.ui.pieces import button, column, frame, label, row, sign
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

SIGNS = {
    StateName.OK: ("check", "ok", "OK"),
    StateName.DUE: ("clock", "warn", "DUE"),
    StateName.EXPIRED: ("clock", "fail", "EXPIRED"),
    StateName.FAILED: ("fail", "fail", "FAILED"),
    StateName.UNKNOWN: ("why", "warn", "NOT CHECKED"),
}
"""Icon, tone and word of each state; the colour never stands alone."""
_FIRST_CHECKS = ("daily", "monthly", "calibration")


def tone_colour(tone: str, tokens: Tokens) -> str:
    """Colour of ``ok``, ``warn`` or ``fail``."""
    return str(getattr(tokens.status, tone))


class DisplayCard(QFrame):
    """Shows a `DisplayLine`."""

    check_asked = Signal(str, str)
    """Display key and name of the check."""
    register_asked = Signal(str)
    history_asked = Signal(str)
    override_asked = Signal(str)
    identify_asked = Signal(str)

    def __init__(self, line: DisplayLine, number: int, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "raised")
        self._line, self._tokens = line, tokens
        self._name = f"display {number}"
        named(self, f"Display {number}", line.facts.identity.title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        layout = QVBoxLayout(self)
        pad = tokens.spacing.l
        layout.setContentsMargins(pad, tokens.spacing.m, pad, tokens.spacing.m)
        layout.setSpacing(tokens.spacing.s)
        layout.addLayout(self._heading())
        layout.addLayout(self._facts())
        layout.addLayout(self._due())
        layout.addLayout(self._actions(number))

    def _heading(self) -> QVBoxLayout:
        icon_name, tone, word = SIGNS[self._line.state.name]
        colour = tone_colour(tone, self._tokens)
        state = label(word, tone, name=f"State of {self._name}")
        title = label(self._line.facts.identity.title, "title", name=f"Name of {self._name}")
        below = {task.sentence for task in self._line.pending}
        reasons = "\n".join(_capital(reason) + "." for reason in self._line.state.reasons if reason not in below)
        override = self._line.state.override
        if override is not None:
            reasons = "\n".join(part for part in (reasons, _capital(override.sentence) + ".") if part)
        why = label(reasons or self._all_well(), "secondary", name=f"Why, {self._name}", wrap=True)
        sign_row = row(sign(icon_name, colour, self._tokens.px(18)), state, spacing=self._tokens.spacing.xs)
        return column(row(title, 1, sign_row), why, spacing=self._tokens.spacing.xs)

    def _all_well(self) -> str:
        return "Checked and within limits." if self._line.state.is_fit else "It was within limits at its last check."

    def _facts(self) -> QVBoxLayout:
        facts, identity = self._line.facts, self._line.facts.identity
        parts = [f"{identity.width_px} x {identity.height_px} pixels"]
        if facts.pitch_mm:
            parts.append(f"{facts.width_mm} x {facts.height_mm} mm, pitch {facts.pitch_mm:.3f} mm")
        if facts.panel.brightness is not None:
            parts.append(f"brightness {facts.panel.brightness} %")
        if facts.panel.hours is not None:
            parts.append(f"{facts.panel.hours} hours")
        if identity.is_weak:
            parts.append("no serial number: known by its plug only")
        use = self._line.registration
        used = f"{_capital(self._line.role)}, judged by {self._line.policy_title}" if use else "Not registered yet"
        if use and use.target_max_cd_m2:
            used += f", target {use.target_max_cd_m2:g} cd/m²"
        return column(
            label("  ·  ".join(parts), "caption", name=f"Facts of {self._name}", wrap=True),
            label(f"{used}  ·  {self._line.lut}", "caption", name=f"Use of {self._name}", wrap=True),
            spacing=2,
        )

    def _due(self) -> QVBoxLayout:
        texts = [label(self._line.last_check or "No check yet", "", name=f"Last check of {self._name}", wrap=True)]
        for task in self._line.pending:
            tone = "fail" if task.dueness.value == "expired" else "warn" if task.days_left <= 0 else "secondary"
            texts.append(label(task.sentence, tone, name=f"Task {task.check}, {self._name}", wrap=True))
        if not self._line.pending and self._line.next_task:
            texts.append(label(self._line.next_task, "secondary", name=f"Next task of {self._name}", wrap=True))
        return column(*texts, spacing=2)

    def _actions(self, number: int) -> QVBoxLayout:
        key, asked = self._line.key, self.check_asked
        wanted = self._line.pending[0].check if self._line.pending else ""
        buttons: list[QWidget | int] = []
        for name in _FIRST_CHECKS:
            made = button(
                CHECKS[name].title,
                f"{CHECKS[name].title}, {self._name}",
                partial(asked.emit, key, name),
                role="primary" if name == wanted or (name == "daily" and not wanted) else "",
            )
            made.setToolTip(f"{CHECKS[name].about}" + (" (Ctrl+D)" if name == "daily" and number == 1 else ""))
            if name == "daily" and number == 1:
                made.setShortcut("Ctrl+D")
            buttons.append(made)
        buttons.append(self._more())
        return column(row(*buttons, 1, spacing=self._tokens.spacing.s))

    def _more(self) -> QPushButton:
        made = named(QPushButton("More"), f"More, {self._name}")
        made.setToolTip("Other checks, history, use, override")
        menu = QMenu(made)
        menu.setAccessibleName(f"More for {self._name}")
        for name, check in CHECKS.items():
            if name not in _FIRST_CHECKS:
                menu.addAction(check.title, partial(self.check_asked.emit, self._line.key, name))
        menu.addSeparator()
        menu.addAction("History", lambda: self.history_asked.emit(self._line.key))
        menu.addAction("Use, policy and target …", lambda: self.register_asked.emit(self._line.key))
        menu.addAction("Use in spite of its state …", lambda: self.override_asked.emit(self._line.key))
        menu.addAction("Show which one it is", lambda: self.identify_asked.emit(self._line.key))
        made.setMenu(menu)
        return made


def empty_card(text: str) -> QFrame:
    """What stands where there is nothing yet."""
    made = frame("raised")
    layout = QVBoxLayout(made)
    layout.addWidget(label(text, "secondary", name="Nothing here", wrap=True))
    return made


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
