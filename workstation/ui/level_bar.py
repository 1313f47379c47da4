"""The level of the microphone as a thin bar with its peak; dim by intent, for it stands beside images."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.dictation.levels_meter import FLOOR_DBFS, LevelReading
from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS

LEAST_DBFS = -60.0
"""The left end; what is quieter is no speech."""
GOOD_DBFS = (-36.0, -9.0)
"""Peaks of speech belong here: the marked stretch of the bar."""
_THICK = 6


class LevelBar(QWidget):
    """Draws a `LevelReading`: loudness filled, the peak as a tick, the good stretch marked below."""

    def __init__(self, name: str = "Microphone level", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name)
        self._reading: LevelReading | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as a word or two."""
        return QSize(120, 16)

    def show_level(self, reading: LevelReading | None) -> None:
        """Draw it; None: no microphone is open."""
        if reading == self._reading:
            return
        self._reading = reading
        self.setAccessibleDescription(_in_words(reading))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Groove, loudness, peak, good stretch."""
        painter = QPainter(self)
        top = (self.height() - _THICK - 3) // 2
        painter.fillRect(QRect(0, top, self.width(), _THICK), QColor(TOKENS.surface.line))
        good = QRect(self._x(GOOD_DBFS[0]), top + _THICK + 2, self._x(GOOD_DBFS[1]) - self._x(GOOD_DBFS[0]), 1)
        painter.fillRect(good, QColor(TOKENS.text.disabled))
        if self._reading is not None:
            colour = TOKENS.status.warn if self._reading.faults else TOKENS.text.secondary
            painter.fillRect(QRect(0, top, self._x(self._reading.rms_dbfs), _THICK), QColor(colour))
            if self._reading.peak_dbfs > LEAST_DBFS:
                painter.fillRect(QRect(self._x(self._reading.peak_dbfs) - 2, top, 2, _THICK), QColor(colour))
        painter.end()

    def _x(self, dbfs: float) -> int:
        share = (max(dbfs, LEAST_DBFS) - LEAST_DBFS) / -LEAST_DBFS
        return round(min(1.0, share) * self.width())


def _in_words(reading: LevelReading | None) -> str:
    if reading is None:
        return "no microphone is open"
    if reading.peak_dbfs <= FLOOR_DBFS:
        return "silence"
    return f"loudness {reading.rms_dbfs:.0f} dB, peak {reading.peak_dbfs:.0f} dB of full scale"
