"""What can be chosen of a pattern: display, space, level, place of the meter, another random one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QSlider, QSpinBox, QWidget

from calibration.gsdf.display_lut import DisplayLut
from calibration.patterns.catalogue import PatternKind
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import CENTRE, NINE_PLACES
from calibration.readings.reading import Space
from calibration.ui.pieces import button, label, row
from workstation.qtkit.accessible import named
from workstation.qtkit.screens import ScreenDescription
from workstation.qtkit.tokens import Tokens

HIGHEST = 255
STEP = 15
"""The levels of the luminance response lie so far apart."""
_SEEDS = 1 << 16
_SPACES = (
    (Space.P_VALUE, "P-values: through the display LUT, as images"),
    (Space.DDL, "Driving levels: past every table"),
)


@dataclass(frozen=True)
class PatternTarget:
    """A display that patterns can be shown on, and its display LUT in use (None: identity)."""

    key: str
    title: str
    screen: ScreenDescription
    lut: DisplayLut | None = None


class PatternChoice(QWidget):
    """Only what the pattern in hand can have is to be seen."""

    changed = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Choices of the pattern")
        self._targets: tuple[PatternTarget, ...] = ()
        self._kind: PatternKind | None = None
        self._seed = 1
        self.display = named(QComboBox(), "Display for the pattern")
        self.space = named(QComboBox(), "Space of the pattern")
        self.level = named(QSlider(Qt.Orientation.Horizontal), "Level of the pattern")
        self.level.setRange(0, HIGHEST)
        self.level.setPageStep(STEP)
        self.level.setValue(HIGHEST)
        self.number = named(QSpinBox(), "Level in numbers")
        self.number.setRange(0, HIGHEST)
        self.number.setValue(HIGHEST)
        self.number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.number.setFixedWidth(tokens.px(56))
        self.place = named(QComboBox(), "Place of the meter")
        for each in NINE_PLACES:
            self.place.addItem(each.capitalize(), each)
        self.place.setCurrentIndex(NINE_PLACES.index(CENTRE))
        self.again = button("Another", "Draw another random one", self._another, key="Ctrl+R")
        self.again.setShortcut("Ctrl+R")
        self._captions = {name: label(name, "secondary") for name in ("Display", "Space", "Level", "Place", "Answer")}
        self._lay_out(tokens)
        self._connect()

    @property
    def target(self) -> PatternTarget | None:
        """Where it is to be shown."""
        number = self.display.currentIndex()
        return self._targets[number] if 0 <= number < len(self._targets) else None

    @property
    def order(self) -> PatternOrder | None:
        """What is chosen."""
        kind = self._kind
        if kind is None:
            return None
        return PatternOrder(
            kind.name,
            self.space.currentData(),
            self.level.value() if kind.takes_level else 0,
            HIGHEST + 1,
            str(self.place.currentData()) if kind.takes_place else CENTRE,
            self._seed if kind.is_random else 0,
        )

    def show_targets(self, targets: Sequence[PatternTarget]) -> None:
        """These displays are there; the chosen one stays."""
        before = self.target
        if tuple(targets) == self._targets:
            return
        self._targets = tuple(targets)
        self.display.blockSignals(True)
        self.display.clear()
        for each in targets:
            self.display.addItem(each.title, each.key)
        self.display.setCurrentIndex(max(0, self.display.findData(before.key) if before else 0))
        self.display.blockSignals(False)
        self.changed.emit()

    def show_kind(self, kind: PatternKind | None) -> None:
        """Another pattern is in hand."""
        self._kind = kind
        before = self.space.currentData()
        self.space.blockSignals(True)
        self.space.clear()
        for space, title in _SPACES:
            if kind is not None and space in kind.spaces:
                self.space.addItem(title, space)
        self.space.setCurrentIndex(max(0, self.space.findData(before)))
        self.space.blockSignals(False)
        for name, parts, is_there in (
            ("Level", (self.level, self.number), kind is not None and kind.takes_level),
            ("Place", (self.place,), kind is not None and kind.takes_place),
            ("Answer", (self.again,), kind is not None and kind.is_random),
        ):
            for part in (*parts, self._captions[name]):
                part.setVisible(is_there)
        self.changed.emit()

    def step(self, by: int) -> bool:
        """So many levels up or down; says whether the pattern has levels."""
        if self._kind is None or not self._kind.takes_level:
            return False
        self.level.setValue(self.level.value() + by)
        return True

    def _lay_out(self, tokens: Tokens) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.spacing.m)
        grid.setVerticalSpacing(tokens.spacing.s)
        level = row(self.level, self.number, spacing=tokens.spacing.s)
        level.setStretch(0, 1)
        places = (
            ("Display", row(self.display)),
            ("Space", row(self.space)),
            ("Level", level),
            ("Place", row(self.place, 1)),
            ("Answer", row(self.again, 1)),
        )
        for number, (name, part) in enumerate(places):
            grid.addWidget(self._captions[name], number, 0)
            grid.addLayout(part, number, 1)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self.level.valueChanged.connect(self.number.setValue)
        self.number.valueChanged.connect(self.level.setValue)
        self.level.valueChanged.connect(lambda _: self.changed.emit())
        for choice in (self.display, self.space, self.place):
            choice.currentIndexChanged.connect(lambda _: self.changed.emit())

    def _another(self) -> None:
        self._seed = secrets.randbelow(_SEEDS)
        self.changed.emit()
