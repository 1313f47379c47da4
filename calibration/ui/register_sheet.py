"""What a display is used for: role, policy, target and the screen's reflection, asked beside its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from calibration.checks.overview import DisplayLine
from calibration.displays.identity import ROLES
from calibration.ui.pieces import button, label, row
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

DEFAULT_POLICY = "home-office"
_LEAST_TARGET, _GREATEST_TARGET = 50.0, 4000.0


@dataclass(frozen=True)
class Registration:
    """What the person chose. Numbers are None where left empty."""

    role: str
    policy: str
    operator: str
    target_max_cd_m2: float | None
    reflection_cd_m2_per_lux: float | None


class Sheet(QFrame):
    """A form beside what it is about: Enter gives it, Esc gives it up."""

    given = Signal(object)
    given_up = Signal()

    def __init__(self, title: str, name: str, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name)
        self.setProperty("role", "question")
        self._tokens = tokens
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(tokens.spacing.m)
        self._form.setVerticalSpacing(tokens.spacing.s)
        self._fault = label("", "fail", name=f"Fault in {name.lower()}", wrap=True)
        self._fault.hide()
        layout = QVBoxLayout(self)
        pad = tokens.spacing.l
        layout.setContentsMargins(pad, tokens.spacing.m, pad, tokens.spacing.m)
        layout.setSpacing(tokens.spacing.m)
        layout.addWidget(label(title, "title", wrap=True))
        layout.addLayout(self._form)
        layout.addWidget(self._fault)
        self._give = button("Save", f"Save, {name.lower()}", self._try, key="Enter", role="primary")
        self._give.setShortcut("Ctrl+Return")
        self._leave = button("Leave as it is", f"Leave, {name.lower()}", self.given_up.emit, key="Esc")
        self._leave.setShortcut("Esc")
        layout.addLayout(row(self._give, self._leave, 1))

    def add_text(self, caption: str, text: str, hint: str = "") -> QLineEdit:
        """A line to type into."""
        made = named(QLineEdit(text), caption)
        made.setPlaceholderText(hint)
        made.returnPressed.connect(self._try)
        self._form.addRow(_Caption(caption, made), made)
        return made

    def add_choice(self, caption: str, choices: Sequence[tuple[str, str]], chosen: str) -> QComboBox:
        """A list to choose from: pairs of value and title."""
        made = named(QComboBox(), caption)
        for value, title in choices:
            made.addItem(title, value)
        made.setCurrentIndex(max(0, made.findData(chosen)))
        self._form.addRow(_Caption(caption, made), made)
        return made

    def focus_first(self) -> None:
        """Put the keyboard into the first line that is empty, else into the first."""
        lines = self.findChildren(QLineEdit)
        wanted = next((line for line in lines if not line.text()), lines[0] if lines else None)
        if wanted is not None:
            wanted.setFocus()

    def wish(self) -> object:
        """What was filled in.

        Raises
        ------
        ValueError
            With a sentence for the person.
        """
        raise NotImplementedError

    def _try(self) -> None:
        try:
            wish = self.wish()
        except ValueError as error:
            self._fault.setText(str(error))
            self._fault.show()
            return
        self.given.emit(wish)


class _Caption(QLabel):
    """What stands before a field; a press on it goes to the field."""

    def __init__(self, text: str, of: QWidget) -> None:
        super().__init__(text)
        self.setBuddy(of)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Into the field."""
        self.buddy().setFocus()


class RegisterSheet(Sheet):
    """Asks for a `Registration`."""

    def __init__(self, line: DisplayLine, policies: Sequence[tuple[str, str]], operator: str, tokens: Tokens) -> None:
        super().__init__(f"What {line.facts.identity.title} is used for", "Use of the display", tokens)
        known = line.registration
        roles = [(role, role.capitalize()) for role in ROLES]
        self._role = self.add_choice("Role", roles, line.role)
        self._policy = self.add_choice("Policy", policies, known.policy if known else DEFAULT_POLICY)
        target = known.target_max_cd_m2 if known else None
        self._target = self.add_text(
            "Target of white, cd/m²", f"{target:g}" if target else "", "what the monitor is set to, for example 350"
        )
        reflection = known.reflection_cd_m2_per_lux if known else None
        self._reflection = self.add_text(
            "Reflection, cd/m² per lux",
            f"{reflection:g}" if reflection else "",
            "from the maker's data or measured; empty: a default is taken and said",
        )
        self._operator = self.add_text("Your name", operator)

    def wish(self) -> Registration:
        operator = self._operator.text().strip()
        if not operator:
            raise ValueError("Say who decides this: your name stands in the record.")
        target = number_in(self._target.text(), _LEAST_TARGET, _GREATEST_TARGET, "cd/m²")
        reflection = number_in(self._reflection.text(), 0.0, 0.1, "cd/m² per lux")
        return Registration(self._role.currentData(), self._policy.currentData(), operator, target, reflection)


def number_in(text: str, least: float, greatest: float, unit: str) -> float | None:
    """A number a person typed; None for nothing.

    Raises
    ------
    ValueError
        With a sentence for the person.
    """
    plain = text.strip()
    if not plain:
        return None
    if "," in plain:
        raise ValueError(f"Write decimals with a point: {plain.replace(',', '.')}.")
    try:
        value = float(plain)
    except ValueError:
        raise ValueError(f"{plain} is no number.") from None
    if not least <= value <= greatest:
        raise ValueError(f"{plain} {unit} is not believed: between {least:g} and {greatest:g} {unit}.")
    return value
