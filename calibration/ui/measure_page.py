"""The page of a reading: the number now, how sure it is, and the curve that fills."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from calibration.checks.live_curve import Ends, live_curve
from calibration.checks.steps import Measure
from calibration.readings.reading import Series
from calibration.ui.curve_plot import ContrastPlot, LuminancePlot
from calibration.ui.pieces import label, row
from calibration.ui.session_views import ReadingView, StepView
from calibration.ui.step_pages import Beside, Page
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_CURVE_LEVELS = 3
"""A test of fewer levels is no curve."""
_USUAL_RANGE_CD_M2 = (0.5, 500.0)
"""Shown from the beginning, so that the axis stands still while the curve fills."""


class MeasurePage(Page):
    """Nothing to press while a meter reads by itself; a field to type in where a person reads it."""

    typed = Signal(str)

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Measuring page", tokens)
        self._heading = label("", "room", name="What is measured", wrap=True)
        self._number = label("—", "figure", name="Luminance now")
        self._state = label("", "title", name="State of the reading", wrap=True)
        self._spread = label("", "secondary", name="Spread of the readings", wrap=True)
        self.field = named(QLineEdit(), "Luminance read, cd/m²")
        self.field.setProperty("role", "number")
        self.field.setPlaceholderText("cd/m²")
        self.field.setMaximumWidth(tokens.px(220))
        self.trouble = label("", "fail", name="What is wrong with the reading", wrap=True)
        self.warning = label("", "warn", name="Warning", wrap=True)
        self._hands = label("Leave the meter where it is.", "secondary", name="What to do while measuring", wrap=True)
        self.curve = LuminancePlot("Luminance curve, live", tokens)
        self.contrast = ContrastPlot("Contrast response, live", tokens)
        self._is_typed = False
        self._contrast_limit = 0.1
        self._expected: Ends | None = None
        self._lay_out()
        self.field.returnPressed.connect(self.act)

    def set_scale(self, *, contrast_limit: float, expected: Ends | None) -> None:
        """Limit of the policy, and the ends that the display is expected to have."""
        self._contrast_limit, self._expected = contrast_limit, expected

    def show_step(self, step: Measure, view: StepView, *, is_typed: bool) -> None:
        """A new level: the number is open again, the curve stays."""
        self._heading.setText(step.title)
        self._number.setText("—")
        self._state.setText("Waiting until the screen has settled …")
        self._spread.setText("")
        self._is_typed = is_typed
        self.trouble.hide()
        self.field.clear()
        self.field.setVisible(is_typed)
        self._hands.setText(
            "Read the meter and type what it says." if is_typed else f"Leave the meter {_where(view.place)}."
        )
        self.set_action("Take this reading" if is_typed else "")
        if is_typed:
            self.field.setFocus()

    def show_reading(self, view: ReadingView) -> None:
        """One more reading."""
        mean, step = view.mean_cd_m2, view.measure
        self._number.setText("—" if mean is None else f"{luminance_text(mean)} cd/m²")
        count = len(view.readings)
        self._state.setText(f"{count} {'reading' if count == 1 else 'readings'}, {step.most_readings} at most")
        spread = view.relative_spread
        self._spread.setText("" if spread is None else f"Spread of one reading {100 * spread:.1f} %")
        self.field.clear()
        self.trouble.hide()
        self.show_curve(view)

    def show_curve(self, view: ReadingView) -> None:
        """The curve so far, with the level in hand ringed."""
        if not is_curve(view.series):
            return
        curve = live_curve(view.series, view.ambient, contrast_limit=self._contrast_limit, expected=self._expected)
        self.curve.show_curve(curve, now=view.measure.pattern.level, at_least=_USUAL_RANGE_CD_M2)
        self.contrast.setVisible(bool(curve.steps) and self.curve.isVisible())
        if curve.steps:
            self.contrast.show_steps(curve.steps, limit=self._contrast_limit, levels=curve.levels)

    def set_small(self, *, is_small: bool) -> None:
        """Where there is little room the curve gives way; it stands on the verdict page."""
        self.curve.setVisible(not is_small)
        if is_small:
            self.contrast.hide()

    def refuse(self, text: str) -> None:
        """Say why what was typed is no reading."""
        self.trouble.setText(text)
        self.trouble.show()
        self.field.selectAll()
        self.field.setFocus()

    def warn(self, text: str) -> None:
        """What looks wrong; it stays until the next warning or the end of the test."""
        self.warning.setText(text)
        self.warning.setVisible(bool(text))

    def act(self) -> None:
        text = self.field.text().strip()
        if self._is_typed and text:
            self.field.clear()  # a second Enter must not give the same number to the next level
            self.typed.emit(text)

    def _lay_out(self) -> None:
        left = QWidget()
        told = QVBoxLayout(left)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(self.tokens.spacing.s)
        for part in (self._heading, self._number, self._state, self._spread, self._hands):
            told.addWidget(part)
        told.addLayout(row(self.field, 1))
        for part in (self.trouble, self.warning):
            told.addWidget(part)
            part.hide()
        told.addStretch(1)
        self.field.hide()
        plots = QWidget()
        right = QVBoxLayout(plots)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(self.tokens.spacing.m)
        right.addWidget(self.curve, 3)
        right.addWidget(self.contrast, 2)
        right.addStretch(1)
        self.curve.setMaximumHeight(self.tokens.px(420))
        self.contrast.setMaximumHeight(self.tokens.px(280))
        self.contrast.hide()
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Beside(left, plots, self.tokens))


def is_curve(series: Series) -> bool:
    """Whether a series is worth a curve: several levels at one place, or the first of such."""
    places = {each.place for each in series.measured}
    return places <= {"centre"} and (
        series.test.startswith(("luminance", "response")) or len(series.measured) >= _CURVE_LEVELS
    )


def luminance_text(luminance_cd_m2: float) -> str:
    """Four significant figures, as much as a meter can say."""
    if luminance_cd_m2 >= 100:
        return f"{luminance_cd_m2:.1f}"
    return f"{luminance_cd_m2:.2f}" if luminance_cd_m2 >= 10 else f"{luminance_cd_m2:.3f}"


def _where(place: str) -> str:
    return "in the middle" if place == "centre" else f"at the {place}"
