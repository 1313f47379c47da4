"""The page of displays: every monitor of this computer, what waits, and where to begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from calibration.checks.overview import DisplayLine
from calibration.ui.display_card import DisplayCard, empty_card
from calibration.ui.override_sheet import OverrideSheet, OverrideWish
from calibration.ui.pieces import clear, label, scroll_area
from calibration.ui.register_sheet import RegisterSheet, Registration
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_CARD_WIDTH = 860


class DisplaysPage(QWidget):
    """Cards below each other; forms open in the card's place, beside what they are about."""

    check_asked = Signal(str, str)
    history_asked = Signal(str)
    identify_asked = Signal(str)
    registered = Signal(str, object)
    """Display key and a `Registration`."""
    overridden = Signal(str, object)
    """Display key and an `OverrideWish`."""

    def __init__(self, policies: Sequence[tuple[str, str]], operator: Callable[[], str], tokens: Tokens) -> None:
        super().__init__()
        named(self, "Displays")
        self._policies, self._operator, self._tokens = policies, operator, tokens
        self._lines: tuple[DisplayLine, ...] = ()
        self._summary = label("Looking at the displays …", "title", name="Displays in one line", wrap=True)
        self._inside = QWidget()
        self._cards = QVBoxLayout(self._inside)
        self._cards.setContentsMargins(0, 0, tokens.spacing.s, 0)
        self._cards.setSpacing(tokens.spacing.m)
        layout = QVBoxLayout(self)
        pad = tokens.spacing.xl
        layout.setContentsMargins(pad, tokens.spacing.l, pad, tokens.spacing.m)
        layout.setSpacing(tokens.spacing.m)
        layout.addWidget(self._summary)
        layout.addWidget(scroll_area(self._inside, "All displays"), 1)

    @property
    def lines(self) -> tuple[DisplayLine, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[DisplayLine]) -> None:
        """Show these displays; an open form stays open."""
        self._lines = tuple(lines)
        self._summary.setText(summary_of(lines))
        if any(not sheet.isHidden() for sheet in self._sheets()):
            return
        self._fill()

    def ask_use(self, key: str) -> None:
        """Ask what a display is used for, beside its card."""
        self._ask_use(key)

    def _sheets(self) -> list[QWidget]:
        return [*self._inside.findChildren(RegisterSheet), *self._inside.findChildren(OverrideSheet)]

    def _fill(self) -> None:
        clear(self._cards)
        if not self._lines:
            self._cards.addWidget(empty_card("This computer states no display."))
        for number, line in enumerate(self._lines, start=1):
            card = DisplayCard(line, number, self._tokens)
            card.setMaximumWidth(self._tokens.px(_CARD_WIDTH))
            card.check_asked.connect(self.check_asked)
            card.history_asked.connect(self.history_asked)
            card.identify_asked.connect(self.identify_asked)
            card.register_asked.connect(self._ask_use)
            card.override_asked.connect(self._ask_override)
            self._cards.addWidget(card)
        self._cards.addStretch(1)

    def _line(self, key: str) -> DisplayLine | None:
        return next((line for line in self._lines if line.key == key), None)

    def _ask_use(self, key: str) -> None:
        line = self._line(key)
        if line is None:
            return
        sheet = RegisterSheet(line, self._policies, self._operator(), self._tokens)
        sheet.given.connect(lambda wish: self._use_given(key, wish))
        self._open(sheet, key)

    def _use_given(self, key: str, wish: Registration) -> None:
        self._fill()
        self.registered.emit(key, wish)

    def _override_given(self, key: str, wish: OverrideWish) -> None:
        self._fill()
        self.overridden.emit(key, wish)

    def _ask_override(self, key: str) -> None:
        line = self._line(key)
        if line is None:
            return
        sheet = OverrideSheet(line, self._operator(), self._tokens)
        sheet.given.connect(lambda wish: self._override_given(key, wish))
        self._open(sheet, key)

    def _open(self, sheet: RegisterSheet | OverrideSheet, key: str) -> None:
        self._fill()
        sheet.given_up.connect(self._fill)
        sheet.setMaximumWidth(self._tokens.px(_CARD_WIDTH))
        place = next((i for i, line in enumerate(self._lines) if line.key == key), 0)
        self._cards.insertWidget(place + 1, sheet)
        sheet.focus_first()


def summary_of(lines: Sequence[DisplayLine]) -> str:
    """One sentence over all displays."""
    if not lines:
        return "No display found."
    registered = [line for line in lines if line.registration is not None]
    others = [line for line in lines if line.registration is None]
    if not registered:
        return "No display is registered for images yet. Choose a check to begin."
    also = f" {_names(others)} {'is' if len(others) == 1 else 'are'} not registered for images." if others else ""
    return f"{_summary_of_registered(registered)}{also}"


def _summary_of_registered(lines: Sequence[DisplayLine]) -> str:
    unfit = [line for line in lines if not line.state.is_fit]
    late = [line for line in lines if any(task.days_left <= 0 for task in line.pending)]
    if unfit:
        what = "display" if len(lines) == 1 else "displays"
        return f"{len(unfit)} of {len(lines)} {what} may not show primary images: {_names(unfit)}."
    if late:
        return f"All displays are fit; a check is due on {len(late)} of {len(lines)}."
    return "All displays are fit, nothing is due." if len(lines) > 1 else "The display is fit, nothing is due."


def _names(lines: Sequence[DisplayLine]) -> str:
    return ", ".join(line.facts.identity.connector for line in lines)
