"""One record in full: its verdict with the curves, its readings and answers, and what it says of itself."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QTabWidget, QVBoxLayout, QWidget

from calibration.records.record import Answer, CalibrationRecord, CheckRecord, OverrideRecord
from calibration.ui.curve_plot import Plot
from calibration.ui.lines_table import Column, LinesTable
from calibration.ui.pieces import button, clear, label, row, scroll_area
from calibration.ui.record_lines import ReadingLine, RecordLine, facts_of, local, readings_of
from calibration.ui.verdict_page import VerdictPage
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_READINGS = (
    Column[ReadingLine]("Test", lambda each: each.test, is_wide=True),
    Column[ReadingLine]("Place", lambda each: each.place),
    Column[ReadingLine]("Space", lambda each: each.space, is_quiet=True),
    Column[ReadingLine]("Level", lambda each: str(each.level), lambda each: each.level, is_number=True),
    Column[ReadingLine](
        "cd/m²", lambda each: f"{each.luminance_cd_m2:.4g}", lambda each: each.luminance_cd_m2, is_number=True
    ),
    Column[ReadingLine]("u′  v′", lambda each: each.chromaticity, is_quiet=True),
    Column[ReadingLine](
        "Time",
        lambda each: f"{each.at.astimezone():%H:%M:%S}",
        lambda each: each.at,
        tip=lambda each: f"{local(each.at)}; the meter said: {each.raw}",
        is_quiet=True,
    ),
)
_ANSWERS = (
    Column[tuple[int, Answer]]("Question", lambda each: each[1].question, is_wide=True),
    Column[tuple[int, Answer]](
        "Answer",
        lambda each: each[1].given,
        sign=lambda each: ("check", "ok") if each[1].is_good else ("fail", "fail"),
    ),
    Column[tuple[int, Answer]]("Right", lambda each: each[1].right, is_quiet=True),
)


class RecordDetail(QTabWidget):
    """Shows a `RecordLine`."""

    report_asked = Signal(object)
    """The `StoredRecord`."""
    withdraw_asked = Signal(object)
    """The `OverrideRecord` in force."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Record in full")
        self._tokens = tokens
        self._line: RecordLine | None = None
        self.verdict = VerdictPage(tokens)
        self.verdict.report_asked.connect(self._ask_report)
        self.readings = LinesTable("Readings", _READINGS, tokens, key=lambda each: each.number)
        self.readings.fit_columns([0, *(tokens.px(width) for width in (96, 64, 56, 72, 116, 72))])
        self.answers = LinesTable("Answers", _ANSWERS, tokens, key=lambda each: each[0], sorts=False)
        self.answers.fit_columns([0, tokens.px(220), tokens.px(160)])
        self._facts, self._facts_inside = self._facts_page()
        self._empty = label("Choose a record to see all of it.", "secondary", name="No record", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.show_line(None)

    def show_line(self, line: RecordLine | None, *, can_withdraw: bool = False) -> None:
        """Show a record, or that there is none."""
        before = self.tabText(self.currentIndex()) if self.count() > 1 else ""
        self._line = line
        while self.count():
            self.removeTab(0)
        if line is None:
            self.addTab(self._empty, "Record")
            return
        self._fill(line, can_withdraw=can_withdraw)
        names = [self.tabText(number).partition(" ")[0] for number in range(self.count())]
        same = names.index(name) if (name := before.partition(" ")[0]) in names else 0
        self.setCurrentIndex(same)

    def _fill(self, line: RecordLine, *, can_withdraw: bool) -> None:
        record = line.record
        if isinstance(record, CheckRecord):
            self.verdict.show_record(record, can_repeat=False)
            self.addTab(self.verdict, "Verdict")
            readings = readings_of(record.series)
            if readings:
                self.readings.show_lines(readings)
                self.addTab(self.readings, f"Readings ({len(readings)})")
            if record.answers:
                self.answers.show_lines(list(enumerate(record.answers)))
                self.addTab(self.answers, f"Answers ({len(record.answers)})")
        self._show_facts(line, can_withdraw=can_withdraw)
        self.addTab(self._facts, "Record")

    def _show_facts(self, line: RecordLine, *, can_withdraw: bool) -> None:
        clear(self._facts_inside)
        record = line.record
        if not isinstance(record, CheckRecord):
            self._facts_inside.addWidget(label(line.title, "room", name="Kind of record", wrap=True))
        self._facts_inside.addLayout(self._grid(line))
        if isinstance(record, CalibrationRecord):
            if record.ddl:
                self._facts_inside.addWidget(lut_plot(record, self._tokens))
            self._facts_inside.addLayout(
                row(button("Save report …", "Save report of the calibration", self._ask_report), 1)
            )
        if isinstance(record, OverrideRecord | CalibrationRecord) and can_withdraw:
            what = "override" if isinstance(record, OverrideRecord) else "display LUT"
            withdraw = button("Withdraw …", f"Withdraw the {what}", lambda: self.withdraw_asked.emit(record))
            self._facts_inside.addLayout(row(withdraw, 1))
        self._facts_inside.addStretch(1)

    def _grid(self, line: RecordLine) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(self._tokens.spacing.l)
        grid.setVerticalSpacing(self._tokens.spacing.s)
        for number, (name, value) in enumerate(facts_of(line.stored)):
            said = label(value, name=name, wrap=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label(name, "secondary"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, number, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _facts_page(self) -> tuple[QWidget, QVBoxLayout]:
        host = QWidget()
        inside = QVBoxLayout(host)
        inside.setContentsMargins(0, self._tokens.spacing.m, self._tokens.spacing.s, 0)
        inside.setSpacing(self._tokens.spacing.m)
        return scroll_area(host, "What the record says"), inside

    def _ask_report(self) -> None:
        if self._line is not None:
            self.report_asked.emit(self._line.stored)


def lut_plot(record: CalibrationRecord, tokens: Tokens) -> Plot:
    """Driving level against P-value; the thin line is the identity."""
    plot = Plot("Display LUT", tokens, left="Driving level", bottom="P-value, of the table's entries")
    entries = np.arange(len(record.ddl))
    greatest = (1 << record.ddl_bits) - 1
    plot.item.addItem(pg.PlotDataItem([0, entries[-1]], [0, greatest], pen=pg.mkPen(tokens.text.disabled)))
    plot.item.addItem(
        pg.PlotDataItem(entries, np.array(record.ddl), pen=pg.mkPen(tokens.accent.main, width=tokens.px(2)))
    )
    plot.setMinimumHeight(tokens.px(260))
    return plot
