"""The first page: which check, by whom, with which meter; role, policy and state of the display beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QVBoxLayout, QWidget

from calibration.checks.check_table import CHECKS, SINGLE_TESTS, TESTS, check_named, tests_of
from calibration.checks.qa_preferences import QaPreferences
from calibration.ui.check_subject import CheckSubject
from calibration.ui.meter_panel import MeterPanel
from calibration.ui.pieces import button, label, row, scroll_area
from calibration.ui.step_pages import Beside, Page
from workstation.foundation.errors import BadInput
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_MAIN = ("daily", "weekly-visual", "monthly", "quarterly", "annual", "acceptance", "calibration")
_WIDTH = 1100


class ChoosePage(Page):
    """Everything is remembered from the last time: often Enter is enough."""

    begin_asked = Signal(str, str)
    """Check and operator."""
    go_on_asked = Signal()
    break_off_asked = Signal()

    def __init__(self, subject: CheckSubject, tokens: Tokens, today: Callable[[], date]) -> None:
        super().__init__("Choose a check", tokens)
        self._subject = subject
        self._group = QButtonGroup(self)
        self._operator = named(QLineEdit(), "Operator")
        self._operator.setPlaceholderText("Your name")
        self._single = named(QComboBox(), "Single test")
        self._about = label("", "secondary", name="About the check", wrap=True)
        self.meter = MeterPanel(tokens, today)
        self._meter_title = label("Meter", "title")
        self._unfinished = _Unfinished(tokens)
        self._trouble = label("", "fail", name="Why the check cannot begin", wrap=True)
        self._trouble.hide()
        self._has_meter = False
        self._lay_out()
        self._connect()

    @property
    def check(self) -> str:
        """Name of the chosen check."""
        chosen = self._group.checkedButton()
        return "daily" if chosen is None else str(chosen.property("check"))

    @property
    def operator(self) -> str:
        """Who checks."""
        return self._operator.text().strip()

    @property
    def needs_meter(self) -> bool:
        """Whether the chosen check cannot be made by eye."""
        try:
            tests = tests_of(check_named(self.check), self._subject.policy, self._subject.role)
        except BadInput:
            return False
        return any(test.needs_meter for test in tests)

    def remember(self, preferences: QaPreferences, check: str = "") -> None:
        """Show what was used last; ``check`` asked for now comes before it."""
        self._operator.setText(preferences.operator)
        self.meter.choose(preferences.meter)
        self.select(check or preferences.last_check or "daily")

    def set_meter_ready(self, *, is_ready: bool) -> None:
        """Whether the meter has answered."""
        self._has_meter = is_ready
        self._changed()

    def show_trouble(self, text: str) -> None:
        """Why it cannot begin."""
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))

    def offer_unfinished(self, text: str) -> None:
        """A check of this display was left behind: go on with it, or keep its readings and begin anew."""
        self._unfinished.show_text(text)

    def act(self) -> None:
        if self.is_ready:
            self.begin_asked.emit(self.check, self.operator)

    def choose(self, number: int) -> bool:
        if not 1 <= number <= len(_MAIN) or self._operator.hasFocus():
            return False
        self.select(_MAIN[number - 1])
        return True

    def _lay_out(self) -> None:
        spacing = self.tokens.spacing
        left, right = QWidget(), QWidget()
        checks = QVBoxLayout(left)
        checks.setContentsMargins(0, 0, 0, 0)
        checks.setSpacing(spacing.xs)
        checks.addWidget(label("What will be checked?", "room"))
        for number, name in enumerate(_MAIN):
            checks.addWidget(self._button(number, name))
        checks.addWidget(self._single_row())
        checks.addWidget(self._about)
        checks.addStretch(1)
        told = QVBoxLayout(right)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(spacing.s)
        for part in (*self._facts(), label("Operator", "title"), self._operator, self._meter_title, self.meter):
            told.addWidget(part)
        told.addWidget(self._unfinished)
        told.addWidget(self._trouble)
        told.addStretch(1)
        inside = QWidget()
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(0, 0, spacing.m, 0)
        beside = Beside(left, right, self.tokens)
        beside.setMaximumWidth(self.tokens.px(_WIDTH))
        line = row(1, beside, 1)
        line.setStretch(1, 100)
        whole.addLayout(line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll_area(inside, "Checks, operator and meter"))

    def _button(self, number: int, name: str) -> QWidget:
        key = str(number + 1)
        made = button(f"{key}   {CHECKS[name].title}", f"Check {name}", self._changed, key=key, role="choice")
        made.setCheckable(True)
        made.setProperty("check", name)
        self._group.addButton(made)
        return made

    def _single_row(self) -> QWidget:
        """Single tests, one choice more in the same group."""
        made = button("A single test", "Check single test", self._changed, role="choice")
        made.setCheckable(True)
        for name in SINGLE_TESTS:
            self._single.addItem(TESTS[name].title, name)
        made.setProperty("check", self._single.currentData())
        self._group.addButton(made)
        self._single_button = made
        host = QWidget()
        line = row(made, self._single, spacing=self.tokens.spacing.s)
        line.setStretch(0, 1)
        line.setStretch(1, 2)
        host.setLayout(line)
        return host

    def _facts(self) -> Sequence[QWidget]:
        subject = self._subject
        title = label(subject.title, "room", name="Display under test", wrap=True)
        confirmed = "" if subject.policy_is_confirmed else " Some of its limits are not confirmed."
        facts = label(
            f"Role {subject.role}. Judged by {subject.policy.title}, version {subject.policy.version}.{confirmed}",
            "secondary",
            name="Role and policy",
            wrap=True,
        )
        return title, facts

    def _connect(self) -> None:
        self._operator.textChanged.connect(lambda _: self._changed())
        self._operator.returnPressed.connect(self.act)
        self._single.activated.connect(self._single_chosen)
        self._unfinished.go_on.clicked.connect(lambda *_: self.go_on_asked.emit())
        self._unfinished.break_off.clicked.connect(lambda *_: self.break_off_asked.emit())

    def _single_chosen(self, _: int) -> None:
        self._single_button.setProperty("check", self._single.currentData())
        self._single_button.setChecked(True)
        self._changed()

    def select(self, name: str) -> None:
        """Choose a check or single test."""
        place = self._single.findData(name)
        if place >= 0:
            self._single.setCurrentIndex(place)
            self._single_chosen(place)
        for each in self._group.buttons():
            if each.property("check") == name:
                each.setChecked(True)
        self._changed()

    def _changed(self) -> None:
        try:
            self._about.setText(check_named(self.check).about)
        except BadInput as error:
            self._about.setText(str(error))
        for part in (self._meter_title, self.meter):
            part.setVisible(self.needs_meter)
        self.show_trouble("")
        missing = self._missing()
        self.set_action("Begin" if not missing else f"Begin ({missing})", is_ready=not missing)

    def _missing(self) -> str:
        if len(self.operator) < 2:
            return "your name is missing"
        return "find the meter first" if self.needs_meter and not self._has_meter else ""


class _Unfinished(QWidget):
    """What was left behind, and the two ways on."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._text = label("", "warn", name="Unfinished check", wrap=True)
        self.go_on = button("Go on with it", "Go on with the unfinished check", lambda: None, role="primary")
        self.break_off = button("Keep its readings and begin anew", "Break off the unfinished check", lambda: None)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.spacing.s)
        layout.addWidget(self._text)
        layout.addLayout(row(self.go_on, self.break_off, 1))
        self.hide()

    def show_text(self, text: str) -> None:
        self._text.setText(text)
        self.setVisible(bool(text))
