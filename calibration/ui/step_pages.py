"""One page for each kind of step: one instruction, one picture, one number, one action."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from calibration.checks.steps import Ask, Choose, Enter, Instruct, Wait
from calibration.readings.typed_number import plain_number
from calibration.ui.pictures import PICTURES, Picture
from calibration.ui.pieces import button, clear, label, row
from calibration.ui.session_views import StepView
from workstation.foundation.errors import BadInput
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

COUNTDOWN_S = 5
"""Between showing where the meter goes next and going on by itself."""
_PICTURE_OF = {"warm-up-asked": "warm-up"}
_PAGE_WIDTH, _WIDE, _FEW, _GRID = 1100, 640, 5, 5


class Page(QWidget):
    """What a step looks like. The window's foot holds its one action; Enter does it too."""

    action_changed = Signal()

    def __init__(self, name: str, tokens: Tokens) -> None:
        super().__init__()
        named(self, name)
        self.tokens = tokens
        self.action_text = ""
        self.is_ready = True

    def act(self) -> None:
        """Do the page's action."""

    def choose(self, number: int) -> bool:  # noqa: ARG002 - pages with choices take it
        """Key 1 to 9; says whether there was such a choice."""
        return False

    def leave(self) -> None:
        """Another page comes to the front."""

    def set_small(self, *, is_small: bool) -> None:
        """There is little room: pictures give way."""
        for picture in self.findChildren(Picture):
            picture.setVisible(not is_small)

    def set_action(self, text: str, *, is_ready: bool = True) -> None:
        """Name the action, or forbid it for now."""
        self.action_text, self.is_ready = text, is_ready
        self.action_changed.emit()


class Beside(QWidget):
    """Two parts beside each other, or below each other where it is narrow."""

    def __init__(self, first: QWidget, second: QWidget, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(tokens.spacing.xxl)
        self._box.addWidget(first, 1)
        self._box.addWidget(second, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn with the width."""
        is_wide = event.size().width() >= self._tokens.px(_WIDE)
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        super().resizeEvent(event)


class Told(QWidget):
    """A heading and what is to be done, from the top."""

    def __init__(self, name: str, tokens: Tokens) -> None:
        super().__init__()
        self.heading = label("", "room", name=f"Heading, {name}", wrap=True)
        self.text = label("", "title", name=f"Instruction, {name}", wrap=True)
        self.below = QVBoxLayout()
        self.below.setSpacing(tokens.spacing.s)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.spacing.m)
        layout.addWidget(self.heading)
        layout.addWidget(self.text)
        layout.addLayout(self.below)
        layout.addStretch(1)

    def say(self, heading: str, text: str) -> None:
        """Another heading and text; the text is as long as it must be."""
        self.heading.setText(heading)
        self.text.setText(text)
        self.text.setVisible(bool(text))


class InstructPage(Page):
    """Something to do by hand. Where the meter has only to move on, a countdown goes on by itself."""

    done = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Instruction page", tokens)
        self.told = Told("step", tokens)
        self._picture = Picture("monitor", tokens)
        self._count = label("", "figure", name="Countdown")
        self._note = label("", "secondary", name="Countdown note", wrap=True)
        self._hold = button("Wait", "Hold the countdown", self.hold, key="W")
        self._left = 0
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._second_over)
        for part in (self._count, self._note):
            self.told.below.addWidget(part)
        self.told.below.addLayout(row(self._hold, 1))
        _one(self, Beside(self.told, self._picture, tokens))

    @property
    def seconds_left(self) -> int:
        """Of the countdown; 0 when it does not run."""
        return self._left if self._tick.isActive() else 0

    def show_step(self, step: Instruct, *, counts_down: bool) -> None:
        """Show what is to be done."""
        place = step.pattern.place if step.pattern is not None else "centre"
        self.told.say(step.title, step.text)
        self._picture.draw(step.picture if step.picture in PICTURES else "monitor", place=place)
        self._left = COUNTDOWN_S if counts_down else 0
        self._show_count()
        self.set_action("The meter is in place" if step.picture == "placement" else "Done")
        if counts_down:
            self._tick.start()

    def hold(self) -> None:
        """Stop the countdown: the person says when."""
        self._tick.stop()
        self._left = 0
        self._show_count()

    def act(self) -> None:
        self._tick.stop()
        self.done.emit()

    def leave(self) -> None:
        self._tick.stop()

    def _second_over(self) -> None:
        self._left -= 1
        self._show_count()
        if self._left <= 0:
            self.act()

    def _show_count(self) -> None:
        runs = self._left > 0
        self._count.setText(f"{self._left} s" if runs else "")
        self._note.setText("Goes on by itself. Take your time with W." if runs else "")
        for part in (self._count, self._note, self._hold):
            part.setVisible(runs)


class WaitPage(Page):
    """Time that has to pass."""

    enough = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Waiting page", tokens)
        self.told = Told("wait", tokens)
        self._count = label("", "figure", name="Time left")
        self.told.below.addWidget(self._count)
        _one(self, Beside(self.told, Picture("warm-up", tokens), tokens))

    def show_step(self, step: Wait) -> None:
        """Show what is waited for."""
        self.told.say(step.title, step.text)
        self.show_left(step.seconds)
        self.set_action("Go on now" if step.may_skip else "", is_ready=step.may_skip)

    def show_left(self, seconds: float) -> None:
        """Time left, minutes and seconds."""
        self._count.setText(f"{int(seconds) // 60}:{int(seconds) % 60:02d}")

    def act(self) -> None:
        self.enough.emit()


class ChoicePage(Page):
    """A question with buttons, on the pattern or on how to go on; or a click on the pattern itself."""

    answered = Signal(str)

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Question page", tokens)
        self.told = Told("question", tokens)
        self._picture = Picture("look", tokens)
        self._choices: tuple[str, ...] = ()
        self._grid = QGridLayout()
        self._grid.setSpacing(tokens.spacing.s)
        self.told.below.addLayout(self._grid)
        _one(self, Beside(self.told, self._picture, tokens))

    def show_step(self, step: Ask | Choose) -> None:
        """Show question and answers."""
        text = step.question
        if isinstance(step, Ask) and not step.choices and "click" not in text.lower():
            text += " Click there, on the pattern."
        self.told.say(step.title, text)
        self._picture.draw("look" if isinstance(step, Ask) else _PICTURE_OF.get(step.test, "monitor"))
        self._choices = step.choices
        self._fill(step.choices, step.default if isinstance(step, Choose) else "")
        self.set_action("")

    def choose(self, number: int) -> bool:
        if not 1 <= number <= len(self._choices):
            return False
        self.answered.emit(self._choices[number - 1])
        return True

    def _fill(self, choices: Sequence[str], default: str) -> None:
        clear(self._grid)
        columns = 1 if len(choices) <= _FEW else _GRID
        for place, choice in enumerate(choices):
            made = self._button(place, choice, is_default=choice == default)
            self._grid.addWidget(made, place // columns, place % columns)

    def _button(self, place: int, choice: str, *, is_default: bool) -> QPushButton:
        key = str(place + 1) if place < 9 else ""
        text = f"{key}   {choice}" if key and len(self._choices) <= _FEW else choice
        role = "choice-default" if is_default else "choice"
        return button(text, f"Answer {choice}", lambda: self.answered.emit(choice), key=key, role=role)


class NumberPage(Page):
    """A number that a person types, or that the meter's diffuser measures."""

    entered = Signal(float, str)
    left_out = Signal(str)
    measure_asked = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Number page", tokens)
        self.told = Told("number", tokens)
        self._picture = Picture("room-light", tokens)
        self.field = named(QLineEdit(), "Number")
        self.field.setProperty("role", "number")
        self.field.setMaximumWidth(tokens.px(200))
        self._unit = label("", "room", name="Unit")
        self._hint = label("", "secondary", name="Believed range", wrap=True)
        self.trouble = label("", "fail", name="What is wrong with the number", wrap=True)
        self.trouble.hide()
        self._measure = button("Measure with the meter", "Measure room light", self.ask_meter, key="Alt+M")
        self._measure.setShortcut("Alt+M")  # a letter alone would go into the field
        self._step: Enter | None = None
        self._measured: float | None = None
        for part in (row(self.field, self._unit, 1), row(self._measure, 1)):
            self.told.below.addLayout(part)
        for line in (self._hint, self.trouble):
            self.told.below.addWidget(line)
        self.field.returnPressed.connect(self.act)
        self.field.textEdited.connect(self._edited)
        _one(self, Beside(self.told, self._picture, tokens))

    def show_step(self, step: Enter, *, has_meter: bool) -> None:
        """Ask for the number of this step."""
        self._step, self._measured = step, None
        self.told.say(step.title, step.question)
        self._picture.draw("room-light" if step.unit == "lux" else "look")
        self._unit.setText(step.unit)
        self.field.setText("" if step.default is None else f"{step.default:g}")
        self.field.setAccessibleDescription(f"{step.question} In {step.unit}.")
        optional = " Leave it empty if you do not know it." if step.is_optional else ""
        self._hint.setText(f"Between {step.least:g} and {step.most:g} {step.unit}.{optional}")
        self._measure.setVisible(step.may_measure_lux and has_meter)
        self._measure.setEnabled(True)
        self.trouble.hide()
        self.set_action("Take this number")
        self.field.setFocus()
        self.field.selectAll()

    def show_measured(self, value: float) -> None:
        """The meter's answer: shown, to be confirmed by the person."""
        self._measured = value
        self.field.setText(f"{value:.1f}")
        self._measure.setEnabled(True)
        self.trouble.hide()

    def refuse(self, text: str) -> None:
        """Say why the number cannot be taken."""
        self.trouble.setText(text)
        self.trouble.show()
        self._measure.setEnabled(True)
        self.field.setFocus()

    def act(self) -> None:
        step, text = self._step, self.field.text().strip()
        if step is None:
            return
        if not text and step.is_optional:
            self.left_out.emit("not known")
            return
        try:
            value = plain_number(text) if self._measured is None else self._measured
        except BadInput as error:
            self.refuse(str(error))
            return
        self.entered.emit(value, "PROVIDED" if self._measured is None else "MEASURED")

    def _edited(self) -> None:
        self._measured = None
        self.trouble.hide()

    def ask_meter(self) -> None:
        """Let the meter answer, where it may."""
        if self._measure.isVisible() and self._measure.isEnabled():
            self._measure.setEnabled(False)
            self.measure_asked.emit()


class PausePage(Page):
    """Why the check stands still, and the ways on."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Pause page", tokens)
        self.told = Told("pause", tokens)
        self._picture = Picture("unplugged", tokens)
        self._ways = QVBoxLayout()
        self._ways.setSpacing(tokens.spacing.s)
        self.told.below.addLayout(self._ways)
        self._go_on: Callable[[], None] = lambda: None
        _one(self, Beside(self.told, self._picture, tokens))

    def show_pause(
        self, what: str, advice: str, go_on: Callable[[], None], action: str, ways: Sequence[QPushButton], picture: str
    ) -> None:
        """Show what is missing. ``ways``: what else can be done."""
        self.told.say(what, advice)
        self._picture.draw(picture)
        self._go_on = go_on
        clear(self._ways)
        for way in ways:
            self._ways.addLayout(row(way, 1))
        self.set_action(action)

    def act(self) -> None:
        self._go_on()


def headline(view: StepView) -> str:
    """``Step 4 of 31``."""
    return f"Step {min(view.index + 1, view.total)} of {view.total}"


def time_text(seconds: float) -> str:
    """``about 3 min left``, ``less than a minute left``."""
    if seconds < 50:
        return "less than a minute left"
    return f"about {max(1, round(seconds / 60))} min left"


def _one(page: Page, inside: QWidget) -> None:
    """A page's only part: no wider than one can read, a little above the middle where there is room."""
    inside.setMaximumWidth(page.tokens.px(_PAGE_WIDTH))
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addStretch(1)
    line = row(1, inside, 1)
    line.setStretch(1, 100)
    layout.addLayout(line)
    layout.addStretch(3)
